#!/bin/bash
# Shows that after a reboot, and after a power cut, overlays are in place before any service starts, with no upstream and
# with a services.toml that has become wrong.
source /machine/lib.sh

phase_start() {
  make_repo site
  put site demo/file <<<'from Git'
  put site outer/inner/file <<<covered
  put site drop-in/env.conf < <(printf '[Service]\nEnvironment=TOLD="from Git"\n')
  commit site one >/dev/null
  services <<TOML
[global]
state_directory = "/srv/state"

[[services]]
service = "witness"
upstream = "$(upstream site)"
dirs = [
  { local = "/etc/demo", link = "demo" },
  { local = "/etc/linked", link = "demo", type = "symlink" },
  { local = "/etc/systemd/system/witness.service.d", link = "drop-in" },
]

[[services]]
service = "volatile"
upstream = "$(upstream site)"
dirs = [{ local = "/run/volatile/demo", link = "demo" }, { local = "/srv/lasting", link = "demo" }]

[[services]]
service = "outside"
upstream = "$(upstream site)"
dirs = [{ local = "/srv/outer", link = "outer" }]
TOML
  mkdir /run/volatile # which nobody makes at the next boot
  install_overlayd
  wait_for 10 overlay_at /etc/demo
  wait_for 10 overlay_at /run/volatile/demo
  wait_for 10 overlay_at /srv/outer

  # One that comes first stands inside another's, where nothing is underneath.
  cat >>/etc/overlayd/services.toml <<TOML
[[services]]
service = "inside"
upstream = "$(upstream site)"
dirs = [{ local = "/srv/outer/inner", link = "demo" }]
TOML
  overlayctl reload >/dev/null
  wait_for 10 overlay_at /srv/outer/inner

  # Starts as early as an ordinary service can.
  cat >/etc/systemd/system/witness.service <<'UNIT'
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStartPre=sh -c 'echo "$TOLD" >/run/told'
ExecStart=cat /etc/demo/file /etc/linked/file /srv/lasting/file /srv/outer/inner/file
StandardOutput=truncate:/run/seen

[Install]
WantedBy=basic.target
UNIT
  systemctl --quiet enable witness
  mv /srv/git /srv/git.away
  then_reboot seen
}

phase_seen() {
  say "an early service saw it, though one overlay has lost the directory that it stood in"
  assert_eq $'from Git\nfrom Git\nfrom Git\nfrom Git' "$(cat /run/seen)"
  assert_eq 'from Git' "$(cat /run/told)" 'from a drop-in'
  wait_for 10 systemctl is-active overlayd
  assert_contains "$(journal --unit=overlayd-restore)" 'volatile: cannot be put in place'
  assert_lacks "$(journal --unit=overlayd-restore)" 'inside: cannot be put in place'
  overlay_at /etc/demo
  say "which overlayd makes again, without the upstream"
  wait_for 10 overlay_at /run/volatile/demo
  echo '[global' >/etc/overlayd/services.toml
  then_power_cut cut
}

phase_cut() {
  say "after a power cut too, and what was in force stays so"
  assert_eq $'from Git\nfrom Git\nfrom Git\nfrom Git' "$(cat /run/seen)"
  wait_for 10 systemctl is-active overlayd
  assert_eq success "$(systemctl show --property=Result --value overlayd-restore)"
  overlay_at /etc/demo
  assert_eq "" "$(ls -A /srv/state/staging)"
}

"phase_$1"
