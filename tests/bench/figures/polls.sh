# Processor time of a poll that finds nothing, beside one git ls-remote; and the daemon's memory.
# shellcheck shell=bash

polls() { overlayctl_metric "overlayd_upstream_fetch_duration_seconds_count{upstream=\"$1\"}"; }
overlayctl_metric() { curl --silent http://127.0.0.1:9836/metrics | awk -v name="$1" '$1 == name { print $2 }'; }
more_polls() { (($(polls "$1") >= $2)); }

poll_cost() {
  local count=$1 url=$2 before start first remote=() number
  services_of "$count" "$url" 1s | services
  systemctl reload overlayd
  wait_for 60 all_live "$count"
  first=$(polls "$url")
  wait_for 30 more_polls "$url" $((first + 2))
  first=$(polls "$url") before=$(service_cpu overlayd)
  sleep 15 # nobody asks meanwhile: the answers would be measured too
  local used=$(($(service_cpu overlayd) - before))
  start=$(polls "$url")
  local cost=$((used / (start - first)))
  for ((number = 0; number < 15; number++)); do remote+=("$(command_cpu bare_git ls-remote "$url" refs/heads/main)"); done
  figure "processor time of an idle poll, $count services" "$cost" \
    "git ls-remote" "$(printf '%s\n' "${remote[@]}" | median)" 1.2
}

poll_cost 1 "$HTTPS/many.git"
poll_cost 20 "$HTTPS/many.git"
resident=$(awk '/^VmRSS/ { print $2 }' "/proc/$(systemctl show --value --property=MainPID overlayd)/status")
private=$(awk '/^Private/ { sum += $2 } END { print sum }' "/proc/$(systemctl show --value --property=MainPID overlayd)/smaps_rollup")
printf '%-52s %10.2f MB   of which private %.2f MB (aim 12)\n' "resident with 20 services" \
  "$(bc -l <<<"$resident / 1024" 2>/dev/null || awk -v k="$resident" 'BEGIN { print k / 1024 }')" \
  "$(awk -v k="$private" 'BEGIN { print k / 1024 }')"
