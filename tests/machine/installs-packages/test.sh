#!/bin/bash
# Shows that packages are installed by apt before the first mount, that a failing one holds up nobody else, and that an
# upgrade of what lies under an overlay ends with a service that reads Git's files.
source /machine/lib.sh

of() { overlayctl status "$1" --json | jq -r ".services[0].$2"; }
is_well() { [[ $(of "$1" condition) == ok ]]; }
has_error() { [[ $(of "$1" error) == *"$2"* ]]; }
log_has() { [[ $(journal --unit=overlayd --output=cat | grep -c "$1") -ge $2 ]]; }

# A service that notes down what it found, and a package that creates its user, with a conffile and a maintainer script
# as debhelper makes them.
grafana_package() {
  mkdir -p /root/grafana/{DEBIAN,etc/grafana,lib/systemd/system}
  cat >/root/grafana/DEBIAN/control <<CONTROL
Package: grafana
Version: $1
Architecture: all
Maintainer: Ada <ada@example.org>
Description: stands for the real one
CONTROL
  echo /etc/grafana/grafana.ini >/root/grafana/DEBIAN/conffiles
  echo "packaged $1" >/root/grafana/etc/grafana/grafana.ini
  cat >/root/grafana/lib/systemd/system/grafana-server.service <<'UNIT'
[Service]
Type=notify
NotifyAccess=all
User=grafana
ExecStart=/bin/sh -c 'cat /etc/grafana/grafana.ini >>/var/log/grafana; systemd-notify --ready; exec sleep infinity'
UNIT
  cat >/root/grafana/DEBIAN/postinst <<'POSTINST'
#!/bin/sh
set -e
id grafana >/dev/null 2>&1 || useradd --system grafana
cat /etc/grafana/grafana.ini >>/var/log/grafana-postinst
touch /var/log/grafana
chown grafana /var/log/grafana
systemctl daemon-reload
if [ -n "$2" ]; then deb-systemd-invoke restart grafana-server.service; fi
POSTINST
  chmod 755 /root/grafana/DEBIAN/postinst
  dpkg-deb --build /root/grafana "/srv/apt/grafana_$1.deb" >/dev/null
}

# simple_package NAME VERSION POSTINST
simple_package() {
  mkdir -p "/root/$1/DEBIAN"
  printf 'Package: %s\nVersion: %s\nArchitecture: all\nMaintainer: Ada <ada@example.org>\nDescription: %s\n' "$1" "$2" \
    "$1" >"/root/$1/DEBIAN/control"
  printf '#!/bin/sh\n%s\n' "$3" >"/root/$1/DEBIAN/postinst"
  chmod 755 "/root/$1/DEBIAN/postinst"
  dpkg-deb --build "/root/$1" "/srv/apt/$1_$2.deb" >/dev/null
}

apt_update() {
  (cd /srv/apt && apt-ftparchive packages . >Packages)
  apt-get --quiet=2 update
}

make_upstream() {
  make_repo site
  put site grafana/etc/grafana.ini <<<'from Git'
  put site grafana/dashboards/one.json <<<'{}'
  put site other/file <<<other
  commit site one >/dev/null
}

# The first block is the example of services.toml(5), with an upstream of this machine.
configure() {
  echo '127.0.1.1 grafana.atoom.net grafana' >>/etc/hosts
  hostname grafana
  services <<TOML
[[services]]
upstream = "$(upstream site)"
machine = "grafana.atoom.net"
branch = "main"
service = "grafana-server"
user = "grafana"
package = "grafana"
action = "restart"
mount = "/tmp/grafana"
dirs = [
    { local = "/etc/grafana", link = "grafana/etc" },
    { local = "/var/lib/grafana/dashboards", link = "grafana/dashboards" },
]

[[services]]
upstream = "$(upstream site)"
service = "absent"
user = "comes-with-it"
package = "absent-package"
dirs = [{ local = "/srv/absent", link = "other" }]

[[services]]
upstream = "$(upstream site)"
service = "failing"
package = ["grafana", "failing-package"]
dirs = [{ local = "/srv/failing", link = "other" }]

[[services]]
upstream = "$(upstream site)"
service = "other"
dirs = [{ local = "/srv/other", link = "other" }]
TOML
}

# When something happened in the life of overlayd.service, in microseconds.
moment() { systemctl show --property="$1TimestampMonotonic" --value overlayd; }

test_install() {
  say "READY does not wait for apt, which waits for the dpkg that starts overlayd"
  (($(moment ActiveEnter) - $(moment ExecMainStart) < 15000000))
  say "the package is installed first, then its user owns the files and its service reads them"
  wait_for 60 is_well grafana-server
  assert_eq "installed" "$(dpkg-query --show --showformat='${db:Status-Status}' grafana)"
  assert_eq 'packaged 1' "$(cat /var/log/grafana-postinst)"
  assert_eq 'from Git' "$(cat /etc/grafana/grafana.ini)"
  assert_eq 'grafana:grafana 644' "$(stat --format='%U:%G %a' /etc/grafana/grafana.ini)"
  assert_eq '{}' "$(cat /var/lib/grafana/dashboards/one.json)"
  test -e /tmp/grafana/grafana-server/current/grafana/etc/grafana.ini
  assert_eq 'from Git' "$(cat /var/log/grafana)"
}

test_failing_packages() {
  say "a package that cannot be installed is that service's trouble alone"
  wait_for 60 has_error absent 'cannot install absent-package'
  assert_contains "$(of absent error)" 'Unable to locate package absent-package'
  wait_for 60 has_error failing 'cannot install failing-package'
  assert_contains "$(of failing error)" 'post-installation script subprocess returned error exit status 3'
  wait_for 60 is_well other
  assert_eq other "$(cat /srv/other/file)"
  assert_eq failed "$(of absent condition)"
  fails_with 1 test -e /srv/absent

  say "it is tried again by itself, less often each time"
  (($(of absent retry_at) > 0))
  wait_for 30 log_has 'absent: installing' 2
  wait_for 10 is_next_tried_later_than 12
  fails_with 1 overlayctl plan absent
  assert_contains "$output" "unknown user 'comes-with-it': it may come with absent-package"
  fails_with 1 overlayctl forward absent
  assert_contains "$output" 'absent-package'
  assert_contains "$(overlayctl plan failing)" 'PACKAGE failing-package'
  assert_lacks "$(overlayctl plan failing)" 'PACKAGE grafana'

  say "and the service comes up when its package does"
  simple_package absent-package 1 'useradd --system comes-with-it'
  apt_update
  overlayctl forward absent
  simple_package failing-package 2 true
  apt_update
  overlayctl forward failing
  assert_eq comes-with-it "$(stat --format=%U /srv/absent/file)"
  assert_eq other "$(cat /srv/failing/file)"
  is_well absent

  say "one that somebody removed later on is planned, and installed again"
  apt-get --quiet=2 --yes remove failing-package >/dev/null
  assert_contains "$(overlayctl plan failing)" 'PACKAGE failing-package'
  overlayctl forward failing >/dev/null
  assert_eq installed "$(dpkg-query --show --showformat='${db:Status-Status}' failing-package)"
}

test_upgrade() {
  say "an upgrade finds its conffile underneath, and its service Git's"
  local before
  before=$(systemctl show --value --property=InvocationID grafana-server)
  grafana_package 2
  apt_update
  DEBIAN_FRONTEND=noninteractive apt-get --quiet=2 --yes install grafana >/root/apt.log 2>&1 </dev/null ||
    fail "$(cat /root/apt.log)"
  assert_lacks "$(cat /root/apt.log)" 'Read-only'
  assert_eq 2 "$(dpkg-query --show --showformat='${Version}' grafana)"
  assert_eq $'packaged 1\npackaged 2' "$(cat /var/log/grafana-postinst)"
  assert_eq 'from Git' "$(cat /etc/grafana/grafana.ini)"
  assert_eq 'packaged 2' "$(overlayd outside -- cat /etc/grafana/grafana.ini)"
  [[ $before != "$(systemctl show --value --property=InvocationID grafana-server)" ]] || fail "it was not restarted"
  assert_eq $'from Git\nfrom Git' "$(cat /var/log/grafana)"

  say "which is there when the service is taken out of services.toml"
  services <<<'services = []'
  wait_for 10 is_packaged
  assert_eq "" "$(overlayd outside -- find /etc/grafana -name '*.dpkg-*')"
}
is_next_tried_later_than() { (($(of absent retry_at) - $(date +%s) > $1)); }
is_packaged() { [[ $(cat /etc/grafana/grafana.ini) == 'packaged 2' ]]; }

mkdir /srv/apt
echo 'deb [trusted=yes] file:/srv/apt ./' >/etc/apt/sources.list
grafana_package 1
simple_package failing-package 1 'exit 3'
apt_update
make_upstream
configure
install_overlayd
test_install
test_failing_packages
test_upgrade
