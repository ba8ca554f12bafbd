#!/bin/bash
# Shows that content which could do harm is refused with an error that names it: what was deployed stays, nothing is
# written outside the state directory, and other services of the same upstream go on.
source /machine/lib.sh

of() { overlayctl status "$1" --json | jq --raw-output ".services[0].$2"; }

# Every file of the machine but what overlayd and the test itself own, with all that can be seen from outside.
listing() {
  find / -xdev \( -path /proc -o -path /sys -o -path /run -o -path /tmp -o -path /srv -o -path /var/log \
    -o -path /var/lib/overlayd -o -path /root \) -prune -o -printf '%p %i %m %u:%g %s %C@ %l\n' | sort
}

# blob, entry and tree: objects that `git add` would never make.
blob() { printf '%s' "$1" | as_git git -C site.git hash-object -w --stdin; }
# push_tree [PAGE]: standard input, lines as of ls-tree (NUL instead of newline), becomes the folder demo of a new commit,
# in which the neighbour's page is PAGE.
push_tree() {
  local demo neighbour root commit
  neighbour=$(entry 100644 blob "$(blob "${1:-one}"$'\n')" page | as_git git -C site.git mktree -z)
  demo=$(as_git git -C site.git mktree -z --missing)
  root=$(
    {
      entry 040000 tree "$demo" demo
      entry 040000 tree "$neighbour" neighbour
    } | as_git git -C site.git mktree -z
  )
  commit=$(as_git git -C site.git commit-tree -p main -m 'hostile' "$root")
  as_git git -C site.git update-ref refs/heads/main "$commit"
}
entry() { printf '%s %s %s\t%b\0' "$1" "$2" "$3" "$4"; }

# refused WHAT PART...: the tip is refused with all these words; nothing else happens.
refused() {
  local what=$1 part
  shift
  say "$what"
  fails_with 3 overlayctl forward demo
  for part; do assert_contains "$output" "$part"; done
  assert_lacks "$output" $'\e'
  assert_contains "$(of demo error)" "$1"
  assert_eq "$good" "$(of demo deployed)" "deployed"
  assert_eq one "$(cat /etc/demo/page)"
  assert_eq "$mounted" "$(findmnt --noheadings --output=ID /etc/demo)" "mount id"
}

make_repo site
put site demo/page <<<one
put site neighbour/page <<<one
good=$(commit site one)
services <<TOML
[global]
upstream = "$(upstream site)"
interval = "1h"
[[services]]
service = "demo"
dirs = [{ local = "/etc/demo", link = "demo" }]
[[services]]
service = "neighbour"
dirs = [{ local = "/etc/neighbour", link = "neighbour" }]
TOML
install_overlayd
wait_for 10 overlay_at /etc/demo
wait_for 10 overlay_at /etc/neighbour
mounted=$(findmnt --noheadings --output=ID /etc/demo)
page=$(blob one)
before=$(listing)

entry 120000 blob "$(blob ../../passwd)" out | push_tree
refused "a link that leads out" "out -> ../../passwd leads out"

entry 120000 blob "$(blob /etc/shadow)" shadow | push_tree
refused "an absolute link" "shadow -> /etc/shadow leads out"

entry 120000 blob "$(blob /etc/demo/../shadow)" shadow | push_tree
refused "an absolute link with .. in it" "shadow -> /etc/demo/../shadow leads out"

entry 120000 blob "$(blob $'a\nb')" broken | push_tree
refused "a newline in the target of a link" "broken -> a" "control character"

entry 160000 commit "$good" module | push_tree
refused "a submodule" "module is a submodule"

entry 100644 blob "$(blob $'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n')" big.bin | push_tree
refused "a file in Git LFS" "big.bin is kept in Git LFS"

entry 100644 blob "$page" 'new\nline' | push_tree
refused "a newline in a name" "control character"

entry 100644 blob "$page" 'red\e[31m' | push_tree
refused "an escape sequence in a name" "control character"

entry 100644 blob "$page" "$(printf 'x%.0s' {1..300})" | push_tree
refused "a huge name" "too long"

entry 100644 blob "$page" .. | push_tree
refused "a name that leads up" ".. is no name for a file"

entry 100644 blob "$page" .git | push_tree
refused "a name that Git keeps for itself" ".git is a name that Git keeps for itself"

printf 'tree %s\nauthor A <a@b> 1 +0000\n\nno committer\n' "$(as_git git -C site.git rev-parse "$good^{tree}")" |
  as_git git -C site.git hash-object -t commit -w --stdin |
  as_git xargs git -C site.git update-ref refs/heads/main
refused "a commit with broken headers" "branch main: cannot resolve it: what was committed is not well formed"

say "nothing was written but in the state directory"
assert_eq "" "$(diff <(echo "$before") <(listing) || true)" "changes"

# goes_on WHAT: the neighbour gets what is new while demo is refused its tip.
goes_on() {
  say "the neighbour goes on beside $1"
  fails_with 3 overlayctl forward
  assert_eq "$1" "$(cat /etc/neighbour/page)"
  assert_eq ok "$(of neighbour condition)"
  assert_eq one "$(cat /etc/demo/page)"
}
as_git git -C site.git update-ref refs/heads/main "$good"
entry 120000 blob "$(blob /etc/shadow)" shadow | push_tree "a bad link"
goes_on "a bad link"

entry 100644 blob "$page" .. | push_tree "what git fsck refuses"
goes_on "what git fsck refuses"

entry 120000 blob "$(blob $'/etc/demo/a\nb')" odd | push_tree "a broken target"
goes_on "a broken target"

level=$(entry 100644 blob "$page" page | as_git git -C site.git mktree -z)
for _ in {1..6}; do
  level=$(for name in {a..h}; do entry 040000 tree "$level" "$name"; done | as_git git -C site.git mktree -z)
done
entry 040000 tree "$level" huge | push_tree "more files than can be"
goes_on "more files than can be"
assert_contains "$(of demo error)" "'demo' in commit"
assert_contains "$(of demo error)" "it has more than 200000 files"

as_git git -C site.git update-ref refs/heads/main "$good"
work site fetch --quiet
work site reset --quiet --hard origin/main

say "absolute links that stay inside work, and clean content ends all errors"
as_git git -C /srv/work/site rm --quiet -r demo
put site demo/sites-available/hello <<<hello
as_git mkdir -p /srv/work/site/demo/sites-enabled
as_git ln -s /etc/demo/sites-available/hello /srv/work/site/demo/sites-enabled/hello
as_git ln -s ../sites-available/hello /srv/work/site/demo/sites-enabled/relative
commit site links >/dev/null
overlayctl forward >/dev/null
assert_eq $'hello\nhello' "$(cat /etc/demo/sites-enabled/*)"
assert_eq ok "$(of demo condition)"
assert_eq 0 "$(systemctl show --property=NRestarts --value overlayd)"
