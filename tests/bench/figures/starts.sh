# From the start of the daemon to READY with every mount up: warm, when the mounts are there already, and cold, as after a
# reboot, when they have to be made from local state.
# shellcheck shell=bash

start_time() {
  systemctl restart overlayd
  local began ready
  began=$(systemctl show --value --property=ExecMainStartTimestampMonotonic overlayd)
  ready=$(systemctl show --value --property=ActiveEnterTimestampMonotonic overlayd)
  echo $((ready - began))
}

cold_start_time() {
  systemctl stop overlayd
  local target
  for target in /srv/live/*; do umount "$target"; done
  start_time
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
