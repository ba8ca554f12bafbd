#!/bin/bash
# Shows that a service follows its branch whatever happens to it: rewritten, replaced by an unrelated history, deleted
# and made anew, its link deleted, or turned from a directory into a file and back.
source /machine/lib.sh

of() { overlayctl status demo --json | jq --raw-output ".services[0].$1"; }
shows() { [[ $(cat "$1") == "$2" ]]; }
is_well() { [[ $(of condition) == ok && $(of error) == null ]]; }
has_error() { [[ $(of error) == *"$1"* ]]; }

# goes_to CONTENT [FILE]: without being told, to the tip.
goes_to() {
  wait_for 15 shows "${2:-/etc/demo/page}" "$1"
  wait_for 15 is_well
  assert_eq "$(tip site)" "$(of deployed)" deployed
}

make_repo site
for version in one two three four five; do
  put site demo/page <<<"$version"
  commit site "$version" >/dev/null
done
services <<TOML
[global]
upstream = "$(upstream site)"
interval = "1s"
[[services]]
service = "demo"
dirs = [{ local = "/etc/demo", link = "demo" }]
TOML
install_overlayd
goes_to five

say "a commit that cannot be deployed, and was taken back, is passed over on the way back"
as_git ln -s /etc/passwd /srv/work/site/demo/out
bad=$(commit site bad)
wait_for 15 has_error "leads out of the overlay"
as_git rm /srv/work/site/demo/out
commit site 'as before' >/dev/null
goes_to five
assert_contains "$(overlayctl rollback demo)" "passes over ${bad:0:8}, which cannot be deployed"
assert_eq four "$(cat /etc/demo/page)"
overlayctl forward demo >/dev/null
goes_to five

say "commits are taken back"
before=$(of deployed)
work site reset --quiet --hard HEAD~4
work site push --quiet --force origin main
goes_to three

say "commits are rewritten, from before the shallow edge on"
work site reset --quiet --hard HEAD~2
put site demo/page <<<rewritten
work site commit --quiet --all --amend --message rewritten
work site push --quiet --force origin main
goes_to rewritten

say "what was deployed before is still to be had"
overlayctl rollback demo "$before" >/dev/null
assert_eq five "$(cat /etc/demo/page)"
overlayctl forward demo >/dev/null
goes_to rewritten

say "the history is an unrelated one"
work site checkout --quiet --orphan fresh
put site demo/page <<<unrelated
work site add --all
work site commit --quiet --message unrelated
work site push --quiet --force origin fresh:main
goes_to unrelated
fails_with 3 overlayctl rollback demo
assert_contains "$output" "overlayctl rollback demo '@{1}'"
overlayctl rollback demo "@{1}" >/dev/null
assert_eq rewritten "$(cat /etc/demo/page)"
overlayctl forward demo >/dev/null
goes_to unrelated

say "the branch is deleted: what is deployed stays"
as_git git -C site.git symbolic-ref HEAD refs/heads/other
work site push --quiet origin :main
wait_for 15 has_error "no branch 'main'"
assert_eq unrelated "$(cat /etc/demo/page)"

say "it is made anew, with another history"
work site checkout --quiet --orphan again
put site demo/page <<<again
work site add --all
work site commit --quiet --message again
work site push --quiet origin again:main
goes_to again

say "the link is deleted: what is deployed stays"
work site mv demo elsewhere
work site commit --quiet --message moved
work site push --quiet origin again:main
wait_for 15 has_error "'demo' is not in commit"
assert_eq again "$(cat /etc/demo/page)"
assert_eq false "$(of in_sync)"

say "that is no failure of one that is frozen, but is told"
overlayctl freeze demo >/dev/null
wait_for 15 is_well
assert_eq "$(tip site) false" "$(of upstream_commit) $(of in_sync)"
assert_contains "$(of note)" "could not be deployed: 'demo' is not in commit"
overlayctl thaw demo >/dev/null
wait_for 15 has_error "'demo' is not in commit"

say "and comes back"
put site demo/page <<<back
work site add --all
work site commit --quiet --message back
work site push --quiet origin again:main
goes_to back

say "it turns into a file"
work site rm --quiet -r demo
put site demo <<<'a file'
work site add --all
work site commit --quiet --message file
work site push --quiet origin again:main
goes_to 'a file' /etc/demo

say "it turns back into a directory"
work site rm --quiet demo
put site demo/page <<<'a directory'
work site add --all
work site commit --quiet --message directory
work site push --quiet origin again:main
goes_to 'a directory'

say "forwards and backwards by hand"
overlayctl rollback demo >/dev/null
assert_eq 'a file' "$(cat /etc/demo)"
overlayctl rollback demo >/dev/null
assert_eq back "$(cat /etc/demo/page)"
overlayctl forward demo >/dev/null
goes_to 'a directory'
assert_eq 1 "$(findmnt --noheadings --output=ID /etc/demo | wc -l)" "mounts"

say "it stands on a directory that was there before, and turns into a file: what is said to help helps"
mkdir /srv/there
touch /srv/there/mine
sed -i 's|"/etc/demo"|"/srv/there"|' /etc/overlayd/services.toml
overlayctl reload >/dev/null
goes_to 'a directory' /srv/there/page
work site rm --quiet -r demo
put site demo <<<'a file'
work site add --all
work site commit --quiet --message file
work site push --quiet origin again:main
wait_for 15 has_error 'but a directory is there'
hint=$(of error_hint)
assert_contains "$hint" 'overlayd outside -- mv /srv/there /srv/there.orig && overlayctl forward demo; or'
bash -c "${hint%; or*}" >/dev/null
goes_to 'a file' /srv/there
assert_eq mine "$(ls /srv/there.orig)"
assert_eq /srv/there "$(findmnt --raw --noheadings --output=TARGET | grep /srv/)" "mounts"
overlayctl rollback demo >/dev/null
assert_eq 'a directory' "$(cat /srv/there/page)"
overlayctl forward demo >/dev/null

say "held at a commit that lacks an overlay of today, it is told how to go on; nor is there a way back to such a one"
before=$(tip site)
overlayctl freeze demo >/dev/null
put site second/page <<<'a second one'
put site third/page <<<'a third one'
work site add --all
work site commit --quiet --message second
work site push --quiet origin again:main
sed -i 's|^dirs.*|dirs = [{ local = "/srv/there", link = "demo" },\n  { local = "/etc/second", link = "second" },\n  { local = "/etc/third", link = "third" }]|' \
  /etc/overlayd/services.toml
overlayctl reload >/dev/null
wait_for 15 has_error "'second' is not in commit ${before:0:8}; 'third' is not in commit ${before:0:8}"
assert_eq "overlayctl forward demo; or take the overlay out of services.toml:7" "$(of error_hint)"
overlayctl forward demo >/dev/null
goes_to 'a second one' /etc/second/page
fails_with 3 overlayctl rollback demo
assert_contains "$output" "'second' is not in commit ${before:0:8}"
assert_contains "$output" "; nor can 5 older ones be deployed"
