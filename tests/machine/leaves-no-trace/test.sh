#!/bin/bash
# Shows that a machine where overlayd was installed, used and purged has the same files, links and mounts as before, but
# for its system users.
source /machine/lib.sh

# Everything on the machine, with its kind, mode, owner and size; not what is new with every package or log line.
listing() {
  find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /run -o -path /root -o -path /srv/work -o -path /tmp \
    -o -path /var/log -o -path /var/cache -o -path /var/lib/dpkg \
    -o -path '/etc/*shadow*' -o -path '/etc/passwd*' \
    -o -path '/etc/group*' -o -path '/var/lib/systemd/*random-seed' \) -prune -o ! -type d -printf '%p %y %m %u %s %l\n' \
    -o -printf '%p %y %m %u\n' | sort
}
mounts() { awk '{ print $5, $3 }' /proc/self/mountinfo | sort; }
is_well() { [[ $(overlayctl status web --json | jq -r '.services[0].condition') == ok ]]; }
units() { systemctl list-units --all --plain --no-legend '*overlayd*'; }

make_repo site
put site web/page <<<one
put site single <<<single
commit site one >/dev/null
put site web/page <<<two
commit site two >/dev/null
mkdir -p /etc/under
echo own >/etc/under/page
listing >/root/before
mounts >/root/mounts

services <<TOML
[[services]]
service = "web"
upstream = "$(upstream site)"
mount = "/opt/checkouts"
dirs = [
  { local = "/etc/under", link = "web" },
  { local = "/etc/made/for/us", link = "web" },
  { local = "/etc/single.conf", link = "single" },
  { local = "/opt/links/web", link = "web", type = "symlink" },
  { local = "/opt/whole", link = ".", type = "symlink" },
]
TOML
install_overlayd
wait_for 20 is_well
overlayctl rollback web
overlayctl freeze web --reason 'it is going to be purged'
[[ $(mounts) != "$(cat /root/mounts)" ]] || fail "nothing was mounted"

dpkg --purge overlayd >/root/purge.log 2>&1 || fail "$(cat /root/purge.log)"
assert_lacks "$(cat /root/purge.log)" 'not empty'
listing >/root/after
assert_eq "" "$(diff /root/before /root/after)" "what the machine has more or less"
assert_eq "" "$(diff /root/mounts <(mounts))" "mounts"
assert_eq own "$(cat /etc/under/page)"
assert_eq "" "$(units)" units
fails_with 1 pgrep --full overlayd
