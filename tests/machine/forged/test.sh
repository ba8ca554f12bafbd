#!/bin/bash
# Shows that the daemon believes nothing that overlayd-git says or hands over: one that was taken over by an attacker
# gets nothing in place but plain files, directories and links of its own, and nothing at all anywhere else.
source /machine/lib.sh

of() { overlayctl status demo --json | jq --raw-output ".services[0].$1"; }
helpers() { pgrep --uid overlayd; }
listing() {
  find /etc /tmp /usr /var /root -xdev \( -path /etc/forgery -o -path /var/log -o -path /var/lib/overlayd \) -prune -o \
    -printf '%p %i %m %u %s %C@ %l\n' | sort
}
number=1
# forge WAY: makes a new version, and has it forged.
forge() {
  echo "$1" >/etc/forgery
  number=$((number + 1))
  put site demo/page <<<"$number"
  commit site "$1" >/dev/null
}
# refused WAY PART [CODE]: nothing comes of it but an error with PART.
refused() {
  say "$1"
  forge "$1"
  fails_with "${3:-1}" overlayctl forward demo
  assert_contains "$output" "$2"
  assert_eq 1 "$(cat /etc/demo/page)"
  assert_eq "$good" "$(of deployed)" "deployed"
  assert_eq "$mounted" "$(findmnt --noheadings --output=ID /etc/demo)" "mount id"
  assert_eq "$daemon" "$(systemctl show --property=MainPID --value overlayd)" "the daemon"
  wait_for 5 eval '! helpers'
}

make_repo site
put site demo/page <<<1
good=$(commit site one)
services <<TOML
[global]
upstream = "$(upstream site)"
interval = "1h"
[[services]]
service = "demo"
dirs = [{ local = "/etc/demo", link = "demo" }]
TOML
install_overlayd
wait_for 10 overlay_at /etc/demo
mounted=$(findmnt --noheadings --output=ID /etc/demo)
daemon=$(systemctl show --property=MainPID --value overlayd)
mv /usr/libexec/overlayd/overlayd-git{,.real}
install /scenario/forger.pl /usr/libexec/overlayd/overlayd-git
touch /etc/forgery
before=$(listing)

refused hard_link "neither a directory, a plain file of its own nor a link"
refused fifo "neither a directory, a plain file of its own nor a link"
refused socket "neither a directory, a plain file of its own nor a link"
refused link_up "leads out"
refused link_through "leads out"
refused link_absolute "leads out"
refused tree_is_link "leads out"
refused nothing "No such file or directory"
refused other_message "answered something else"
refused garbage "malformed message"
refused endless "malformed message"
refused crash "it ended with exit code 3"

say "nothing was written but in the state directory, and nothing is left there"
assert_eq "" "$(diff <(echo "$before") <(listing) || true)" "changes"
assert_eq "" "$(find /var/lib/overlayd/staging -mindepth 1 2>/dev/null)" "left over"

say "special modes are not taken over"
forge special_modes
overlayctl forward demo >/dev/null
assert_eq "root:root 755" "$(stat --format='%U:%G %a' /etc/demo/page)"

say "nobody stays behind to write into what was checked"
forge stays
overlayctl forward demo >/dev/null || true
wait_for 5 eval '! helpers'
[[ ! -e /etc/demo/late || $(stat --format=%U /etc/demo/late) == root ]]

say "what it must not do it cannot do"
forge tries
overlayctl forward demo >/dev/null
assert_eq "possible: " "$(cat /etc/demo/report)"
assert_eq "$daemon" "$(systemctl show --property=MainPID --value overlayd)" "the daemon"
