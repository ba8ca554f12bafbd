# From the start of the daemon to READY with every mount up: warm, when the mounts are there already, and cold, as after a
# reboot, when they have to be made from local state. Beside it what of that is systemd's: the same unit around a program
# that only says that it is ready.
# shellcheck shell=bash

# start_time [UNIT]: in microseconds, with nothing else under way.
start_time() {
  local unit=${1:-overlayd} began ready
  wait_for 30 nobody_fetches
  systemctl restart "$unit"
  began=$(systemctl show --value --property=ExecMainStartTimestampMonotonic "$unit")
  ready=$(systemctl show --value --property=ActiveEnterTimestampMonotonic "$unit")
  echo $((ready - began))
}
nobody_fetches() { ! pgrep --uid overlayd; }

cold_start_time() {
  systemctl stop overlayd
  local target
  for target in /srv/live/*; do umount "$target"; done
  start_time
}

empty_unit() {
  sed 's|^ExecStart=.*|ExecStart=/usr/bin/systemd-notify --ready|; s|^NotifyAccess=.*|NotifyAccess=all\nRemainAfterExit=yes|' \
    /usr/lib/systemd/system/overlayd.service >/etc/systemd/system/empty.service
  systemctl daemon-reload
}

for count in 1 20 1000; do
  services_of "$count" "$HTTPS/many.git" 1h | services
  systemctl reload overlayd
  wait_for 120 all_live "$count"
  warm=() cold=()
  for _ in 1 2 3 4 5; do
    warm+=("$(start_time)")
    cold+=("$(cold_start_time)")
  done
  figure "start with $count services, warm$( ((count == 20)) && echo ' (aim 20 ms)')" "$(printf '%s\n' "${warm[@]}" | median)"
  figure "start with $count services, cold" "$(printf '%s\n' "${cold[@]}" | median)"
done
empty_unit
figure "start of the same unit around systemd-notify" "$(for _ in 1 2 3 4 5; do start_time empty; done | median)"
