#!/bin/bash
# Shows that a service in a mount namespace of its own sees new content once it is reloaded, without a restart, and that
# overlays inside overlays are swapped there too.
source /machine/lib.sh

# What the service saw when it was reloaded last, and what is there for it now.
saw() { [[ $(cat /run/witness/seen 2>&1) == "$1" ]]; }
sees() { [[ $(nsenter --target "$pid" --mount /usr/bin/cat "$@" | xargs) == "$wanted" ]]; }

# change WITNESS' [PATH...]: commits new content, forwards, and both the host and the service must show it.
expect() {
  wanted=$1
  wait_for 10 saw "$wanted"
  sees /etc/outer/page /etc/outer/inner/page /etc/outer/other/page || fail "the service does not see $wanted"
  assert_eq "$wanted" "$(cat /etc/outer/page /etc/outer/inner/page /etc/outer/other/page | xargs)" "the host sees"
  assert_eq "$invocation" "$(systemctl show --property=InvocationID --value witness)" "invocation"
}

cat >/usr/local/bin/witness <<'SH'
#!/bin/bash
look() {
  cat /etc/outer/page /etc/outer/inner/page /etc/outer/other/page 2>&1 | xargs >/run/witness/new
  mv /run/witness/new /run/witness/seen
}
trap look HUP
exec {never}<> <(:)
systemd-notify --ready
while :; do read -r -u "$never" || true; done
SH
chmod 755 /usr/local/bin/witness
cat >/etc/systemd/system/witness.service <<'UNIT'
[Service]
Type=notify
NotifyAccess=all
ExecStart=/usr/local/bin/witness
ExecReload=/bin/kill -HUP $MAINPID
RuntimeDirectory=witness
PrivateTmp=yes
ProtectSystem=strict
ProtectHome=yes
UNIT

make_repo site
put site outer/page <<<a
put site outer/inner/page <<<covered
put site outer/other/page <<<covered
put site inner/page <<<b
put site other/page <<<c
commit site 'one' >/dev/null
services <<TOML
[global]
upstream = "$(upstream site)"
interval = "1h"

[[services]]
service = "witness"
action = "reload"
dirs = [
  { local = "/etc/outer", link = "outer" },
  { local = "/etc/outer/inner", link = "inner" },
]

[[services]]
name = "other"
service = "witness"
action = "reload"
dirs = [{ local = "/etc/outer/other", link = "other" }]
TOML
systemctl start witness
install_overlayd
pid=$(systemctl show --property=MainPID --value witness)
invocation=$(systemctl show --property=InvocationID --value witness)
[[ $(readlink /proc/1/ns/mnt) != "$(readlink "/proc/$pid/ns/mnt")" ]]

say "overlays that are mounted while it runs"
expect "a b c"

say "the outer one is swapped, what lies inside stays"
put site outer/page <<<A
commit site 'outer' >/dev/null
overlayctl forward >/dev/null
expect "A b c"

say "an inner one is swapped"
put site inner/page <<<B
commit site 'inner' >/dev/null
overlayctl forward >/dev/null
expect "A B c"

say "that of another service too"
put site other/page <<<C
commit site 'other' >/dev/null
overlayctl forward >/dev/null
expect "A B C"

say "all at once, and back again"
for name in outer inner other; do put site "$name/page" <<<"new-$name"; done
commit site 'all' >/dev/null
overlayctl forward >/dev/null
expect "new-outer new-inner new-other"
overlayctl rollback witness HEAD~1 >/dev/null
expect "A B new-other"
overlayctl rollback other HEAD~1 >/dev/null
expect "A B C"

say "no mount piles up, in either namespace"
assert_eq 3 "$(grep -c ' /etc/outer' /proc/self/mountinfo)" "mounts of the host"
assert_eq 3 "$(grep -c ' /etc/outer' "/proc/$pid/mountinfo")" "mounts of the service"
