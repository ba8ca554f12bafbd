#!/bin/bash
# Shows that services that share a unit get their actions done when they all ask for them at once.
source /machine/lib.sh

services=(a b c d e f)
all_are() { [[ $(overlayctl status --json | jq --raw-output '[.services[].condition] | unique | join(" ")') == "$1" ]]; }

cat >/etc/systemd/system/shared.service <<'UNIT'
[Service]
ExecStart=sleep infinity
ExecReload=sh -c true
UNIT
systemctl start shared

make_repo site
for name in "${services[@]}"; do put site "$name/page" <<<one; done
commit site one >/dev/null
{
  printf '[global]\nupstream = "%s"\ninterval = "1h"\n' "$(upstream site)"
  for name in "${services[@]}"; do
    printf '[[services]]\nname = "%s"\nservice = "shared"\naction = "reload"\n' "$name"
    printf 'dirs = [{ local = "/etc/%s", link = "%s" }]\n' "$name" "$name"
  done
} | services
install_overlayd
wait_for 10 all_are ok

say "a change of all"
for name in "${services[@]}"; do put site "$name/page" <<<two; done
commit site two >/dev/null
timeout 30 overlayctl forward >/dev/null
for name in "${services[@]}"; do assert_eq two "$(cat "/etc/$name/page")"; done
all_are ok
