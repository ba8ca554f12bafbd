#!/bin/bash
# Shows that overlays and states outlive the daemon: it is stopped, restarted, killed, the machine is rebooted and its
# plug pulled, with the upstream gone. No mount is touched, no unit acted on, and nginx serves what is in Git from its
# first request.
source /machine/lib.sh

# Everything that must stay as it is while the machine runs.
mounts() {
  local target
  for target in /etc/nginx/conf.d /etc/frozen /etc/pinned /etc/one-file; do
    findmnt --noheadings --output=TARGET,ID,FSROOT,VFS-OPTIONS "$target"
  done
  readlink /etc/linked
}
nginx_processes() {
  systemctl show --property=InvocationID,ExecMainStartTimestampMonotonic,StateChangeTimestampMonotonic nginx
  pgrep --parent "$(systemctl show --property=MainPID --value nginx)" | sort
}
states() {
  overlayctl status --json |
    jq --compact-output --sort-keys '.services[] | {name, state, deployed, deployed_at, reason, by, since, until,
      live: [.overlays[].live]}'
}
is_up() { overlayctl status >/dev/null; }
main_pid() { systemctl show --property=MainPID --value overlayd; }
is_another() { is_up && [[ $(main_pid) != "$1" && $(main_pid) != 0 ]]; }
page() { curl --silent --max-time 5 http://localhost/; }
serves() { [[ $(page) == "$1" ]]; }

# The daemon has looked at its upstream, found it away, and all is as it was.
same_as_before() {
  wait_for 20 is_up
  wait_for 20 upstream_is_away
  assert_eq "$(cat /var/lib/states)" "$(states)" "states"
}
upstream_is_away() { [[ $(overlayctl status nginx --json | jq --raw-output '.services[0].error') == *repository* ]]; }
untouched() {
  same_as_before
  assert_eq "$mounts" "$(mounts)" "mounts"
  assert_eq "$nginx" "$(nginx_processes)" "processes of nginx"
  assert_eq two "$(page)"
}

phase_start() {
  make_repo site
  local version
  for version in one two; do
    put site conf.d/site.conf <<<"server { listen 80; location / { return 200 $version; } }"
    put site frozen/file <<<"$version"
    put site pinned/file <<<"$version"
    commit site "$version" >/dev/null
  done
  services <<TOML
[global]
upstream = "$(upstream site)"
interval = "1h"

[[services]]
service = "nginx"
action = "reload-or-restart"
dirs = [{ local = "/etc/nginx/conf.d", link = "conf.d" }]

[[services]]
service = "frozen"
action = "restart"
dirs = [
  { local = "/etc/frozen", link = "frozen" },
  { local = "/etc/linked", link = "frozen", type = "symlink" },
]

[[services]]
service = "pinned"
action = "restart"
dirs = [{ local = "/etc/pinned", link = "pinned" }, { local = "/etc/one-file", link = "pinned/file" }]
TOML
  printf '[Service]\nExecStart=sleep infinity\n' | tee /etc/systemd/system/{frozen,pinned}.service >/dev/null
  rm /etc/nginx/sites-enabled/default
  systemctl --quiet enable --now nginx
  install_overlayd
  wait_for 20 overlay_at /etc/pinned
  wait_for 20 test -e /etc/linked/file
  overlayctl freeze frozen --for 2h --reason 'the audit is on' >/dev/null
  overlayctl rollback pinned >/dev/null
  wait_for 10 serves two
  mv /srv/git /srv/git.away
  states >/var/lib/states
  assert_contains "$(cat /var/lib/states)" '"reason":"the audit is on"'
  assert_contains "$(cat /var/lib/states)" '"state":"pinned"'
  mounts=$(mounts) nginx=$(nginx_processes)

  say "stopped: everything stays"
  systemctl stop overlayd
  assert_eq "$mounts" "$(mounts)" "mounts"
  assert_eq two "$(page)"

  say "started: everything is taken over as it is"
  systemctl start overlayd
  untouched

  say "restarted"
  systemctl restart overlayd
  untouched

  say "a second one beside it does not get in its way"
  mkdir /var/lib/overlayd/staging/in-use
  fails_with 1 overlayd
  assert_contains "$output" 'is running already'
  rmdir /var/lib/overlayd/staging/in-use
  untouched

  say "killed"
  local pid
  pid=$(main_pid)
  kill -KILL "$pid"
  wait_for 20 is_another "$pid"
  untouched
  then_reboot booted
}

# How it is after a boot.
came_up() {
  wait_for 20 systemctl is-active nginx
  assert_eq two "$(page)" "the first request"
  local restored started
  restored=$(systemctl show --property=ExecMainExitTimestampMonotonic --value overlayd-restore)
  started=$(systemctl show --property=ExecMainStartTimestampMonotonic --value nginx)
  ((restored > 0 && restored < started)) || fail "nginx was started at $started, overlays were there at $restored"
  same_as_before
  assert_eq one "$(cat /etc/pinned/file)"
  assert_eq one "$(cat /etc/one-file)"
  assert_eq two "$(cat /etc/linked/file)"
  assert_lacks "$(journal --boot --unit=nginx)" Reload
  fails_with 3 systemctl is-active frozen pinned
}

phase_booted() {
  say "rebooted"
  came_up
  then_power_cut cut
}

phase_cut() {
  say "the plug was pulled"
  came_up
  say "and when the upstream is back, it goes on"
  mv /srv/git.away /srv/git
  put site conf.d/site.conf <<<"server { listen 80; location / { return 200 three; } }"
  commit site three >/dev/null
  overlayctl forward nginx >/dev/null
  wait_for 10 serves three
}

"phase_$1"
