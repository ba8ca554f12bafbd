#!/bin/bash
# Shows that overlays change hands in services.toml without a gap that stays: from one service to another, one inside
# another service's that goes away, and back again while a change is under way; and that what was taken out of the file
# is gone, whatever was on its way for it.
source /machine/lib.sh

of() { overlayctl status "$1" --json | jq --raw-output ".services[0].$2"; }
shows() { [[ $(cat "$1") == "$2" ]]; }
is_settled() { [[ $(overlayctl status --json | jq --raw-output '.services[].condition' | sort --unique) == ok ]]; }
all_live() { ! overlayctl status --json | jq --exit-status '.services[].overlays[] | select(.live | not)'; }
# service NAME LOCAL LINK...: one block.
service() {
  local name=$1 dirs=
  shift
  while (($#)); do
    dirs+="{ local = \"$1\", link = \"$2\" },"
    shift 2
  done
  printf '[[services]]\nservice = "%s"\naction = "restart"\ndirs = [%s]\n' "$name" "$dirs"
}
# configure BLOCKS
configure() {
  services < <(printf '%s\n[global]\nupstream = "%s"\ninterval = "1h"\n%s\n' "${1:+#}services = []" "$(upstream site)" "$1")
}
reload() {
  configure "$1"
  overlayctl reload >/dev/null
  wait_for 20 is_settled
}

make_repo site
for name in a b; do
  put site "$name/page" <<<"of $name"
  put site "$name/inner/page" <<<"inner of $name"
  printf '[Service]\nExecStart=sleep infinity\n' >"/etc/systemd/system/$name.service"
done
commit site one >/dev/null
configure "$(service a /etc/one a /etc/two a)
$(service b /etc/three b)"
install_overlayd
wait_for 10 shows /etc/three/page 'of b'
wait_for 10 shows /etc/two/page 'of a'

watch /etc/one/page /etc/two/page /etc/three/page
say "an overlay moves from a to b, and back"
for _ in 1 2 3; do
  reload "$(service a /etc/two a)
$(service b /etc/one b /etc/three b)"
  assert_eq 'of b' "$(cat /etc/one/page)"
  assert_eq 'of a' "$(cat /etc/two/page)"
  reload "$(service a /etc/one a /etc/two a)
$(service b /etc/three b)"
  assert_eq 'of a' "$(cat /etc/one/page)"
done
wait_for 10 all_live

say "two services change places"
reload "$(service b /etc/one b /etc/two b)
$(service a /etc/three a)"
for page in 'one b' 'two b' 'three a'; do assert_eq "of ${page#* }" "$(cat "/etc/${page% *}/page")"; done
wait_for 10 all_live

say "a new service gets one of a frozen one: it is frozen as well, with the upstream away"
overlayctl freeze b --reason 'power work' >/dev/null
mv /srv/git/site.git /srv/git/away.git
reload "$(service b /etc/one b)
$(service c /etc/two b)
$(service a /etc/three a)"
assert_eq 'of b' "$(cat /etc/two/page)"
assert_eq 'frozen power work' "$(of c state) $(of c reason)"
mv /srv/git/away.git /srv/git/site.git
overlayctl thaw b >/dev/null
watched

say "b stands inside of a's; a goes away, b stays"
mkdir -p /srv/outer/inner
reload "$(service a /srv/outer a)"
reload "$(service a /srv/outer a)
$(service b /srv/outer/inner b)"
assert_eq 'of b' "$(cat /srv/outer/inner/page)"
assert_eq 'of a' "$(cat /srv/outer/page)"
configure "$(service b /srv/outer/inner b)"
overlayctl reload >/dev/null
wait_for 10 test ! -e /srv/outer/page
wait_for 10 shows /srv/outer/inner/page 'of b'
wait_for 10 all_live

say "also if b is frozen, and there was nothing there before"
reload "$(service a /srv/fresh a)"
reload "$(service a /srv/fresh a)
$(service b /srv/fresh/inner b)"
overlayctl freeze b >/dev/null
configure "$(service b /srv/fresh/inner b)"
overlayctl reload >/dev/null
wait_for 10 shows /srv/fresh/inner/page 'of b'
assert_eq frozen "$(of b state)"
wait_for 10 all_live
overlayctl thaw b >/dev/null

say "an outer one comes later, and the inner one goes: so does what was made for it, underneath"
reload "$(service b /srv/late/inner b)"
reload "$(service b /srv/late/inner b)
$(service a /srv/late a)"
reload "$(service a /srv/late a)"
wait_for 10 shows /srv/late/inner/page 'inner of a'
reload "$(service a /srv/three a)"
[[ ! -e /srv/late ]]

say "of two of one service the outer one goes, the inner one stays, and back"
mkdir -p /srv/both
for _ in 1 2; do
  reload "$(service a /srv/both a /srv/both/inner b)"
  assert_eq 'of a of b' "$(cat /srv/both/page /srv/both/inner/page | xargs)"
  reload "$(service a /srv/both/inner b)"
  assert_eq 'of b' "$(cat /srv/both/inner/page)"
  [[ ! -e /srv/both/page ]]
done
reload "$(service a /srv/three a)"
assert_eq "" "$(ls -A /srv/both)"

say "what stands inside another's overlay and lacks its ground there: both are told, in a plan too, and nothing changes"
reload "$(service a /srv/stage a)
$(service b /srv/stage/inner b)"
git_rm() { work site rm --quiet -r a/inner && commit site 'without inner' >/dev/null; }
git_rm
needs="/srv/stage/inner of service b belongs inside /srv/stage, and has nothing to stand on: commit $(tip site | cut -c1-8) has no directory 'a/inner'"
fails_with 3 overlayctl plan a
assert_contains "$(tr '\n' ' ' <<<"$output" | tr -s ' ')" "$needs"
fails_with 3 overlayctl forward a
assert_contains "$(of a error)" "$needs"
assert_contains "$(of a error_hint)" "push a file in 'a/inner/'"
assert_eq 'of b of a' "$(cat /srv/stage/inner/page /srv/stage/page | xargs)"
reload "$(service a /srv/stage a)"
configure "$(service a /srv/stage a)
$(service b /srv/stage/inner b)"
overlayctl reload >/dev/null
lacks_ground() { [[ $(of b error) == *"belongs inside /srv/stage of service a"*"no directory 'inner'"* ]]; }
wait_for 10 lacks_ground
fails_with 3 overlayctl plan b
assert_contains "$output" "has nothing to stand on"
as_git git -C /srv/work/site checkout --quiet HEAD~1 -- a/inner
commit site 'with inner' >/dev/null
overlayctl forward a >/dev/null
overlayctl forward b >/dev/null
assert_eq 'of b of a' "$(cat /srv/stage/inner/page /srv/stage/page | xargs)"
reload "$(service a /srv/three a)"

# A reload that lasts until somebody lets it go on.
hold_units() {
  mkfifo /run/held
  printf '[Service]\nExecStart=sleep infinity\nExecStartPre=sh -c "read _ </run/held"\n' >/etc/systemd/system/a.service
  systemctl daemon-reload
}
is_waiting() { [[ $(systemctl show --property=ActiveState --value a) == activating ]]; }
let_go() {
  wait_for 10 is_waiting
  echo >/run/held
}

say "what is configured and configured back while a change is under way stays as it was"
hold_units
reload_held="$(service a /srv/held a)"
configure "$reload_held"
overlayctl reload >/dev/null
wait_for 10 is_waiting
configure "$(service a /srv/elsewhere a)"
overlayctl reload >/dev/null
configure "$reload_held"
overlayctl reload >/dev/null
let_go
wait_for 20 is_settled
assert_eq 'of a' "$(cat /srv/held/page)"
[[ ! -e /srv/elsewhere ]]

say "what is removed while a change is under way is gone, also if the upstream has news for it"
put site a/page <<<'new of a'
commit site two >/dev/null
overlayctl forward a >/root/forwarded &
forwarding=$!
wait_for 10 is_waiting
put site a/page <<<'newer of a'
commit site three >/dev/null
configure ''
overlayctl reload >/dev/null
fails_with 2 overlayctl status a
# A poll may have seen the news as well: from now on each start gets its word.
while :; do echo >/run/held || true; done 2>/dev/null &
words=$!
wait "$forwarding"
assert_contains "$(cat /root/forwarded)" "done"
removed() { [[ ! -e /srv/held ]] && grep --quiet 'steps = ..$' /var/lib/overlayd/state/a; }
wait_for 10 removed
kill "$words"
assert_eq '[]' "$(overlayctl status --json | jq --compact-output .services)"

say "and what comes back before it was gone is there"
systemctl stop a
sed -i /ExecStartPre/d /etc/systemd/system/a.service
systemctl daemon-reload
reload "$reload_held"
configure ''
overlayctl reload >/dev/null
reload "$reload_held"
wait_for 10 shows /srv/held/page 'newer of a'
wait_for 10 all_live
