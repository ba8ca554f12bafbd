#!/bin/bash
# Shows that the installed units are confined as far as their work allows, and that only root may change anything.
source /machine/lib.sh

make_repo site
put site demo/file <<<one
commit site one >/dev/null
services <<TOML
[[services]]
service = "demo"
upstream = "$(upstream site)"
dirs = [{ local = "/etc/demo", link = "demo" }]
TOML
install_overlayd
wait_for 10 overlay_at /etc/demo
wait_for 10 systemctl is-active overlayd-web

pid=$(systemctl show --property=MainPID --value overlayd)
web=$(systemctl show --property=MainPID --value overlayd-web)
status_of() { awk -v name="$2:" '$1 == name { print $2 }' "/proc/$1/status"; }

say "the daemon lives where everybody sees its mounts"
assert_eq "$(readlink /proc/1/ns/mnt)" "$(readlink "/proc/$pid/ns/mnt")"
assert_eq "$(readlink /proc/1/ns/uts)" "$(readlink "/proc/$pid/ns/uts")"

say "with the capabilities that it needs and no other"
# CHOWN, DAC_OVERRIDE, DAC_READ_SEARCH, FOWNER, KILL, SETGID, SETUID, SETPCAP, SYS_ADMIN
assert_eq 00000000002001ef "$(status_of "$pid" CapBnd)"
assert_eq 00000000002001ef "$(status_of "$pid" CapEff)"
assert_eq 1 "$(status_of "$pid" NoNewPrivs)"
assert_eq 2 "$(status_of "$pid" Seccomp)"

say "the web server is nobody, and sees nothing"
assert_eq "$(id -u overlayd-web)" "$(status_of "$web" Uid)"
assert_eq 0000000000000000 "$(status_of "$web" CapBnd)"
assert_eq 1 "$(status_of "$web" NoNewPrivs)"
[[ $(readlink /proc/1/ns/mnt) != "$(readlink "/proc/$web/ns/mnt")" ]]
fails_with 1 nsenter --target "$web" --mount --setuid "$(id -u overlayd-web)" touch /var/lib/overlayd/x
assert_contains "$(curl --silent http://127.0.0.1:9836/metrics)" overlayd_

say "everybody may look"
as_nobody() { setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"; }
as_nobody overlayctl status >/dev/null
as_nobody overlayctl log demo >/dev/null

say "only root may change anything"
fails_with 3 as_nobody overlayctl freeze demo
fails_with 3 as_nobody overlayctl forward demo
fails_with 3 as_nobody overlayctl rollback demo
fails_with 1 as_nobody busctl call org.overlayd1 /org/overlayd1 org.overlayd1.Manager Reload
fails_with 1 as_nobody busctl call org.overlayd1 /org/overlayd1 org.freedesktop.DBus.Properties Set ssv a b s c
fails_with 1 as_nobody busctl call org.freedesktop.DBus /org/freedesktop/DBus org.freedesktop.DBus RequestName su \
  org.overlayd1 0
overlayctl freeze demo >/dev/null
