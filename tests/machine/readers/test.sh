#!/bin/bash
# Shows that who reads during 300 forwards of a directory, of a single file and of a symbolic link sees the old version
# or the new one, whole: never a missing file, never a mixture, never what lies underneath.
source /machine/lib.sh

versions=300

# History 'all': everything of commit N is version N.
history() {
  perl -e 'for my $n (0 .. shift) {
    my $page = "data <<EOT\n" . "$n\n" x 2000 . "EOT\n";
    print "commit refs/heads/all\ncommitter Ada Admin <ada\@example.org> ", 1700000000 + $n, " +0000\n",
      "data <<EOT\nversion $n\nEOT\ndeleteall\nM 100644 inline demo/v$n\ndata 0\n",
      "M 100644 inline demo/page\n$page", "M 100644 inline file\n$page\n";
  }' "$versions"
}

go_to() { as_git git -C site.git update-ref refs/heads/main "$1"; }

make_repo site
history | as_git git -C site.git fast-import --quiet
mapfile -t commits < <(as_git git -C site.git rev-list --reverse all)
go_to "${commits[0]}"

mkdir /etc/demo
echo underneath | tee /etc/demo/page >/etc/demo.conf
services <<TOML
[[services]]
service = "demo"
upstream = "$(upstream site)"
dirs = [
  { local = "/etc/demo", link = "demo" },
  { local = "/etc/demo.conf", link = "file" },
  { local = "/etc/linked", link = "demo", type = "symlink" },
]
TOML
install_overlayd
wait_for 10 test -e /etc/linked/v0

for reader in 1 2; do
  nice perl /scenario/read.pl /etc/demo /etc/linked /etc/demo.conf >"/run/reader$reader" 2>&1 &
  readers+=($!)
done

say "$versions forwards while two processes read"
for ((n = 1; n <= versions; n++)); do
  go_to "${commits[n]}"
  overlayctl forward demo >/dev/null
  [[ -e /etc/demo/v$n && -e /etc/linked/v$n ]] || fail "version $n is not there"
done

kill "${readers[@]}" 2>/dev/null || true
for reader in 1 2; do
  wait "${readers[reader - 1]}" || fail "$(cat "/run/reader$reader")"
  read -r looks seen <"/run/reader$reader"
  say "reader $reader looked $looks times and saw $seen versions"
  ((looks >= versions && seen >= versions / 3)) || fail "it looked too seldom to show anything"
done
assert_eq "$versions" "$(head -n 1 /etc/demo.conf)"
assert_eq 1 "$(findmnt --noheadings --output=ID /etc/demo | wc -l)" "mounts on /etc/demo"
