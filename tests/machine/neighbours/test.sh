#!/bin/bash
# Shows that a service is touched only by what concerns it, to the letter of its path, and that all services of one
# upstream share what is asked of it.
source /machine/lib.sh

of() { overlayctl status "$1" --json | jq --raw-output ".services[0].$2"; }
shows() { [[ $(cat "$1") == "$2" ]]; }
is_at() { [[ $(of "$1" deployed) == "$2" ]]; }

# A service that does nothing, and counts how often it is started and reloaded.
unit() {
  cat >"/etc/systemd/system/$1.service" <<UNIT
[Service]
ExecStart=sleep infinity
ExecReload=true
UNIT
  systemctl start "$1"
}
# What changes with every restart, reload and mount.
traces() {
  systemctl show --property=InvocationID,ExecMainStartTimestampMonotonic,StateChangeTimestampMonotonic "$1"
  findmnt --noheadings --output=TARGET,ID,FSROOT "/etc/$1" "/etc/$1.linked" || true
  stat --format='%N %i %z' "/etc/$1.linked"
}

count_connections() { wc -l </srv/git/connections; }

service() {
  cat <<TOML
[[services]]
service = "$1"
action = "$([[ -e /etc/systemd/system/$1.service ]] && echo reload-or-restart || echo none)"
dirs = [
  { local = "/etc/$1", link = "$1/etc" },
  { local = "/etc/$1.linked", link = "$1/etc", type = "symlink" },
]
TOML
}
# configure NAME...
configure() {
  services < <(
    cat <<TOML
[global]
upstream = "$SSH/site.git"
interval = "1h"
[[upstreams]]
url = "$SSH/site.git"
ssh_key = "$SSH_KEY"
known_hosts = "$KNOWN_HOSTS"
interval = "1h"
TOML
    for name; do service "$name"; done
  )
}

make_repo site
ssh_server
names=(svc01 xsvc01 svc01x svc011)
for ((i = 10; i < 29; i++)); do names+=("many$i"); done
for name in "${names[@]}"; do put site "$name/etc/page" <<<one; done
commit site one >/dev/null
for name in svc01 xsvc01; do unit "$name"; done
configure svc01 xsvc01
install_overlayd
wait_for 10 shows /etc/svc01/page one
wait_for 10 shows /etc/xsvc01.linked/page one
settled() { [[ $(of svc01 condition) == ok && $(of xsvc01 condition) == ok ]]; }
wait_for 10 settled

say "xsvc01 changes: it is mounted and reloaded, svc01 is not touched, and its commit moves"
before=$(traces svc01) changed=$(traces xsvc01)
put site xsvc01/etc/page <<<two
second=$(commit site two)
overlayctl forward >/dev/null
assert_eq two "$(cat /etc/xsvc01/page)"
[[ $(traces xsvc01) != "$changed" ]]
is_at xsvc01 "$second"
is_at svc01 "$second"
assert_eq "$before" "$(traces svc01)" "svc01"
assert_eq true "$(of svc01 in_sync)"

say "so with names that only begin the same, and with files beside its folder"
for path in svc01x/etc/page svc011/etc/page svc01/other svc01/etc.d/page README; do put site "$path" <<<three; done
third=$(commit site three)
overlayctl forward >/dev/null
is_at svc01 "$third"
assert_eq "$before" "$(traces svc01)" "svc01"

say "the same content under new ids of commits is the same content"
work site commit --quiet --amend --message 'three, reworded'
work site push --quiet --force origin HEAD
overlayctl forward >/dev/null
is_at svc01 "$(tip site)"
assert_eq "$before" "$(traces svc01)" "svc01"

say "who asks for one service means that one"
for name in svc01 xsvc01; do put site "$name/etc/page" <<<asked; done
commit site asked >/dev/null
overlayctl plan svc01 >/dev/null
assert_eq "$before" "$(traces svc01)" "svc01"
before=$(traces xsvc01)
overlayctl forward svc01 >/dev/null
assert_eq asked "$(cat /etc/svc01/page)"
assert_eq "$before" "$(traces xsvc01)" "xsvc01"
overlayctl forward >/dev/null
assert_eq asked "$(cat /etc/xsvc01/page)"

# cost_of WAY NAME...: how many connections it takes to bring a change of all of these services here.
cost_of() {
  local way=$1 name before
  shift
  for name; do put site "$name/etc/page" <<<"$way $#"; done
  commit site "$way $#" >/dev/null
  before=$(count_connections)
  "$way" >/dev/null
  for name; do
    wait_for 20 shows "/etc/$name/page" "$way $#"
    wait_for 20 is_at "$name" "$(tip site)"
  done
  cost=$(($(count_connections) - before))
}
restart() { systemctl restart overlayd; }
forward() { overlayctl forward; }

say "what a poll, a forward cost does not depend on the number of services"
cost_of restart svc01 xsvc01
two=$cost
cost_of forward svc01 xsvc01
two_forwarded=$cost
configure svc01
overlayctl reload >/dev/null
cost_of restart svc01
one=$cost
cost_of forward svc01
one_forwarded=$cost
configure svc01 "${names[@]:4}" # a few of them are left out
overlayctl reload >/dev/null
for name in "${names[@]:4}"; do wait_for 20 overlay_at "/etc/$name"; done
cost_of restart svc01 "${names[@]:4}"
many=$cost
cost_of forward svc01 "${names[@]:4}"
say "restart: $one, $two, $many connections; forward: $one_forwarded, $two_forwarded, $cost"
assert_eq "$one $one" "$two $many" "connections of a poll"
assert_eq "$one_forwarded $one_forwarded" "$two_forwarded $cost" "connections of a forward"
