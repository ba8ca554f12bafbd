#!/bin/bash
# Shows what overlayd does to systemd units and what it makes of units that fail: they are reported with their own last
# state, nobody else is held up, and a forward acts again on a unit that was mended.
source /machine/lib.sh

of() { overlayctl status "$1" --json | jq --raw-output ".services[0].$2"; }
condition_is() { [[ $(of "$1" condition) == "$2" ]]; }
record() { cat /run/acts 2>/dev/null || true; }
has_record() { [[ $(record) == "$1" ]]; }
# change SERVICE FILE CONTENT
change() {
  put site "$2" <<<"$3"
  commit site "$2 $3" >/dev/null
  : >/run/acts
  overlayctl forward "$1" >/dev/null
}

# Each start and each reload leaves a line; start fails while the configuration says so.
cat >/usr/local/bin/act <<'SH'
#!/bin/bash
echo "$1 $2" >>/run/acts
! grep --quiet broken "/etc/$2"/* || exit 7
SH
chmod 755 /usr/local/bin/act
unit() {
  cat >"/etc/systemd/system/$1.service" <<UNIT
[Service]
Type=exec
ExecStartPre=/usr/local/bin/act start $2
ExecStart=sleep infinity
ExecReload=/usr/local/bin/act reload $2
UNIT
}
unit app app
unit web web
unit worker@ %i
unit stopped b
printf '[Service]\nExecStart=sleep infinity\n' >/etc/systemd/system/stubborn.service
systemctl start stubborn
ln --symbolic stubborn.service /etc/systemd/system/nickname.service
systemctl mask --quiet hidden
cat >/etc/systemd/system/brief.service <<'UNIT'
[Service]
ExecStart=/bin/sh -c "grep -q fatal /etc/brief/page && sleep 0.2 && exit 3; exec sleep infinity"
UNIT
# Takes its own files away whenever it is told.
printf '[Service]\nExecStart=sleep infinity\nExecReload=umount /etc/restless\n' >/etc/systemd/system/restless.service
systemctl start restless
# Each start tells what it got from a drop-in.
for name in dropped quiet; do
  # shellcheck disable=SC2016  # systemd's variable
  printf '[Service]\nType=exec\nExecStartPre=sh -c "echo $TOLD >/run/%s"\nExecStart=sleep infinity\n' $name \
    >/etc/systemd/system/$name.service
done
drop_in() { printf '[Service]\nEnvironment=TOLD=%s\n' "$1"; }

make_repo site
for name in app web a b brief; do
  put site "$name/page" <<<one
  put site "$name.conf" <<<one
done
put site drop-in/env.conf < <(drop_in one)
put site quiet.conf < <(drop_in one)
commit site one >/dev/null
services <<TOML
[global]
upstream = "$(upstream site)"
interval = "1h"

[[services]]
service = "app"
action = "restart"
dirs = [
  { local = "/etc/app", link = "app" },
  { local = "/etc/app.conf", link = "app.conf", action = "reload" },
  { local = "/etc/app.quiet", link = "a.conf", action = "none" },
]

[[services]]
service = "web"
action = "restart"
dirs = [{ local = "/etc/web", link = "web" }]

[[services]]
service = "worker@a"
action = "try-restart"
dirs = [{ local = "/etc/a", link = "a" }]

[[services]]
name = "second"
service = "worker@b.service"
action = "reload-or-restart"
dirs = [{ local = "/etc/b", link = "b" }]

[[services]]
service = "absent"
action = "restart"
dirs = [{ local = "/etc/absent", link = "b" }]

[[services]]
service = "stubborn"
action = "reload"
dirs = [{ local = "/etc/stubborn", link = "b" }]

[[services]]
service = "dropped"
action = "try-restart"
dirs = [{ local = "/etc/systemd/system/dropped.service.d", link = "drop-in" }]

[[services]]
name = "dropped-quietly"
service = "dropped"
dirs = [{ local = "/etc/systemd/system/quiet.service.d/env.conf", link = "quiet.conf" }]

[[services]]
service = "stopped"
action = "reload"
dirs = [{ local = "/etc/stopped", link = "b" }]

[[services]]
name = "silent"
service = "app"
dirs = [{ local = "/etc/silent", link = "b" }]

[[services]]
name = "by-another-name"
service = "nickname"
dirs = [{ local = "/etc/nickname", link = "b" }]

[[services]]
service = "hidden"
action = "restart"
dirs = [{ local = "/etc/hidden", link = "b" }]

[[services]]
service = "ghost"
dirs = [{ local = "/etc/ghost", link = "b" }]

[[services]]
service = "restless"
action = "reload"
dirs = [{ local = "/etc/restless", link = "b" }]

[[services]]
service = "brief"
action = "restart"
dirs = [{ local = "/etc/brief", link = "brief" }]
TOML
install_overlayd
wait_for 20 condition_is second ok
wait_for 20 condition_is web ok
wait_for 20 condition_is app ok
wait_for 20 condition_is absent failed
wait_for 20 condition_is stubborn failed
wait_for 20 condition_is stopped failed
wait_for 20 condition_is hidden failed
wait_for 20 condition_is brief ok

say "a unit that takes its own files away is not told without end: what is done about it waits, longer each time"
is_restless() { [[ $(of restless error) == *'again and again'* ]]; }
wait_for 20 is_restless
reloads() { journal --unit=restless --output=cat | grep --count ^Reloading; }
(($(reloads) <= 6)) || fail "it was reloaded $(reloads) times"
first_retry=$(of restless retry_at)
waits_longer() { (($(of restless retry_at) >= first_retry + 20)); }
wait_for 20 waits_longer
is_restless
(($(reloads) <= 7)) || fail "it was reloaded $(reloads) times"
sed -i '/^service = "restless"/,/^dirs/ s/"reload"/"none"/' /etc/overlayd/services.toml
overlayctl reload >/dev/null
wait_for 10 condition_is restless ok

say "what is started, and what is not"
assert_eq $'start app\nstart b\nstart web' "$(record | sort)"
systemctl is-active --quiet app web worker@b brief
fails_with 3 systemctl is-active worker@a

say "a unit that is not there is an error that says so"
assert_contains "$(of absent error)" "absent.service"
assert_contains "$(of absent error)" "not found"
assert_eq one "$(cat /etc/absent/page)"

say "an alias is the unit itself"
assert_eq "active (running)" "$(of by-another-name unit_state)"

say "what has no reload, and what does not run, is told with an action that can work"
assert_contains "$(of stubborn error)" "reload is not applicable"
assert_contains "$(of stubborn error_hint)" 'has no reload: name action "restart"'
assert_contains "$(of stubborn error_hint)" services.toml:
assert_contains "$(of stopped error)" "the unit does not run, it is inactive (dead)"
assert_contains "$(of stopped error_hint)" "systemctl start stopped.service"

assert_contains "$(of absent error_hint)" 'name the unit that is meant in services.toml:'
assert_contains "$(of hidden error_hint)" 'systemctl unmask hidden.service'
assert_contains "$(overlayctl status)" '!  ghost '
assert_contains "$(of ghost note)" 'ghost.service is not found: name the unit that is meant in services.toml:'
assert_eq ok "$(of ghost condition)"

say "a failure is over when somebody has started the unit, be it at once"
for _ in 1 2 3; do
  fails_with 1 overlayctl forward stopped
  systemctl start stopped
  assert_eq "ok null" "$(of stopped condition) $(of stopped error)"
  systemctl stop stopped
done

say "or when services.toml names an action that it can take"
sed -i '/"stubborn"/,/dirs/ s/"reload"/"restart"/' /etc/overlayd/services.toml
overlayctl reload >/dev/null
wait_for 10 condition_is stubborn ok

say "a unit that dies after its restart is told, with what helps"
change brief brief/page fatal
wait_for 5 condition_is brief failed
assert_eq "brief.service failed (exit-code, status 3)" "$(of brief error)"
assert_eq "journalctl -u brief.service; overlayctl rollback brief, or once that is mended: overlayctl forward brief" "$(of brief error_hint)"
for arguments in "" brief; do
  # shellcheck disable=SC2086  # none or one
  assert_contains "$(overlayctl status $arguments)" "brief.service failed (exit-code, status 3)"
done
metrics() { busctl call org.overlayd1 /org/overlayd1 org.overlayd1.Manager Metrics; }
assert_contains "$(metrics)" 'overlayd_service_failed{service=\"brief\"} 1'
overlayctl rollback brief >/dev/null
assert_eq ok "$(of brief condition)"
assert_contains "$(metrics)" 'overlayd_service_failed{service=\"brief\"} 0'

say "each overlay's own action"
change app app.conf two
assert_eq "reload app" "$(record)"
change app a.conf two
assert_eq "" "$(record)"
assert_eq two "$(cat /etc/app.quiet)"
change app app/page two
assert_eq "start app" "$(record)"
put site app/page <<<three
change app app.conf three
assert_eq "start app" "$(record)" "when several changed"

say "templates"
change second b/page two
assert_eq "reload b" "$(record)"
change worker@a a/page two
assert_eq "" "$(record)" "of one that does not run"
systemctl start worker@a
change worker@a a/page three
assert_eq "start a" "$(record)"

say "no action at all"
: >/run/acts
overlayctl forward silent >/dev/null
assert_eq two "$(cat /etc/silent/page)"
assert_eq "" "$(record)"

say "a unit that does not start any more: told with its last state"
put site app/page <<<broken
put site web/page <<<two
commit site broken >/dev/null
: >/run/acts
fails_with 1 overlayctl forward app web
assert_contains "$output" "cannot restart app.service"
assert_contains "$output" "it is failed (exit-code"
assert_contains "$output" "journalctl -u app.service"
assert_eq failed "$(of app condition)"
assert_contains "$(of app error)" "it is failed (exit-code"
assert_contains "$(overlayctl log app)" "cannot restart app.service"

say "the others went on, and so did the daemon"
assert_eq two "$(cat /etc/web/page)"
assert_eq ok "$(of web condition)"
assert_contains "$(record)" "start web"
assert_eq 0 "$(systemctl show --property=NRestarts --value overlayd)"

say "the files that it fails with stay, and nothing is tried over and over"
assert_eq broken "$(cat /etc/app/page)"
systemctl restart overlayd
assert_eq failed "$(of app condition)"

say "mended beside Git: a forward acts again"
sed -i 's/grep --quiet broken/grep --quiet smashed/' /usr/local/bin/act
: >/run/acts
overlayctl forward app >/dev/null
assert_eq "start app" "$(record)"
assert_eq ok "$(of app condition)"
systemctl is-active --quiet app
: >/run/acts
overlayctl forward app >/dev/null
assert_eq "" "$(record)"

say "mended in Git"
put site app/page <<<smashed
commit site smashed >/dev/null
fails_with 1 overlayctl forward app
change app app/page well
assert_eq ok "$(of app condition)"
systemctl is-active --quiet app

say "mended by going back"
put site app/page <<<smashed
commit site smashed >/dev/null
fails_with 1 overlayctl forward app
overlayctl rollback app >/dev/null
assert_eq well "$(cat /etc/app/page)"
assert_eq ok "$(of app condition)"
systemctl is-active --quiet app

say "a reload that fails leaves the unit running, and is told"
put site b/page <<<smashed
commit site smashed >/dev/null
fails_with 1 overlayctl forward second
assert_contains "$output" worker@b.service
systemctl is-active --quiet worker@b

say "a service that is taken out: its unit is told, and the journal says what became of it"
sed -i '/^! grep/ s/.*/exit 7/' /usr/local/bin/act
mark=$(log_mark)
sed -i '/^name = "second"/,/^dirs/ d' /etc/overlayd/services.toml
sed -i 'N;/^\[\[services\]\]\n$/d;P;D' /etc/overlayd/services.toml
overlayctl reload >/dev/null
wait_log 10 overlayd 'second: .*its files were taken away, but: cannot try-reload-or-restart worker@b.service' "$mark"
[[ ! -e /etc/b ]]

say "systemd reads a drop-in that came, changed and went, before the unit is told, and also if it is not told"
told() { cat "/run/$1"; }
systemctl start dropped
assert_eq one "$(told dropped)"
put site drop-in/env.conf < <(drop_in two)
put site quiet.conf < <(drop_in two)
commit site 'drop-ins' >/dev/null
overlayctl forward dropped dropped-quietly >/dev/null
assert_eq two "$(told dropped)"
systemctl start quiet
assert_eq two "$(told quiet)"
assert_eq no "$(systemctl show --property=NeedDaemonReload --value quiet)"
overlayctl rollback dropped >/dev/null
assert_eq one "$(told dropped)"
systemctl stop quiet
awk -v RS= -v ORS='\n\n' '!/drop-in/' /etc/overlayd/services.toml | services
overlayctl reload >/dev/null
wait_for 10 grep --quiet '^$' /run/dropped

say "and what was cleared away is in force no more"
systemctl stop overlayd
overlayd clear
systemctl start quiet
assert_eq "" "$(told quiet)"
assert_eq no "$(systemctl show --property=NeedDaemonReload --value quiet)"
