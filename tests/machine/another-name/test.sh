#!/bin/bash
# Shows that a service that gets another name in services.toml goes on: its files are there all the time, its freeze and
# its log stay, whether the daemon runs, is at work, or is off when the name changes.
source /machine/lib.sh

of() { overlayctl status "$1" --json | jq --raw-output ".services[0].$2"; }
is() { [[ $(of "$1" "$2") == "$3" ]]; }
names() { overlayctl status --json | jq --raw-output '[.services[].name] | join(" ")'; }
are() { [[ $(names) == "$1" ]]; }
is_settled() { are "$1" && is "$1" condition ok; }

# name NAME [UNIT]
name() {
  services <<TOML
[global]
upstream = "$(upstream "${repository:-site}")"
interval = "1h"
[[services]]
name = "$1"
service = "${2:-web}"
action = "restart"
dirs = [
  { local = "/etc/page", link = "web" },
  { local = "/etc/page.conf", link = "web/page" },
  { local = "/etc/linked", link = "web", type = "symlink" },
]
TOML
}
started() { [[ $(systemctl show --value --property=InvocationID "$1") != "$2" ]]; }

for repository in other site; do
  make_repo "$repository"
  put "$repository" web/page <<<"of $repository"
  commit "$repository" "of $repository" >/dev/null
done
# A unit that takes as long to start as it is told.
for unit in web two; do
  printf '[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/sh -c "while test -e /run/slow; do sleep 0.1; done"\n' \
    >"/etc/systemd/system/$unit.service"
done
name first
install_overlayd
wait_for 10 is_settled first
commits=$(of first deployed)
overlayctl freeze first --reason 'trade fair' >/dev/null

watch /etc/page/page /etc/page.conf /etc/linked/page

say "the daemon runs"
for name in second third fourth; do
  name "$name"
  overlayctl reload >/dev/null
  wait_for 10 is_settled "$name"
  is "$name" state frozen
  is "$name" reason 'trade fair'
  is "$name" deployed "$commits"
done
assert_contains "$(overlayctl log fourth)" 'its name was third'
assert_contains "$(overlayctl log fourth)" install
fails_with 2 overlayctl status third
assert_eq fourth "$(basename --multiple /var/lib/overlayd/state/*)"

say "it is off"
systemctl stop overlayd
name fifth
systemctl start overlayd
wait_for 10 is_settled fifth
is fifth state frozen

say "it is at work"
put site web/page <<<'of site again'
commit site again >/dev/null
touch /run/slow
overlayctl forward fifth >/run/forwarded &
forward=$!
wait_for 10 is fifth condition changing
wait_for 10 grep --quiet again /etc/page/page
name sixth
overlayctl reload
name seventh
overlayctl reload
are fifth # until it has rested
rm /run/slow
wait "$forward"
wait_for 10 is_settled seventh
is seventh state following
assert_contains "$(overlayctl log seventh)" 'its name was fifth'
assert_eq 'of site again' "$(cat /etc/linked/page)"

say "it gets another unit as well, which is told"
before=$(systemctl show --value --property=InvocationID two)
name eighth two
overlayctl reload
wait_for 10 is_settled eighth
wait_for 10 started two "$before"

say "it gets another overlay as well, while the upstream is away and it is frozen"
overlayctl freeze eighth --reason 'power work' >/dev/null
mv /srv/git/site.git /srv/git/away.git
name ninth
sed -i 's|^dirs = .*|&\n  { local = "/etc/more", link = "web" },|' /etc/overlayd/services.toml
overlayctl reload
wait_for 10 is ninth reason 'power work'
assert_contains "$(overlayctl log ninth)" 'its name was eighth'
wait_for 10 cat /etc/more/page
mv /srv/git/away.git /srv/git/site.git

say "several at once, in one save, while one of them is at work"
overlayctl forward ninth >/dev/null
before=$(systemctl show --value --property=InvocationID web)
group() {
  services < <(printf '[global]\nupstream = "%s"\ninterval = "1h"\n' "$(upstream site)"
    for number in 1 2 3 4; do
      printf '[[services]]\nname = "%s%s"\nservice = "web"\naction = "restart"\n' "$1" $number
      printf 'dirs = [{ local = "%s", link = "web%s" }]\n' "${places[number]}" "${links[number]}"
    done)
}
places=(- /etc/page /etc/page.conf /etc/more /etc/fourth) links=(- '' /page '' '')
watched
group a
overlayctl reload
wait_for 10 is a4 condition ok
wait_for 10 is a1 condition ok
watch "${places[1]}/page" "${places[2]}" "${places[3]}/page" "${places[4]}/page"
touch /run/slow
put site web/page <<<'of site anew'
commit site anew >/dev/null
overlayctl forward a3 >/run/forwarded &
forward=$!
wait_for 10 is a3 condition changing
overlayctl freeze a1 >/dev/null
group b
overlayctl reload
rm /run/slow
wait "$forward"
wait_for 10 are 'b1 b2 b3 b4'
for number in 1 2 3 4; do wait_for 10 is b$number condition ok; done
is b1 state frozen
watched

say "several become one: it is the frozen one, and has what the others had"
put site web/page <<<'of site for the frozen'
commit site 'not for the frozen' >/dev/null
watch "${places[1]}/page" "${places[2]}" "${places[3]}/page" "${places[4]}/page"
services <<TOML
[global]
upstream = "$(upstream site)"
interval = "1h"
[[services]]
name = "one"
service = "web"
dirs = [
  { local = "${places[1]}", link = "web" },
  { local = "${places[2]}", link = "web/page" },
  { local = "${places[3]}", link = "web" },
  { local = "${places[4]}", link = "web" },
]
TOML
overlayctl reload
wait_for 10 is_settled one
watched
is one state frozen
for place in "${places[@]:1}"; do assert_contains "$(cat "$place" "$place/page" 2>/dev/null || true)" 'of site again'; done
assert_contains "$(overlayctl log one)" 'its name was b1'
assert_contains "$(overlayctl log one)" "${places[2]} comes from b2"
overlayctl thaw one >/dev/null
wait_for 10 grep --quiet 'for the frozen' "${places[4]}/page"

say "it gets the name of one that was taken out: that one's freeze and log are gone, its own go along"
other_block='[[services]]
service = "two"
dirs = [{ local = "/etc/two", link = "web" }]'
name one
echo "$other_block" >>/etc/overlayd/services.toml
overlayctl reload >/dev/null
wait_for 10 is two condition ok
name one
overlayctl reload >/dev/null
wait_for 10 is_settled one
overlayctl freeze one --reason 'power work' >/dev/null
watch /etc/page/page /etc/page.conf
before=$(systemctl show --value --property=InvocationID web)
name two web
overlayctl reload >/dev/null
wait_for 10 is_settled two
is two reason 'power work'
assert_contains "$(overlayctl log two)" 'its name was one'
assert_eq "$before" "$(systemctl show --value --property=InvocationID web)" "the start of a unit that has what it had"
say "and who comes by its old name is another one"
echo "${other_block//two/one}" >>/etc/overlayd/services.toml
overlayctl reload >/dev/null
wait_for 10 is one condition ok
is one state following
watched

say "what follows another upstream is another service, though its files change in place"
watch /etc/page/page /etc/page.conf
repository=other
name other
overlayctl reload
wait_for 10 is_settled other
watched
is other state following
assert_eq 'of other' "$(cat /etc/page/page)"
assert_lacks "$(overlayctl log other)" 'its name was'
