#!/bin/bash
# Shows that an upstream that is away, hangs or lacks the branch is an error of its own services alone, that these stay
# as they are, and that they go on without a human when it is back.
source /machine/lib.sh

of() { overlayctl status "$1" --json | jq --raw-output ".services[0].$2"; }
has_error() { [[ $(of "$1" error) == *"$2"* ]]; }
is_well() { [[ $(of "$1" condition) == ok && $(of "$1" error) == null ]]; }
shows() { [[ $(cat "$1") == "$2" ]]; }

for name in site other; do
  make_repo "$name"
  put "$name" etc/page <<<one
  commit "$name" one >/dev/null
done
mv /srv/git/site.git /srv/git/site.away

services <<TOML
[global]
interval = "1s"

[[services]]
service = "away"
upstream = "$(upstream site)"
dirs = [{ local = "/etc/away", link = "etc" }, { local = "/etc/away.link", link = "etc", type = "symlink" }]

[[services]]
service = "sick"
action = "restart"
upstream = "$(upstream site)"
dirs = [{ local = "/etc/sick", link = "etc" }]

[[services]]
service = "lost"
upstream = "$(upstream other)"
branch = "nowhere"
dirs = [{ local = "/etc/lost", link = "etc" }]

[[services]]
service = "well"
upstream = "$(upstream other)"
dirs = [{ local = "/etc/well", link = "etc" }]
TOML
install_overlayd

say "what can come up does, beside those that cannot"
wait_for 10 shows /etc/well/page one
wait_for 10 is_well well
wait_for 10 has_error away site.git
wait_for 10 has_error lost "no branch 'nowhere'"
fails_with 1 overlayctl forward away
assert_contains "$output" site.git
fails_with 3 overlayctl forward lost
assert_contains "$output" "no branch 'nowhere'"
assert_contains "$(overlayctl status || true)" site.git
assert_contains "$(of lost error)" '(it has main)'
assert_contains "$(of lost error_hint)" 'correct branch of service lost (services.toml:15; or [global])'
assert_eq upstream "$(of away error_of)"

say "one that hangs is added: the others come up, and follow"
# Takes connections and never says a word.
perl -MIO::Socket::INET -e '
  my $server = IO::Socket::INET->new(Listen => 10, LocalAddr => "127.0.0.1", LocalPort => 9, ReuseAddr => 1) or die;
  my @all; while (my $one = $server->accept) { push @all, $one }' &
{ cat /etc/overlayd/services.toml - <<TOML; } >/root/new
[[services]]
service = "mute"
upstream = "http://127.0.0.1:9/site.git"
dirs = [{ local = "/etc/mute", link = "etc" }]

TOML
services </root/new
overlayctl reload >/dev/null
put other etc/page <<<two
commit other two >/dev/null
wait_for 10 shows /etc/well/page two

say "the daemon is stopped in no time meanwhile"
mark=$(log_mark)
timeout 5 systemctl stop overlayd
assert_lacks "$(journal --unit=overlayd --since="$mark" --output=cat)" "Killing process"
assert_eq "" "$(journal --output=json _COMM=overlayd | jq --raw-output '.CODE_FILE // empty')" "places in the code"
systemctl --no-block start overlayd
assert_eq two "$(cat /etc/well/page)"

wait_for 10 is_well well
assert_eq "" "$(of mute deployed)"

say "the upstream comes"
mv /srv/git/site.away /srv/git/site.git
wait_for 40 shows /etc/away/page one
wait_for 10 is_well away
assert_eq one "$(cat /etc/away/page)"

say "so does the branch"
work other push --quiet origin HEAD:nowhere
wait_for 40 shows /etc/lost/page two
wait_for 10 is_well lost

say "it goes away: what is deployed stays, and the error is told"
mark=$(log_mark)
mv /srv/git/site.git /srv/git/site.away
wait_for 10 has_error away site.git
assert_eq one "$(cat /etc/away/page)"
assert_eq ok "$(of away condition)" "condition"
(($(of away retry_at) > 0))

say "beside what else is wrong with a service"
assert_contains "$(of sick error)" "sick.service not found"
for arguments in "" sick; do
  # shellcheck disable=SC2086  # none or one
  told=$(overlayctl status $arguments)
  assert_contains "$told" "sick.service not found"
  assert_contains "$told" "'/srv/git/site.git'"
done

say "what somebody unmounts meanwhile is put back at once"
next=$(of away retry_at)
umount /etc/away
for _ in 1 2 3 4; do
  fails_with 1 overlayctl forward sick
done
is_asked_again() { (($(of away retry_at) > next)); }
wait_for 15 is_asked_again
wait_for 5 overlay_at /etc/away
assert_eq one "$(cat /etc/away/page)"

say "a link that somebody removes is put back by a forward, as status says"
rm /etc/away.link
assert_contains "$(overlayctl status away)" 'not in place: /etc/away.link'
assert_contains "$(overlayctl status away)" 'overlayctl forward away'
assert_eq failed "$(of away condition)"
fails_with 1 overlayctl forward away
assert_contains "$output" 'put back'
assert_contains "$output" site.git
assert_eq one "$(cat /etc/away.link/page)"

say "who asks by hand does not put the next try off"
(($(of away retry_at) < $(date +%s) + 13)) || fail "the next try is in $(($(of away retry_at) - $(date +%s))) s"

say "what is new in services.toml about it has it asked soon again"
next=$(of away retry_at)
sed -i 's/"1s"/"2s"/' /etc/overlayd/services.toml
overlayctl reload >/dev/null
is_put_otherwise() { (($(of away retry_at) != next)); }
wait_for 5 is_put_otherwise
(($(of away retry_at) < $(date +%s) + 8)) || fail "the next try is in $(($(of away retry_at) - $(date +%s))) s"

say "it comes back with news"
put site etc/page <<<two
mv /srv/git/site.away /srv/git/site.git
commit site two >/dev/null
wait_for 40 shows /etc/away/page two
wait_for 10 is_well away
assert_contains "$(journal --unit=overlayd --since="$mark" --output=cat)" "answers again"

say "what was wrong by an earlier services.toml is forgotten with it"
sed -i 's/"nowhere"/"nope"/' /etc/overlayd/services.toml
overlayctl reload >/dev/null
wait_for 10 has_error lost "no branch 'nope'"
sed -i '/"nope"/d; /"lost"/,/dirs/ s/other.git/othr.git/' /etc/overlayd/services.toml
overlayctl reload >/dev/null
wait_for 10 has_error lost othr.git
assert_lacks "$(overlayctl status)" nope

say "who goes back to what is here does not wait for a server that hangs, though others do"
ssh_server
services <<TOML
[global]
upstream = "$SSH/site.git"
[[upstreams]]
url = "$SSH/site.git"
interval = "1s"
ssh_key = "$SSH_KEY"
known_hosts = "$KNOWN_HOSTS"
[[services]]
service = "slow"
dirs = [{ local = "/etc/slow", link = "etc" }]
TOML
for page in three four; do
  put site etc/page <<<"$page"
  commit site "$page" >/dev/null
  overlayctl reload >/dev/null
  wait_for 20 shows /etc/slow/page "$page"
done
is_asked() { (($(wc -l </srv/git/connections) > asked)); }
work site tag earlier HEAD~1
work site push --quiet origin earlier
hold_ssh
asked=$(wc -l </srv/git/connections)
wait_for 10 is_asked
for revision in '@{1}' '@{1}' HEAD~1; do timeout 10 overlayctl rollback slow "$revision" >/dev/null; done
shows /etc/slow/page three
timeout 10 overlayctl freeze slow >/dev/null
overlayctl rollback slow earlier >/dev/null &
forward=$!
is_changing() { [[ $(of slow condition) == changing ]]; }
wait_for 10 is_changing
release_ssh
wait "$forward"
shows /etc/slow/page three
