#!/bin/bash
# Shows that a kernel without MOVE_MOUNT_BENEATH swaps overlays without a gap too: a directory, a file, an overlay inside
# another one, one right on a file system of its own. For emulated machines, with Debian 12's own kernel.
source /machine/lib.sh

versions=10
paths=(/etc/demo /etc/demo.conf /etc/outer /etc/outer/inner /srv/disk /srv/private/demo)

# Everything of commit N is version N.
history() {
  perl -e 'for my $n (0 .. shift) {
    my $page = "data <<EOT\n" . "$n\n" x 2000 . "EOT\n";
    print "commit refs/heads/all\ncommitter Ada Admin <ada\@example.org> ", 1700000000 + $n, " +0000\n",
      "data <<EOT\nversion $n\nEOT\ndeleteall\nM 100644 inline demo/v$n\ndata 0\n",
      "M 100644 inline demo/page\n$page", "M 100644 inline file\n$page",
      "M 100644 inline outer/page\n$page", "M 100644 inline outer/inner/page\ndata 0\n\n";
  }' "$versions"
}

go_to() { as_git git -C site.git update-ref refs/heads/main "${commits[$1]}"; }
change() { output=$(overlayctl "$1" demo "${@:2}" 2>&1) || fail "$output"; }
swap_way() { overlayctl status --json | jq -r .swap; }

# shows VERSION: all overlays do, and one mount each.
shows() {
  local path page
  for path in "${paths[@]}"; do
    page=$path/page
    [[ -f $path ]] && page=$path
    assert_eq "$1" "$(head -n 1 "$page")" "$page"
    assert_eq 1 "$(mounts_of_overlayd | grep --count --line-regexp --fixed-strings "$path")" "mounts on $path"
  done
}
mounts_of_overlayd() { awk '$4 ~ "/overlayd/trees/" { print $5 }' /proc/self/mountinfo; }

set_up() {
  make_repo site
  history | as_git git -C site.git fast-import --quiet
  mapfile -t commits < <(as_git git -C site.git rev-list --reverse all)
  printf '%s\n' "${commits[@]}" >/root/commits
  go_to 0
  mkdir -p /etc/demo /srv/disk /srv/private
  printf 'tmpfs /srv/%s tmpfs\n' disk private >>/etc/fstab
  systemctl daemon-reload
  mount /srv/disk
  mount /srv/private
  echo underneath | tee /etc/demo/page /srv/disk/page >/etc/demo.conf
  services <<TOML
[global]
upstream = "$(upstream site)"
interval = "1h"
[[services]]
service = "demo"
dirs = [
  { local = "/etc/demo", link = "demo" },
  { local = "/etc/demo.conf", link = "file" },
  { local = "/etc/outer", link = "outer" },
  { local = "/etc/outer/inner", link = "demo" },
  { local = "/srv/disk", link = "demo" },
  { local = "/srv/private/demo", link = "demo" },
]
TOML
  install_overlayd
  wait_for 60 test -e /etc/demo/v0
}

# reader N DIRECTORY DIRECTORY [PROPERTY...]: a service that reads in both and in the file.
reader() {
  systemd-run --quiet --unit="reader$1" --remain-after-exit --nice=19 --property="StandardOutput=file:/run/reader$1" \
    --property="StandardError=file:/run/reader$1.failed" "${@:4}" \
    perl /machine/readers/read.pl "$2" "$3" /etc/demo.conf
}
start_readers() {
  reader 1 /etc/demo /srv/disk
  reader 2 /etc/demo /etc/outer/inner --property=PrivateMounts=yes
}

stop_readers() {
  local reader looks seen
  for reader in reader{1,2}; do
    [[ ! -s /run/$reader.failed ]] || fail "$(cat "/run/$reader.failed")"
    systemctl kill --kill-whom=main "$reader"
    wait_for 60 test -s "/run/$reader" -o -s "/run/$reader.failed"
    [[ ! -s /run/$reader.failed ]] || fail "$(cat "/run/$reader.failed")"
    read -r looks seen <"/run/$reader"
    say "$reader looked $looks times and saw $seen versions"
    ((seen >= versions / 3)) || fail "it looked too seldom to show anything"
  done
}

phase_start() {
  say "this kernel is an old one, and status says what follows"
  [[ $(uname -r) == 6.1.* ]] || fail "this is Linux $(uname -r)"
  set_up
  assert_eq propagated "$(swap_way)"
  assert_contains "$(overlayctl status)" 'atomic swap by propagation'

  say "$versions forwards while two processes read, one in a mount namespace of its own"
  start_readers
  for ((n = 1; n <= versions; n++)); do
    go_to "$n"
    change forward
  done
  stop_readers
  shows "$versions"

  say "where somebody made a file system private it works all the same"
  mount --make-private /srv/private
  change rollback "${commits[3]}"
  shows 3

  say "a restart finds what is mounted"
  local before
  before=$(grep overlayd/trees /proc/self/mountinfo)
  systemctl restart overlayd
  assert_eq "$before" "$(grep overlayd/trees /proc/self/mountinfo)"
  change forward
  shows "$versions"
  then_reboot rebooted
}

phase_rebooted() {
  say "after a reboot all is there"
  shows "$versions"
  mapfile -t commits </root/commits
  change rollback "${commits[5]}"
  shows 5

  say "clearing away leaves no mount"
  systemctl stop overlayd
  overlayd clear
  assert_lacks "$(cat /proc/self/mountinfo)" overlayd/trees
  assert_eq underneath "$(cat /etc/demo/page)"
  assert_eq underneath "$(cat /etc/demo.conf)"
}

"phase_$1"
