#!/bin/bash
# Shows that overlays change hands in one turn, while all who are concerned stand still: what is asked of them meanwhile
# is done by the new configuration, others are not held up, links go on to lead somewhere, and a full disk or a package
# that cannot be had costs nobody his overlays, his freeze or the daemon.
source /machine/lib.sh

of() { overlayctl status "$1" --json | jq --raw-output ".services[0].$2"; }
is() { [[ $(of "$1" "$2") == "$3" ]]; }
shows() { [[ $(cat "$1/page") == "$2" ]]; }
names() { overlayctl status --json | jq --raw-output '[.services[].name] | join(" ")'; }
are() { [[ $(names) == "$1" ]]; }
has_trouble() { [[ $(of "$1" error) == *"$2"* ]]; }
bind() { printf '{ local = "%s", link = "%s" },' "$@"; }
link() { printf '{ local = "%s", link = "%s", type = "symlink" },' "$@"; }
# service NAME DIRS [LINE]: one block.
service() { printf '[[services]]\nservice = "%s"\naction = "restart"\ndirs = [%s]\n%s\n' "$1" "$2" "${3:-}"; }
configure() { services < <(printf '[global]\nupstream = "%s"\ninterval = "1h"\n%s\n%s\n' "$(upstream site)" "${global:-}" "$1"); }
reload() {
  configure "$1"
  overlayctl reload >/dev/null
}
push() {
  put site web/page <<<"$1"
  commit site "$1" >/dev/null
}
global=

for repository in site other; do
  make_repo "$repository"
  put "$repository" web/page <<<"of $repository"
  put "$repository" more/page <<<"more of $repository"
  commit "$repository" one >/dev/null
done
# Units that take as long to start as they are told.
for unit in a b c d e f; do
  printf '[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/sh -c "while test -e /run/slow-%s; do sleep 0.1; done"\n' \
    "$unit" >"/etc/systemd/system/$unit.service"
done
# slowly NAME: a forward of it is under way, until `finish NAME`.
slowly() {
  touch "/run/slow-$1"
  overlayctl forward "$1" >/dev/null &
  forward=$!
  wait_for 10 is "$1" condition changing
  wait_for 10 is "$1" unit_state 'activating (start)'
}
finish() {
  rm "/run/slow-$1"
  wait "$forward"
}

# What is asked of overlayd on the bus.
busctl monitor org.overlayd1 &>>/run/calls &
wait_for 10 grep --quiet Monitoring /run/calls
asked_to() { grep --quiet "Member=$1" /run/calls; }

configure "$(service a "$(bind /etc/a web)$(bind /etc/x web)")
$(service b "$(bind /etc/b web)")
$(service c "$(bind /etc/c web)$(bind /etc/y web)")
$(service d "$(bind /etc/d web)")"
install_overlayd
for name in a b c d; do wait_for 10 is $name condition ok; done

say "what is asked of one that waits is done by the new configuration; others do not wait"
push second
slowly b
reload "$(service a "$(bind /etc/a web)")
$(service b "$(bind /etc/b web)$(bind /etc/x more)")
$(service c "$(bind /etc/c web)")
$(service d "$(bind /etc/d web)$(bind /etc/y web)")"
wait_for 10 grep --quiet 'MOUNT /etc/y' /var/lib/overlayd/state/d
timeout 10 overlayctl freeze c >/dev/null
overlayctl forward a >/dev/null &
asked=$!
is a condition changing
assert_contains "$(of a doing)" 'change hands'
finish b
wait "$asked"
wait_for 10 is b condition ok
shows /etc/x 'more of site'
shows /etc/a second
assert_lacks "$(grep ^steps /var/lib/overlayd/state/a)" /etc/x

say "what was on its way for one that has another name now is done under that"
push third
slowly b
reload "$(service e "$(bind /etc/a web)")
$(service f "$(bind /etc/b web)$(bind /etc/x web)")"
truncate --size=0 /run/calls
overlayctl freeze b --reason 'as b' >/run/frozen &
asked=$!
wait_for 10 asked_to Freeze
finish b
wait_for 10 are 'e f'
wait "$asked"
assert_contains "$(cat /run/frozen)" '  f  '
for name in e f; do wait_for 10 is $name condition ok; done
assert_eq 'frozen as b' "$(of f state) $(of f reason)"
assert_eq 'e f' "$(cd /var/lib/overlayd/state && grep --files-with-matches MOUNT -- * | xargs)"

say "what is taken out and put back while it is at work stays, though one of its overlays goes elsewhere"
overlayctl thaw f >/dev/null
watch /etc/a/page /etc/b/page /etc/x/page
push fourth
slowly f
reload "$(service e "$(bind /etc/a web)")"
reload "$(service e "$(bind /etc/a web)$(bind /etc/x web)")
$(service f "$(bind /etc/b web)")"
finish f
for name in e f; do wait_for 10 is $name condition ok; done
watched
assert_lacks "$(overlayctl log f)" removed

say "a link goes on to lead somewhere when its new owner cannot have his own content"
mv /srv/git/other.git /srv/git/away.git
reload "$(service e "$(bind /etc/a web)$(link /etc/linked web)")"
wait_for 10 shows /etc/linked fourth
watch /etc/linked/page
reload "$(service f "$(link /etc/linked web)" "upstream = \"$(upstream other)\"")"
wait_for 10 are f
wait_for 10 test ! -e /etc/a/page
shows /etc/linked fourth
systemctl restart overlayd
shows /etc/linked fourth
mv /srv/git/away.git /srv/git/other.git
overlayctl forward f >/dev/null
shows /etc/linked 'of other'
watched

say "one that has another name, and lacks a package, keeps its links when there is a new one with the old name"
reload "$(service e "$(link /etc/linked web)$(bind /etc/a web)" 'package = "no-such-package"')"
wait_for 20 has_trouble e no-such-package
reload "$(service e "$(link /etc/linked web)$(bind /etc/a web)" 'package = "no-such-package"')
$(service f "$(link /etc/other web)" "upstream = \"$(upstream other)\"")"
wait_for 10 shows /etc/other 'of other'
shows /etc/linked 'of other'
say "and what somebody unmounts of one that lacks a package is put back"
reload "$(service e "$(bind /etc/a web)")"
wait_for 10 is e condition ok
reload "$(service e "$(bind /etc/a web)" 'package = "no-such-package"')"
wait_for 20 has_trouble e no-such-package
umount /etc/a
wait_for 10 shows /etc/a fourth

say "the freeze of one that leaves ends while it cannot go"
reload "$(service e "$(bind /etc/a web)$(bind /srv/in/e web)")
$(service f "$(bind /etc/b web)")"
for name in e f; do wait_for 10 is $name condition ok; done
overlayctl freeze e --for 3s >/dev/null
ends=$(of e until)
pid=$(systemctl show --value --property=MainPID overlayd)
mount -t tmpfs none /srv/in/e
reload "$(service f "$(bind /etc/b web)$(bind /etc/a web)")"
wait_for 10 shows /etc/a fourth
has_ended() { (($(date +%s) > ends)); }
wait_for 10 has_ended
is f condition ok
assert_eq "$pid" "$(systemctl show --value --property=MainPID overlayd)"
umount /srv/in/e

say "a new one that gets overlays of several is frozen if one of them is"
reload "$(service a "$(bind /etc/a web)$(bind /etc/x web)")
$(service b "$(bind /etc/b web)$(bind /etc/y web)")"
for name in a b; do wait_for 10 is $name condition ok; done
overlayctl freeze b --reason fair >/dev/null
reload "$(service a "$(bind /etc/a web)")
$(service b "$(bind /etc/b web)")
$(service d "$(bind /etc/x web)$(bind /etc/y web)")"
wait_for 10 is d condition ok
assert_eq 'frozen fair' "$(of d state) $(of d reason)"

say "one that was to go, and is to stay after all, can be asked while it waits"
systemctl stop overlayd
mount -t tmpfs none /etc/a
configure "$(service b "$(bind /etc/b web)$(bind /srv/more web)")"
systemctl start overlayd
overlayctl thaw b >/dev/null
push between
slowly b
reload "$(service a "$(bind /srv/more web)")
$(service b "$(bind /etc/b web)")"
is a condition changing
umount /etc/a
finish b
for name in a b; do wait_for 20 is $name condition ok; done
assert_eq 0 "$(systemctl show --value --property=NRestarts overlayd)"

say "a place that went to another one while it was fetched for is left to that one"
ssh_server
global="[[upstreams]]
url = \"$SSH/other.git\"
ssh_key = \"$SSH_KEY\"
known_hosts = \"$KNOWN_HOSTS\""
from_ssh="upstream = \"$SSH/other.git\""
id_of() { findmnt --noheadings --output=ID "$1"; }
hold_ssh
reload "$(service b "$(bind /etc/b web)")
$(service c "$(bind /etc/c more)" "$from_ssh")"
wait_for 10 test -s /srv/git/connections
overlayctl forward c >/run/said 2>&1 &
asked=$!
wait_for 10 is c condition changing
reload "$(service b "$(bind /etc/b web)$(bind /etc/c web)")
$(service c "$(bind /etc/y more)" "$from_ssh")"
wait_for 10 shows /etc/c between
given=$(id_of /etc/c)
release_ssh
wait "$asked" && fail "it says to have deployed"
assert_contains "$(cat /run/said)" 'services.toml was changed meanwhile'
wait_for 20 is c condition ok
shows /etc/y 'more of other'
assert_eq "$given" "$(id_of /etc/c)" "the mount of who has the place now"

say "who gets an overlay of one that cannot take back what it was interrupted in keeps it, over a restart too"
global=
reload "$(service a "$(bind /etc/a web)")
$(service b "$(bind /etc/b web)$(bind /etc/x web)")"
for name in a b; do wait_for 10 is $name condition ok; done
systemctl stop overlayd
mkdir /srv/read-only
ln -s nowhere /srv/read-only/link
echo 'LINK /srv/read-only/link nowhere' >/var/lib/overlayd/journal/b
mount --bind -o ro /srv/read-only /srv/read-only
configure "$(service a "$(bind /etc/a web)$(bind /etc/x more)")
$(service b "$(bind /etc/b web)")"
systemctl start overlayd
wait_for 10 shows /etc/x 'more of site'
wait_for 10 is a condition ok
has_trouble b 'Read-only'
given=$(id_of /etc/x)
umount /etc/b
wait_for 10 shows /etc/b between
systemctl restart overlayd
umount /etc/b
wait_for 10 shows /etc/b between
umount /srv/read-only
overlayctl forward b >/dev/null
assert_eq "$given" "$(id_of /etc/x)" "the mount of who has the place now"
is a condition ok
assert_lacks "$(grep ^steps /var/lib/overlayd/state/b)" /etc/x

say "what a poll saw while others were before it is not gone back to"
global="[[upstreams]]
url = \"$(upstream site)\"
interval = \"1s\""
reload "$(service a "$(bind /etc/a web)")"
wait_for 10 is a condition ok
push 'before it'
slowly a
truncate --size=0 /run/calls
overlayctl forward a >/dev/null &
before=$!
wait_for 10 asked_to Forward
push passed
passed=$(tip site)
wait_for 10 is a upstream_commit "$passed"
push newest
finish a
wait "$before"
wait_for 10 is a condition ok
shows /etc/a newest
assert_lacks "$(overlayctl log a --json)" "$passed"
push between

say "on a full disk a frozen one waits for its new name, and loses nothing"
mkdir /srv/state
mount -t tmpfs -o size=16m,mode=755 state /srv/state
configure 'services = []'
systemctl stop overlayd
overlayd clear
global='state_directory = "/srv/state"'
configure "$(service a "$(bind /etc/a web)")"
systemctl start overlayd
wait_for 10 is a condition ok
overlayctl freeze a --reason 'do not touch' >/dev/null
push fifth
watch /etc/a/page
dd if=/dev/zero of=/srv/state/fill bs=4k conv=fsync 2>/dev/null || true
fails_with 1 overlayctl freeze a --reason 'still not'
reload "$(service b "$(bind /etc/a web)")"
are a
rm /srv/state/fill
wait_for 30 are b
wait_for 10 is b state frozen
is b reason 'still not'
shows /etc/a between
watched

say "who waits at a start can be asked for, too"
reload "$(service b "$(bind /etc/a web)$(bind /etc/x web)")
$(service c "$(bind /etc/c web)")"
for name in b c; do wait_for 10 is $name condition ok; done
systemctl stop overlayd
configure "$(service b "$(bind /etc/a web)")
$(service c "$(bind /etc/c web)$(bind /etc/x web)")"
dd if=/dev/zero of=/srv/state/fill bs=4k conv=fsync 2>/dev/null || true
systemctl start overlayd
for name in b c; do assert_contains "$(of $name doing)" 'change hands'; done
assert_lacks "$(overlayctl status)" 'other machines'
rm /srv/state/fill
overlayctl reload >/dev/null
for name in b c; do wait_for 10 is $name condition ok; done
assert_contains "$(overlayctl log c)" '/etc/x comes from b'
