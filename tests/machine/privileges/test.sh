#!/bin/bash
# Shows who may do what while a fetch is under way: the daemon has no Git or HTTP library and no network socket, what
# touches the network or a Git object is a system user without any rights, who can write to nothing but its own folder.
source /machine/lib.sh

shows() { [[ $(cat "$1") == "$2" ]]; }
status_of() { awk -v name="$2:" '$1 == name { print $2 }' "/proc/$1/status"; }
helpers() { pgrep --uid overlayd "$@"; }

# Sockets of process $1 that speak IP.
network_sockets() {
  local inodes
  inodes=$(awk 'FNR > 1 { print $10 }' /proc/net/{tcp,tcp6,udp,udp6} && awk 'FNR > 1 { print $10 }' /proc/net/{raw,raw6})
  find "/proc/$1/fd" -lname 'socket:*' -printf '%l\n' | tr -dc '0-9\n' | grep --fixed-strings --line-regexp "$inodes" || true
}

make_repo site
put site demo/page <<<one
commit site one >/dev/null
ssh_server
services <<TOML
[[upstreams]]
url = "$SSH/site.git"
ssh_key = "$SSH_KEY"
known_hosts = "$KNOWN_HOSTS"
interval = "1h"
[[services]]
service = "demo"
upstream = "$SSH/site.git"
dirs = [{ local = "/etc/demo", link = "demo" }]
TOML
resolvers=$(cat /etc/resolv.conf 2>/dev/null || true)
rm -f /etc/resolv.conf
printf '%s\n' "$resolvers" >/run/resolv.conf
ln -s /run/resolv.conf /etc/resolv.conf
install_overlayd
wait_for 10 shows /etc/demo/page one
daemon=$(systemctl show --property=MainPID --value overlayd)

none_works() { ! helpers; }
say "nobody works while there is nothing to do"
wait_for 10 none_works

say "a fetch is under way"
put site demo/page <<<two
commit site two >/dev/null
hold_ssh
overlayctl forward demo >/dev/null &
forward=$!
talks() { helpers --exact ssh && helpers --exact git && helpers --exact overlayd-fetch && helpers --exact overlayd-git; }
wait_for 10 talks
wait_for 10 pgrep --full --uid git /usr/local/bin/serve

say "every helper is the system user, without capabilities and without a way to new ones"
for pid in $(helpers); do
  comm=$(cat "/proc/$pid/comm")
  for set in CapInh CapPrm CapEff CapBnd CapAmb; do assert_eq 0000000000000000 "$(status_of "$pid" $set)" "$comm: $set"; done
  assert_eq 1 "$(status_of "$pid" NoNewPrivs)" "$comm: NoNewPrivs"
  assert_eq "$(id -u overlayd)" "$(status_of "$pid" Uid)" "$comm: Uid"
  assert_eq "" "$(awk '$1 == "Groups:" { print $2 }' "/proc/$pid/status")" "$comm: Groups"
  for namespace in mnt pid ipc; do
    [[ $(readlink "/proc/$pid/ns/$namespace") != "$(readlink "/proc/$daemon/ns/$namespace")" ]] ||
      fail "$comm shares the $namespace namespace"
  done
  case $comm in
    overlayd-git) [[ $(readlink "/proc/$pid/ns/net") != "$(readlink /proc/1/ns/net)" ]] || fail "$comm has a network" ;;
    *) assert_lacks "$(cat "/proc/$pid/maps")" libgit2 ;;
  esac
done

say "none of them can write outside its own folder, not even if it were root"
for comm in overlayd-git overlayd-fetch; do
  pid=$(helpers --exact "$comm")
  inside() { nsenter --target "$pid" --mount "$@"; }
  for place in /etc /tmp /run /usr /var/lib /var/lib/overlayd /dev/shm /proc; do
    fails_with 1 inside touch "$place/written"
    assert_contains "$output" "Read-only file system"
  done
  say "$comm sees of the state: $(inside ls /var/lib/overlayd | xargs)"
  for hidden in state trees checkouts journal; do fails_with 2 inside ls "/var/lib/overlayd/$hidden"; done
done
say "none of them sees a socket of anybody else"
test -S /run/dbus/system_bus_socket
for comm in overlayd-git overlayd-fetch; do
  pid=$(helpers --exact "$comm")
  fails_with 1 inside test -e /run/dbus/system_bus_socket
  assert_eq "" "$(inside find /run /dev/shm -type s)" "$comm: sockets"
done
say "of /run the one file alone shows that /etc/resolv.conf leads to"
assert_eq "/run/resolv.conf" "$(nsenter --target "$(helpers --exact overlayd-fetch)" --mount find /run -type f)"
assert_eq "$(cat /run/resolv.conf)" "$(nsenter --target "$(helpers --exact overlayd-fetch)" --mount cat /etc/resolv.conf)"
assert_eq "" "$(nsenter --target "$(helpers --exact overlayd-git)" --mount find /run /tmp /var/tmp /dev/shm -mindepth 1)"

fails_with 1 nsenter --target "$(helpers --exact overlayd-git)" --mount touch /var/lib/overlayd/mirrors/*/written

say "the key is on no command line and in no environment"
secret=$(sed -n 2p "$SSH_KEY")
for pid in $(helpers); do
  assert_lacks "$(tr '\0' '\n' <"/proc/$pid/cmdline")" "$secret"
  assert_lacks "$(tr '\0' '\n' <"/proc/$pid/environ")" "$secret"
done
fails_with 1 grep --recursive --quiet "$secret" /var/lib/overlayd

say "the daemon itself has none of this"
maps=$(cat "/proc/$daemon/maps")
for library in libgit2 libcurl civetweb libssh libgnutls libssl libmicrohttpd prometheus-cpp-pull; do
  assert_lacks "$maps" "$library"
done
assert_eq "$(readlink /proc/1/ns/mnt)" "$(readlink "/proc/$daemon/ns/mnt")"
assert_eq "" "$(network_sockets "$daemon")" "network sockets of the daemon"
[[ $(network_sockets "$(helpers --exact ssh)") ]] || fail "the network socket of ssh was not seen either"

release_ssh
wait "$forward"
assert_eq two "$(cat /etc/demo/page)"
wait_for 10 none_works

say "it does all of its own work where network sockets are forbidden"
mkdir -p /etc/systemd/system/overlayd.service.d
printf '[Service]\nRestrictAddressFamilies=\nRestrictAddressFamilies=AF_UNIX AF_NETLINK\n' \
  >/etc/systemd/system/overlayd.service.d/no-network.conf
systemctl daemon-reload
sed -i "s|$SSH/site.git|$(upstream site)|; /^ssh_key\|^known_hosts/d" /etc/overlayd/services.toml
systemctl restart overlayd
put site demo/page <<<three
commit site three >/dev/null
overlayctl forward demo >/dev/null
assert_eq three "$(cat /etc/demo/page)"
