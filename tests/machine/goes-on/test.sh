#!/bin/bash
# Shows that what was said and what failed is not forgotten: a freeze ends at its time over a restart, and not the next
# one with it; a rollback stays one though the daemon is killed before its unit has answered; what could not be put in
# place is tried again until it is, for a service that is held too; and a failed round does not end the polling.
source /machine/lib.sh

of() { overlayctl status "$1" --json | jq --raw-output ".services[0].$2"; }
is() { [[ $(of "$1" "$2") == "$3" ]]; }
shows() { [[ $(cat "$1") == "$2" ]]; }
main_pid() { systemctl show --property=MainPID --value overlayd; }
is_another() { overlayctl status && [[ $(main_pid) != "$1" && $(main_pid) != 0 ]]; }
push() {
  put site etc/page <<<"$1"
  put site slow/page <<<"$1"
  commit site "$1" >/dev/null
}
# configure BLOCKS
configure() {
  services < <(printf '[global]\nupstream = "%s"\ninterval = "1s"\n%s\n' "$(upstream site)" "$1")
}
web='[[services]]
service = "web"
dirs = [{ local = "/etc/web", link = "etc" }]'
slow='[[services]]
service = "slow"
action = "restart"
dirs = [{ local = "/etc/slow", link = "slow" }]'

make_repo site
for version in 1 2 3; do push "$version"; done
mkfifo /run/held
# From now on, each start of slow.service waits for a word; or not.
hold() {
  printf '[Service]\nExecStart=sleep infinity\n%s\n' "${1-ExecStartPre=sh -c 'read _ </run/held'}" \
    >/etc/systemd/system/slow.service
  systemctl daemon-reload
}
is_waiting() { [[ $(systemctl show --property=ActiveState --value slow) == activating ]]; }
hold ''
mkdir -p /mnt/late
configure "$web
$slow"
install_overlayd
wait_for 20 shows /etc/web/page 3
wait_for 20 shows /etc/slow/page 3

say "a freeze ends at its time, also over a restart"
overlayctl freeze web --for 2s >/dev/null
systemctl restart overlayd
wait_for 5 is web state frozen
wait_for 20 is web state following

say "a rollback is one before its unit has answered"
hold
overlayctl rollback slow HEAD~2 >/dev/null 2>&1 &
wait_for 20 is_waiting
assert_eq 1 "$(cat /etc/slow/page)"
pid=$(main_pid)
kill -KILL "$pid"
wait_for 20 is_another "$pid"
wait_for 20 is_waiting
hold ''
echo >/run/held
wait_for 20 is slow condition ok
assert_eq pinned "$(of slow state)"
assert_eq 1 "$(cat /etc/slow/page)"
overlayctl forward slow >/dev/null

say "the end of an old freeze does not end a new one"
overlayctl freeze slow --for 2s >/dev/null
hold
push 4
overlayctl forward slow >/dev/null &
forwarding=$!
wait_for 20 is_waiting
overlayctl freeze slow --for 2s --reason old >/dev/null &
freezing=$!
overlayctl freeze slow --reason important >/dev/null &
important=$!
hold ''
echo >/run/held
wait "$forwarding" "$freezing" "$important"
overlayctl freeze slow --reason important >/dev/null
overlayctl freeze web --for 3s >/dev/null
wait_for 20 is web state following
assert_eq frozen "$(of slow state)"

say "a mirror that cannot be made fails one rollback, and no more than that"
rm -rf /var/lib/overlayd/mirrors
touch /var/lib/overlayd/mirrors
fails_with 1 overlayctl rollback web
rm /var/lib/overlayd/mirrors
mkdir --mode=711 /var/lib/overlayd/mirrors
push 5
wait_for 30 shows /etc/web/page 5

say "what is in the way at a start is not for ever, though the service is frozen"
configure "$web
$slow
[[services]]
service = \"late\"
dirs = [{ local = \"/mnt/late/conf\", link = \"etc\" }]"
wait_for 20 overlay_at /mnt/late/conf
overlayctl freeze late >/dev/null
systemctl stop overlayd
umount /mnt/late/conf
rmdir /mnt/late/conf
touch /mnt/late/conf
mark=$(log_mark)
systemctl start overlayd
wait_for 20 is late condition failed
assert_contains "$(of late error)" 'a file is there, which overlayd did not make'
assert_contains "$(of late error_hint)" 'mv /mnt/late/conf /mnt/late/conf.orig'
assert_lacks "$(journal --unit=overlayd --since="$mark" --output=cat)" "late: $(of late error)"
rm /mnt/late/conf
wait_for 30 shows /mnt/late/conf/page 5
wait_for 10 is late condition ok
assert_eq frozen "$(of late state)"

say "a service that comes back while it is removed can be asked for, and is frozen as it was"
systemctl stop overlayd
configure "$web"
hold
systemctl start overlayd --no-block
wait_for 20 is_waiting
pid=$(main_pid)
configure "$web
$slow"
overlayctl reload >/dev/null
overlayctl status slow >/dev/null || true
overlayctl status >/dev/null || true
hold ''
echo >/run/held
wait_for 20 is slow condition ok
assert_eq frozen "$(of slow state)"
overlayctl forward slow >/dev/null
shows /etc/slow/page 5
assert_eq "$pid" "$(main_pid)"

say "a forward of all leaves alone what was frozen while it waited"
hold
push 5a
overlayctl forward slow >/dev/null &
wait_for 20 is_waiting
# Its turn comes later; on a terminal it tells what it waits for once it has asked.
script --quiet --flush --command "overlayctl freeze slow --reason 'not now'" /root/freezing </dev/null >/dev/null &
freezing=$!
wait_for 10 grep --quiet 'slow: ' /root/freezing
push 5b
overlayctl forward >/root/forwarded &
forwarding=$!
hold ''
echo >/run/held
wait "$forwarding" || fail "$(cat /root/forwarded)"
wait "$freezing"
assert_contains "$(cat /root/forwarded)" 'not now'
assert_eq 'frozen 5a' "$(of slow state) $(cat /etc/slow/page)"
overlayctl thaw slow >/dev/null
wait_for 20 shows /etc/slow/page 5b

say "a change that could not be taken back at a start is taken back when that is possible"
systemctl stop overlayd
tree=$(basename "$(findmnt --noheadings --output FSROOT /etc/web)")
mkdir /srv/left /srv/hers
mount --bind "/var/lib/overlayd/trees/$tree" /srv/left
mount --options remount,bind,ro /srv/left
mount -t tmpfs hers /srv/hers
printf 'MOUNT /srv/left %s\nMKDIR /srv/hers\n' "$tree" >/var/lib/overlayd/journal/web
systemctl start overlayd
wait_for 20 overlayctl status
umount /srv/hers
push 6
wait_for 60 shows /etc/web/page 6
gone() { [[ ! -e /srv/hers && -z $(ls /var/lib/overlayd/journal) ]] && ! overlay_at /srv/left; }
wait_for 10 gone

say "what somebody has unmounted is put back"
umount /etc/web
wait_for 20 overlay_at /etc/web
assert_eq 6 "$(cat /etc/web/page)"

say "a state that cannot be read is that service's trouble alone, and over when it can be"
systemctl stop overlayd
mv /var/lib/overlayd/state/web /root/web
ln -s web /var/lib/overlayd/state/web # which is an error of the kernel's, as a bad disk is
tree=$(basename "$(findmnt --noheadings --output FSROOT /etc/web)")
mkdir /srv/half-done
mount --bind "/var/lib/overlayd/trees/$tree" /srv/half-done
printf 'MKDIR /srv/half-done\nMOUNT /srv/half-done %s\n' "$tree" >/var/lib/overlayd/journal/web
systemctl start overlayd
wait_for 20 is web condition failed
assert_contains "$(of web error)" 'its state cannot be read now'
assert_contains "$(of web error_hint)" /var/lib/overlayd/state/web
wait_for 20 is slow condition ok
for verb in forward freeze rollback; do
  fails_with 1 overlayctl "$verb" web
  assert_contains "$output" 'its state cannot be read now'
done
fails_with 1 overlayctl plan web --json
assert_eq '[] []' "$(jq --compact-output --raw-output '.plans[0] | "\(.steps) \(.files)"' <<<"$output")"
overlay_at /etc/web
rm /var/lib/overlayd/state/web
mv /root/web /var/lib/overlayd/state/web
before=$(findmnt --noheadings --output=ID /etc/web)
overlayctl forward web >/dev/null
[[ ! -e /srv/half-done && -z $(ls /var/lib/overlayd/journal) ]]
assert_eq "$before" "$(findmnt --noheadings --output=ID /etc/web)" "mount"
wait_for 10 is web condition ok

say "nor is a freeze forgotten when the state makes no sense"
overlayctl freeze web --reason 'trade fair' >/dev/null
systemctl stop overlayd
cp /var/lib/overlayd/state/web /root/web
sed -i 's/^version = 1/version = 2/' /var/lib/overlayd/state/web # as after a downgrade
push 7
systemctl start overlayd
wait_for 20 is web condition failed
assert_contains "$(of web error)" 'its state makes no sense'
assert_eq 6 "$(cat /etc/web/page)"
mv /root/web /var/lib/overlayd/state/web
wait_for 30 is web state frozen
assert_eq 6 "$(cat /etc/web/page)"
overlayctl forward web >/dev/null
assert_eq 7 "$(cat /etc/web/page)"

say "a plan of a service whose package is missing does not put it in place"
configure "$web
[[services]]
service = \"nopkg\"
package = \"no-such-package\"
dirs = [{ local = \"/etc/nopkg\", link = \"etc\" }]"
wait_for 20 is nopkg condition failed
assert_contains "$(overlayctl plan nopkg)" MOUNT
overlayctl plan web >/dev/null
push 8
wait_for 20 shows /etc/web/page 8
[[ ! -e /etc/nopkg ]]
assert_contains "$(of nopkg error)" no-such-package
assert_contains "$(of nopkg error_hint)" 'is package right in services.toml:7?'

say "what cannot come about by itself is told with its place in services.toml"
mkdir /srv/hers
touch /srv/hers/file
ln -s hers /srv/his
configure "$web
[[services]]
service = \"nouser\"
user = \"no-such-user\"
package = \"git\"
dirs = [{ local = \"/etc/nouser\", link = \"etc\" }]
[[services]]
service = \"taken\"
dirs = [{ local = \"/srv/hers/file\", link = \"etc\" }]
[[services]]
service = \"linked\"
dirs = [{ local = \"/srv/his/x\", link = \"etc\" }]"
for name in nouser taken linked; do
  wait_for 20 is "$name" condition failed
done
assert_contains "$(of nouser error_hint)" 'in services.toml:7'
assert_contains "$(of taken error_hint)" 'overlayd outside -- mv /srv/hers/file /srv/hers/file.orig && overlayctl forward taken; or mend services.toml:14'
assert_contains "$(of linked error_hint)" 'name what it leads to in services.toml:17'
