#!/bin/bash
# Shows that what goes wrong half-way leaves nobody waiting and nothing half done: a secret that cannot be read any more,
# a mirror that is spoilt or gone, a disk that is full, and a daemon that is killed while a unit acts.
source /machine/lib.sh

of() { overlayctl status "$1" --json | jq --raw-output ".services[0].$2"; }
shows() { [[ $(cat "$1") == "$2" ]]; }
is_well() { [[ $(of "$1" condition) == ok && $(of "$1" error) == null ]]; }
main_pid() { systemctl show --property=MainPID --value overlayd; }
is_another() { overlayctl status && [[ $(main_pid) != "$1" && $(main_pid) != 0 ]]; }
starts() { journal --unit=slow --output=cat | grep --count 'Starting slow' || true; }

# push VERSION: new content of all services.
push() {
  put site etc/page <<<"$1"
  put site slow/page <<<"$1"
  commit site "$1" >/dev/null
}

make_repo site
for version in 1 2 3 4 5 6; do push "$version"; done
https_server
state=/srv/state
mkdir -m 755 $state
mount -t tmpfs -o size=16m,mode=755 state $state
services <<TOML
[global]
upstream = "$HTTPS/site.git"
state_directory = "$state"
interval = "1s"
depth = 2

[[upstreams]]
url = "$HTTPS/site.git"
token_file = "$TOKEN_FILE"
ca_file = "$CA_FILE"
interval = "1s"
depth = 2

[[services]]
service = "web"
dirs = [{ local = "/etc/web", link = "etc" }, { local = "/etc/web.linked", link = "etc", type = "symlink" }]

[[services]]
service = "slow"
action = "restart"
dirs = [{ local = "/etc/slow", link = "slow" }]
TOML
mkfifo /run/held
cat >/etc/systemd/system/slow.service <<'UNIT'
[Service]
ExecStart=sleep infinity
UNIT
install_overlayd
wait_for 20 shows /etc/slow/page 6
wait_for 10 is_well web
wait_for 10 is_well slow

say "a secret that is gone when it is needed is an error, and no more than that"
mv "$TOKEN_FILE" "$TOKEN_FILE.away"
fails_with 1 overlayctl rollback web HEAD~5
assert_contains "$output" "$TOKEN_FILE"
fails_with 1 overlayctl forward web
mv "$TOKEN_FILE.away" "$TOKEN_FILE"
overlayctl rollback web HEAD~5 >/dev/null
assert_eq 1 "$(cat /etc/web/page)"
overlayctl forward web >/dev/null
assert_eq 6 "$(cat /etc/web/page)"

say "a mirror that is gone, or spoilt, is made anew"
mirror=$(echo $state/mirrors/*.git)
systemctl stop overlayd
rm -rf "$mirror"
push 7
systemctl start overlayd
wait_for 20 shows /etc/web/page 7
rm -rf "$mirror"
push 8
wait_for 20 shows /etc/web/page 8
rm -rf "$mirror"
overlayctl rollback web >/dev/null
assert_eq 7 "$(cat /etc/web/page)"
overlayctl forward web >/dev/null
for pack in "$mirror"/objects/pack/*.pack; do truncate --size=40 "$pack"; done
push 9
wait_for 20 shows /etc/web/page 9
find "$mirror"/objects -type f -exec truncate --size=10 {} +
overlayctl rollback web >/dev/null
assert_eq 8 "$(cat /etc/web/page)"
overlayctl forward web >/dev/null
assert_eq 9 "$(cat /etc/web/page)"
wait_for 20 is_well web

say "on a full disk all stays as it is, and says so; with room again it goes on by itself"
fill() { dd if=/dev/zero of=$state/fill bs=4k conv=fsync 2>/dev/null || true; }
says_full() { [[ $(overlayctl status web --json) == *"No space left"* ]]; }
fill
push 10
wait_for 20 says_full
assert_contains "$(of web error)" "$state/"
assert_eq "df $state" "$(of web error_hint)"
assert_eq 9 "$(cat /etc/web/page)"
fails_with 1 overlayctl freeze web --reason 'the disk is full'
assert_contains "$output" 'a restart would forget it'
assert_contains "$output" "df $state"
fails_with 1 overlayctl forward slow
rm $state/fill
wait_for 30 is_well web
assert_eq frozen "$(of web state)"
overlayctl forward web >/dev/null
assert_eq 10 "$(cat /etc/web/page)"
overlayctl forward slow >/dev/null
assert_eq 10 "$(cat /etc/slow/page)"
wait_for 20 is_well slow

say "a folder for states that somebody has removed comes back with a restart, as is said"
rm -r $state/state
fails_with 1 overlayctl freeze web
assert_contains "$output" 'systemctl restart overlayd'
assert_contains "$(of web error_hint)" 'systemctl restart overlayd'
rm /etc/web.linked # nobody knows any more who made it
systemctl restart overlayd
wait_for 20 is_well web
wait_for 20 is_well slow
assert_eq 10 "$(cat /etc/web/page)"

say "the daemon is killed while a unit acts: the unit is told again, and everything is in place"
# Each start waits for a word.
sed -i '/ExecStart=/i ExecStartPre=sh -c "read _ </run/held"' /etc/systemd/system/slow.service
systemctl daemon-reload
before=$(starts)
# told_again COUNT: that often since then.
told_again() { (($(starts) == before + $1)); }
push 11
wait_for 20 told_again 1
assert_eq 11 "$(cat /etc/slow/page)"
pid=$(main_pid)
kill -KILL "$pid"
wait_for 20 is_another "$pid"
wait_for 20 told_again 2
assert_eq changing "$(of slow condition)"
echo >/run/held
wait_for 20 is_well slow
assert_eq 11 "$(cat /etc/slow/page)"
assert_eq '' "$(ls $state/journal)"
assert_eq '11 10' "$(overlayctl log slow --json | jq --raw-output '[.entries[] | select(.deployment != null) | .subject][:2] | join(" ")')"

say "and what its unit made of it then is remembered"
push 12
wait_for 20 told_again 3
pid=$(main_pid)
kill -KILL "$pid"
wait_for 20 is_another "$pid"
wait_for 20 told_again 4
systemctl kill slow
has_failed() { [[ $(of slow condition) == failed ]]; }
wait_for 20 has_failed
assert_contains "$(of slow error)" slow.service
