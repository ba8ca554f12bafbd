#!/bin/bash
# Shows what every other scenario relies on: a booted Debian without overlayd, real Git servers, a reboot, a power cut.
source /machine/lib.sh

phase_start() {
  say "systemd is up, with all of its units well"
  assert_eq running "$(systemctl is-system-running)"
  assert_eq systemd "$(cat /proc/1/comm)"
  assert_eq "" "$(systemctl --failed --plain --no-legend)"
  assert_contains "$(busctl list --no-legend)" org.freedesktop.systemd1

  say "it is a bare machine"
  fails_with 1 test -e /usr/sbin/overlayd
  fails_with 3 systemctl is-active nginx ssh
  assert_eq lo "$(ls /sys/class/net)"

  say "mounts propagate into services, and can be swapped"
  assert_eq shared "$(findmnt --noheadings --output=PROPAGATION /)"

  say "Git is served by path, over https with a token, over ssh with a key"
  make_repo site
  put site a/file <<<one
  local first
  first=$(commit site 'one')
  https_server
  ssh_server
  assert_contains "$(git ls-remote "file://$(upstream site)" 2>&1 || true)" "dubious ownership"
  assert_contains "$(ask_https "x-access-token:$(cat "$TOKEN_FILE")")" "$first"
  assert_contains "$(ask_https git:wrong 2>&1 || true)" "Authentication failed"
  assert_contains "$(ask_ssh "$SSH/site.git" "$SSH_KEY")" "$first"
  assert_contains "$(ask_ssh git@git.test:site.git "$SSH_KEY")" "$first"
  assert_contains "$(ask_ssh "$SSH/site.git" /dev/null 2>&1 || true)" "Permission denied"

  say "a server that can filter leaves the blobs out"
  export GIT_SSL_CAINFO=$CA_FILE
  git clone --quiet --bare --filter=blob:none "${HTTPS/\/\////git:$(cat "$TOKEN_FILE")@}/site.git" /root/partial.git
  assert_contains "$(git -C /root/partial.git rev-list --objects --missing=print main)" "?"

  say "waiting for the journal is waiting for what comes"
  local mark
  mark=$(log_mark)
  systemd-run --quiet --unit=talk echo 'word 42'
  wait_log 5 talk 'word [0-9]+' "$mark"
  wait_for 5 systemctl is-active nginx

  echo kept >/var/tmp/kept
  then_reboot rebooted
}

ask_https() {
  GIT_TERMINAL_PROMPT=0 GIT_SSL_CAINFO=$CA_FILE git ls-remote "${HTTPS/\/\////$1@}/site.git" main
}

ask_ssh() {
  GIT_SSH_COMMAND="ssh -i $2 -o IdentitiesOnly=yes -o BatchMode=yes -o UserKnownHostsFile=$KNOWN_HOSTS" \
    git ls-remote "$1" main
}

phase_rebooted() {
  say "the disk outlives a reboot, the processes do not"
  assert_eq kept "$(cat /var/tmp/kept)"
  fails_with 3 systemctl is-active nginx
  then_power_cut cut
}

phase_cut() {
  say "and a power cut"
  assert_eq kept "$(cat /var/tmp/kept)"
  assert_eq 3 "$(journalctl --list-boots --quiet | wc -l)" "boots in the journal"
}

"phase_$1"
