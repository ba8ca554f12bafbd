#!/bin/bash
# Shows that removing overlayd leaves no mount, link or made directory behind, and apt in working order, and whose
# services.toml is: whoever wrote it keeps it until the package is purged.
source /machine/lib.sh

make_repo site
put site demo/file <<<'from Git'
put site single <<<'single from Git'
first=$(commit site one)
configure() {
  services <<TOML
[global]
state_directory = "/srv/state"

[[services]]
service = "demo"
upstream = "$(upstream site)"
mount = "/srv/checkouts"
dirs = [
  { local = "/etc/demo", link = "demo" },
  { local = "/etc/made/for/us", link = "demo" },
  { local = "/etc/demo.conf", link = "single" },
  { local = "/etc/linked", link = "demo", type = "symlink" },
]
TOML
}
configure
mkdir /etc/demo
echo own >/etc/demo/file
mkdir -p /srv/apt /root/other/DEBIAN
printf 'Package: other\nVersion: 1\nArchitecture: all\nMaintainer: Ada <ada@example.org>\nDescription: other\n' \
  >/root/other/DEBIAN/control
dpkg-deb --build /root/other /srv/apt/other.deb >/dev/null
cp /debs/overlayd_*.deb /srv/apt
(cd /srv/apt && apt-ftparchive packages . >Packages)
echo 'deb [trusted=yes] file:/srv/apt ./' >/etc/apt/sources.list
apt-get --quiet=2 update

get() { DEBIAN_FRONTEND=noninteractive apt-get --quiet=2 --yes "$@" >/root/apt.log 2>&1 || fail "$(cat /root/apt.log)"; }
everything_there() { overlay_at /etc/demo && overlay_at /etc/made/for/us && overlay_at /etc/demo.conf && [[ -L /etc/linked ]]; }
config=/etc/overlayd/services.toml
is_deployed() { [[ $(overlayctl status demo --json | jq -r '.services[0].deployed') == "$first" ]]; }
nothing_left() {
  assert_lacks "$(cat /proc/self/mountinfo)" /trees
  assert_eq own "$(cat /etc/demo/file)"
  fails_with 2 ls -d /etc/linked
  fails_with 2 ls -d /etc/made
  fails_with 2 ls -d /etc/demo.conf
}

chmod 600 $config
provisioned=$(cat $config)
get install overlayd
wait_for 10 everything_there
wait_for 10 is_deployed
assert_eq "$provisioned" "$(cat $config)"
assert_eq 'root:root 600' "$(stat --format='%U:%G %a' $config)"
overlayctl freeze demo --reason 'trade fair'
put site demo/file <<<'newer'
commit site two >/dev/null

say "removed: nothing of it is in the way any more, and apt works without it"
get remove overlayd
nothing_left
fails_with 4 systemctl status overlayd
get install other

say "installed again: everything is back, frozen as it was, though the upstream is away, and with its log"
mv "$(upstream site)" /srv/git/away
get install overlayd
wait_for 10 everything_there
assert_eq 'from Git' "$(cat /etc/demo/file)"
is_deployed
assert_contains "$(overlayctl status demo)" 'trade fair'
assert_eq 'install clear freeze install' "$(overlayctl log demo --json | jq -r '[.entries[].verb] | join(" ")')"
mv /srv/git/away "$(upstream site)"

say "removed while nothing can be undone: at least it is unmounted"
systemctl stop overlayd
flock --no-fork /srv/state/state sleep infinity &
locker=$!
is_locked() { ! flock --nonblock /srv/state/state true; }
wait_for 5 is_locked
get remove overlayd
assert_lacks "$(cat /proc/self/mountinfo)" /trees
kill "$locker"
get install overlayd
wait_for 10 everything_there

say "purged: there is no trace, and what others have put beside it stays"
echo key >/etc/overlayd/key
echo mine >/srv/state/file
get purge overlayd
nothing_left
fails_with 2 ls -d /var/lib/overlayd
assert_eq key "$(ls /etc/overlayd)"
assert_eq file "$(ls -A /srv/state)"
rm -r /etc/overlayd
fails_with 2 ls -d /srv/checkouts
assert_eq "" "$(find /etc /usr /var/lib -name '*overlayd*' -not -path '/var/lib/apt/*')"
get remove other

say "with no services.toml the package makes one that has no service yet, once"
get install overlayd
assert_eq "$(cat /usr/share/doc/overlayd/examples/services.toml)" "$(cat $config)"
assert_eq 'root:root 644' "$(stat --format='%U:%G %a' $config)"
assert_eq active "$(systemctl is-active overlayd)"
rm $config
get install --reinstall overlayd
fails_with 2 ls -d $config
get purge overlayd
fails_with 2 ls -d /etc/overlayd

say "also without documentation, and not in place of a link that leads nowhere yet"
echo 'path-exclude /usr/share/doc/*' >/etc/dpkg/dpkg.cfg.d/small
get install overlayd
assert_eq 'services = []' "$(cat $config)"
get purge overlayd
mkdir /etc/overlayd
ln -s /srv/absent $config
get install overlayd
assert_eq /srv/absent "$(readlink $config)"
fails_with 2 ls -d /srv/absent
get purge overlayd
fails_with 2 ls -d /etc/overlayd

say "removed with a state that makes no sense: at least it is unmounted"
configure
get install overlayd
wait_for 10 everything_there
systemctl stop overlayd
echo nonsense >/srv/state/state/demo
get remove overlayd
assert_lacks "$(cat /proc/self/mountinfo)" /trees
