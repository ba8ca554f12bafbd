#!/bin/bash
# Shows that an upgrade of overlayd touches no mount, and that apt upgrades a package whose files an overlay covers.
source /machine/lib.sh

make_repo site
put site demo/file <<<'from Git'
commit site one >/dev/null
services <<TOML
[[services]]
service = "demo"
upstream = "$(upstream site)"
dirs = [{ local = "/etc/demo", link = "demo" }, { local = "/etc/linked", link = "demo", type = "symlink" }]
TOML

# demo_package VERSION: a package with a file in /etc/demo, put into a repository that apt knows.
demo_package() {
  mkdir -p /root/demo/{DEBIAN,etc/demo}
  printf 'Package: demo\nVersion: %s\nArchitecture: all\nMaintainer: Ada <ada@example.org>\nDescription: demo\n' "$1" \
    >/root/demo/DEBIAN/control
  echo "packaged $1" >/root/demo/etc/demo/file
  printf '#!/bin/sh\ncat /etc/demo/file >/run/seen-by-postinst\n' >/root/demo/DEBIAN/postinst
  chmod 755 /root/demo/DEBIAN/postinst
  dpkg-deb --build /root/demo "/srv/apt/demo_$1.deb" >/dev/null
}
# Adds to that repository the package under test as if it was a later one.
later_overlayd() {
  dpkg-deb --raw-extract /debs/overlayd_*.deb /root/overlayd
  sed -i 's/^Version:.*/&+later/' /root/overlayd/DEBIAN/control
  echo '# later' >>/root/overlayd/usr/share/doc/overlayd/examples/services.toml
  dpkg-deb --build /root/overlayd /srv/apt/overlayd_later.deb >/dev/null
}
apt_install() {
  (cd /srv/apt && apt-ftparchive packages . >Packages)
  apt-get --quiet=2 update
  DEBIAN_FRONTEND=noninteractive apt-get --quiet=2 --yes install "$@" >/root/apt.log 2>&1 || fail "$(cat /root/apt.log)"
}
mount_id() { awk '$5 == "/etc/demo" { print $1 }' /proc/self/mountinfo; }
mkdir /srv/apt
echo 'deb [trusted=yes] file:/srv/apt ./' >/etc/apt/sources.list

demo_package 1
apt_install demo
assert_eq 'packaged 1' "$(cat /etc/demo/file)"
install_overlayd
wait_for 10 overlay_at /etc/demo
assert_eq 'from Git' "$(cat /etc/demo/file)"

say "a package is upgraded underneath the overlay, and its scripts find their own files"
mkdir /root/demo/etc/linked
echo packaged >/root/demo/etc/linked/file
demo_package 2
apt_install demo
assert_eq 2 "$(dpkg-query --show --showformat='${Version}' demo)"
assert_eq 'packaged 2' "$(cat /run/seen-by-postinst)"
assert_eq 'packaged 2' "$(overlayd outside -- cat /etc/demo/file)"
assert_eq 'from Git' "$(cat /etc/demo/file)"
assert_eq 'from Git' "$(cat /etc/linked/file)"

say "by hand dpkg cannot unpack onto the overlay, and apt mends what it left"
fails_with 1 dpkg --install /srv/apt/demo_2.deb
assert_contains "$output" 'Read-only file system'
apt_install --reinstall demo
assert_eq 'install ok installed' "$(dpkg-query --show --showformat='${Status}' demo)"
assert_eq 'packaged 2' "$(overlayd outside -- cat /etc/demo/file)"

say "a command outside sees what lies underneath, whatever is swapped meanwhile, and what is mounted on other mounts, as automounts are"
mkfifo /run/go
mkdir /srv/disk
mount -t tmpfs disk /srv/disk
overlayd outside sh -c 'cat /run/go /etc/demo/file; stat --file-system --format=%T /srv/disk' >/run/seen &
command=$!
is_outside() { [[ $(readlink "/proc/$command/ns/mnt") != "$(readlink /proc/1/ns/mnt)" ]]; }
wait_for 5 is_outside
put site demo/file <<<'from Git, too'
commit site two >/dev/null
overlayctl forward demo >/dev/null
mount -t ramfs inner /srv/disk
: >/run/go
wait "$command"
assert_eq $'packaged 2\nramfs' "$(cat /run/seen)"
assert_eq 'from Git, too' "$(cat /etc/demo/file)"

say "overlayd is upgraded by the same way, and its mount and services.toml are the same as before"
config=$(cat /etc/overlayd/services.toml)
before=$(mount_id)
pid=$(systemctl show --property=MainPID --value overlayd)
later_overlayd
apt_install overlayd
assert_contains "$(dpkg-query --show overlayd)" +later
assert_eq active "$(systemctl is-active overlayd)"
[[ $pid != "$(systemctl show --property=MainPID --value overlayd)" ]]
assert_eq "$before" "$(mount_id)"
overlayctl status demo >/dev/null
assert_eq "$config" "$(cat /etc/overlayd/services.toml)"

say "where overlayd cannot run, apt goes on with dpkg as it is"
mv /usr/sbin/overlayd /usr/sbin/overlayd.away
apt_install --reinstall overlayd
test -x /usr/sbin/overlayd
