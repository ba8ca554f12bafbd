#!/bin/bash
# Shows that a changed services.toml is what the machine becomes, and that a wrong one changes nothing.
source /machine/lib.sh

of() { overlayctl status "$1" --json | jq -r ".services[0].$2"; }
config_error() { overlayctl status --json | jq -r .config_error; }
holds() { [[ $(cat "$1") == "$2" ]]; }
gone() { [[ ! -e $1 && ! -L $1 ]]; }
owned() { [[ $(stat --format='%U:%G %a' "$1") == "$2" ]]; }
is_link() { [[ -L $1 ]]; }
is_configured() { [[ $(config_error) == "" ]]; }
is_refused() { [[ $(config_error) != "" ]]; }
knows() { overlayctl status "$1"; }
ignores() { ! knows "$1"; }

# web [LINE...]: services.toml has the service web with these lines, in place of $dirs by default.
dirs='dirs = [{ local = "/etc/web", link = "web/etc" }]'
web() {
  services <<TOML
[global]
upstream = "$(upstream site)"
interval = "1h"
[[services]]
name = "web"
$(printf '%s\n' "$@")
TOML
}

make_history() {
  make_repo site
  put site web/etc/page <<<main
  put site web/more/extra <<<extra
  put site web/single <<<single
  commit site 'one' >/dev/null
  work site switch --quiet --create other
  put site web/etc/page <<<other
  commit site 'on another branch' >/dev/null
  work site switch --quiet main
  make_repo second
  put second web/etc/page <<<second
  commit second 'another upstream' >/dev/null
}

test_wrong_from_the_start() {
  say "with a services.toml that is wrong from the start the package is installed, and says in a line what to do"
  web 'service = "web"' 'action = "restrat"' 'umask = "0999"' "$dirs"
  local said
  said=$(dpkg --install /debs/overlayd_*.deb 2>&1 >/dev/null) || fail "$said"
  assert_contains "$(tail --lines=1 <<<"$said")" "mend it, then 'systemctl start overlayd'"
  assert_lacks "$said" 'Job for'
  assert_lacks "$said" 'Could not execute'
  assert_eq 'failed 78 0' "$(unit_properties ActiveState ExecMainStatus NRestarts)"
  systemctl is-active overlayd-web

  say "overlayd is not started over and over, and tells every mistake in the journal and on a terminal"
  local place
  for place in services.toml:7:10 services.toml:8:9; do
    assert_contains "$(journal --unit=overlayd --output=cat)" $place
    fails_with 78 overlayd
    assert_contains "$output" $place
  done
  # journald may not find out whose lines they are: it had ended when they were read
  assert_contains "$(journal OBJECT_SYSTEMD_UNIT=overlayd.service)" services.toml:7:10
  fails_with 1 systemctl start overlayd
  assert_eq 'failed 78 0' "$(unit_properties ActiveState ExecMainStatus NRestarts)"
  fails_with 1 overlayctl status
  assert_contains "$output" 'overlayd check'

  say "mended and started, it runs"
  web 'service = "web"' "$dirs"
  systemctl start overlayd
  wait_for 10 holds /etc/web/page main
}
unit_properties() {
  local property values=()
  for property in "$@"; do values+=("$(systemctl show --value --property="$property" overlayd)"); done
  echo "${values[*]}"
}

test_check() {
  say "overlayd check ends with 0 or 1, and tells every mistake with its place"
  fails_with 0 overlayd check
  assert_contains "$output" '1 service'
  cat >/root/bad.toml <<TOML
[global]
intervall = "1m"
upstream = "$(upstream site)"
[[services]]
service = "web"
user = "noboddy"
action = "restrat"
dirs = [
  { local = "etc/web", link = "web/etc" },
  { local = "/etc", link = "web/../etc" },
  { local = "/var/lib/overlayd/x", link = "web", type = "symlnk" },
]
TOML
  fails_with 1 overlayd check - </root/bad.toml
  assert_contains "$output" 'standard input:2:1:'
  output=$(overlayd check - < <(cat /etc/overlayd/services.toml))
  assert_contains "$output" 'standard input: 1 service'
  fails_with 1 overlayd check /root/bad.toml
  local place
  for place in bad.toml:2:1: bad.toml:6: bad.toml:7: bad.toml:9: bad.toml:10: bad.toml:11:; do
    assert_contains "$output" "$place"
  done
  assert_contains "$output" "did you mean 'interval'"
  assert_contains "$output" "did you mean 'nobody'"
  assert_contains "$output" "did you mean 'restart'"
  assert_contains "$output" 'bind and symlink'
  # What is not in its place yet may be anybody's.
  cp /etc/overlayd/services.toml /root/candidate.toml
  chown nobody /root/candidate.toml
  fails_with 0 overlayd check /root/candidate.toml
  fails_with 1 overlayd check /root/absent.toml
  fails_with 1 overlayd --config /root/bad.toml check
  assert_contains "$output" bad.toml:2:1:
  fails_with 1 overlayd check --config /root/bad.toml
  assert_contains "$output" bad.toml:2:1:
  fails_with 2 overlayd --config /root/absent.toml check /root/bad.toml
  fails_with 1 setpriv --reuid=nobody --regid=nogroup --clear-groups overlayd check /root/bad.toml
  setpriv --reuid=nobody --regid=nogroup --clear-groups overlayd check >/dev/null
}

test_own_files() {
  say "what the package installs, and every directory that holds it, cannot be covered"
  local path what found
  what=$(dpkg --listfiles overlayd | grep --invert-match --extended-regexp '^/usr/share/(doc|man|lintian)|^/\.$')
  what+=$'\n'$(find /etc/systemd/system -name 'overlayd*')
  {
    printf '[global]\nupstream = "/r"\n[[services]]\nservice = "web"\ndirs = [\n'
    while read -r path; do printf '{ local = "%s", link = "x" },\n' "$path"; done <<<"$what"
    echo ']'
  } >/root/own.toml
  fails_with 1 overlayd check /root/own.toml
  while read -r path; do
    found=$(grep --extended-regexp "own\.toml:[0-9:]+ '$path' .*(belongs to the system|overlayd's own)" <<<"$output") || true
    [[ $found ]] || fail "$path could be covered"
  done <<<"$what"
  grep --quiet 90overlayd <<<"$what"
  grep --quiet sysinit.target.wants/overlayd-restore.service <<<"$what"
}

test_bad_file() {
  say "a file with mistakes is reported in the log and in status, and changes nothing"
  local mark before
  before=$(cat /proc/self/mountinfo)
  mark=$(log_mark)
  services </root/bad.toml
  wait_log 10 overlayd 'services.toml was refused; the one before it is in force' "$mark"
  wait_log 10 overlayd 'services.toml:7:.*did you mean .restart' "$mark"
  assert_contains "$(config_error)" services.toml:2:1
  assert_contains "$(overlayctl status)" "did you mean 'interval'"
  fails_with 1 overlayctl reload
  assert_contains "$output" "did you mean 'interval'"
  mark=$(log_mark)
  fails_with 1 systemctl reload overlayd
  assert_contains "$output" 'journalctl'
  wait_log 10 overlayd 'services.toml was refused' "$mark"
  systemctl --quiet is-active overlayd
  holds /etc/web/page main
  assert_eq "$before" "$(cat /proc/self/mountinfo)"

  say "also when the daemon is restarted: what was in force stays so"
  mark=$(log_mark)
  systemctl restart overlayd
  wait_log 10 overlayd 'services.toml was refused; the one before it is in force' "$mark"
  assert_contains "$(config_error)" services.toml:2:1
  holds /etc/web/page main
  put site web/etc/page <<<'main 2'
  commit site 'while services.toml is wrong' >/dev/null
  overlayctl forward web
  holds /etc/web/page 'main 2'

  say "a file that is gone is a mistake too"
  rm /etc/overlayd/services.toml
  wait_for 10 no_such_file
  holds /etc/web/page 'main 2'
  web 'service = "web"' "$dirs"
  wait_for 10 is_configured
}

test_secret_file() {
  say "who may not read services.toml is not told its lines, and nobody a token in the wrong place"
  local as_nobody=(setpriv --reuid=nobody --regid=nogroup --clear-groups) mark said
  web 'service = "web"' "$dirs" '[[upstreams]]' 'url = "https://git.test/r"' 'token_file = "ghp_S3CRET"' \
    'token = "ghp_S3CRET"' 'branhc = "x"'
  mark=$(log_mark)
  chmod 600 /etc/overlayd/services.toml
  wait_for 10 is_refused
  fails_with 1 overlayctl reload
  assert_contains "$output" "unknown key 'branhc'"
  said=$output$(overlayctl status)$(overlayd check 2>&1 || true)$(journal --unit=overlayd --since="$mark" --output=cat)
  assert_contains "$said" "'token_file' must be the absolute path"
  assert_lacks "$said" S3CRET
  said=$("${as_nobody[@]}" overlayctl status --json | jq -r .config_error)
  assert_eq "services.toml has mistakes: see 'overlayd check' as root" "$said"
  assert_contains "$("${as_nobody[@]}" overlayctl status)" 'services.toml was refused'
  chmod 644 /etc/overlayd/services.toml
  assert_contains "$("${as_nobody[@]}" overlayctl status)" "unknown key 'branhc'"
  web 'service = "web"' "$dirs"
  wait_for 10 is_configured
}

test_file_of_others() {
  say "a file that somebody else than root can change is refused, until it is root's alone"
  chown nobody /etc/overlayd/services.toml
  wait_for 10 is_refused
  assert_contains "$(config_error)" 'may be written by user nobody'
  fails_with 1 overlayd check
  assert_contains "$output" 'chown root:root /etc/overlayd/services.toml; chmod go-w'
  holds /etc/web/page 'main 2'
  chown root:root /etc/overlayd/services.toml
  wait_for 10 is_configured
}

test_state_directory() {
  say "another state directory is refused as long as something is in place, also by check, and over a restart"
  local right what='services.toml:2:19: state_directory is /srv/state, but'
  right=$(</etc/overlayd/services.toml)
  services <<<"${right/\[global\]/[global]$'\n'state_directory = \"/srv/state\"}"
  wait_for 10 is_refused
  fails_with 1 overlayctl reload
  assert_contains "$output" "$what"
  fails_with 1 overlayd check
  assert_contains "$output" "$what"
  systemctl restart overlayd
  assert_contains "$(config_error)" "$what"
  put site web/etc/page <<<'main 2, later'
  commit site 'while services.toml names another state directory' >/dev/null
  overlayctl forward web
  holds /etc/web/page 'main 2, later'
  gone /srv/state
  put site web/etc/page <<<'main 2'
  commit site 'as before' >/dev/null
  overlayctl forward web
  services <<<"$right"
  wait_for 10 is_configured
}
no_such_file() { [[ $(config_error) == *'No such file'* ]]; }

test_ways_to_edit() {
  say "however the file is edited, it is read again"
  web 'service = "web"' "${dirs/web\"/moved\"}"
  wait_for 10 holds /etc/moved/page 'main 2'
  gone /etc/web
  sed --in-place 's|/etc/moved|/etc/sed|' /etc/overlayd/services.toml
  wait_for 10 holds /etc/sed/page 'main 2'
  wait_for 10 gone /etc/moved
  local text
  text=$(</etc/overlayd/services.toml)
  printf '%s\n' "${text/\/etc\/sed//etc/web}" >/etc/overlayd/services.toml
  wait_for 10 holds /etc/web/page 'main 2'
  wait_for 10 gone /etc/sed

  say "also behind a symbolic link, which then leads elsewhere"
  mkdir /srv/one /srv/two
  mv /etc/overlayd/services.toml /srv/one/services.toml
  ln -s ../../srv/one/services.toml /etc/overlayd/services.toml
  sed 's|/etc/web|/etc/two|' /srv/one/services.toml >/srv/two/services.toml
  wait_for 10 is_configured
  sed --in-place 's|/etc/web|/etc/one|' /srv/one/services.toml
  wait_for 10 holds /etc/one/page 'main 2'
  ln -sfT /srv/two/services.toml /etc/overlayd/services.toml
  wait_for 10 holds /etc/two/page 'main 2'
  text=$(</srv/two/services.toml)
  printf '%s\n' "${text/\/etc\/two//etc/web}" >/srv/two/services.toml
  wait_for 10 holds /etc/web/page 'main 2'
  mv /srv/two/services.toml /etc/overlayd/services.toml
  rm -r /srv/one /srv/two
  wait_for 10 is_configured

  say "and on systemctl reload, and when the machine goes by another name"
  local mark
  mark=$(log_mark)
  cat >>/etc/overlayd/services.toml <<TOML
[[services]]
service = "renamed"
machine = "renamed-machine"
dirs = [{ local = "/etc/renamed", link = "web/more" }]
TOML
  overlayctl reload
  ignores renamed
  systemctl reload overlayd
  assert_eq 1 "$(journal --unit=overlayd --since="$mark" --output=cat | grep --count 'for others')" \
    "times that the new file is told of"
  local name=$HOSTNAME
  hostname renamed-machine
  wait_for 10 holds /etc/renamed/extra extra
  hostname "$name"
  say "what is for another machine by now stays over a restart, and is told, until the file is read on purpose"
  systemctl restart overlayd
  holds /etc/renamed/extra extra
  assert_contains "$(overlayctl status)" 'in place, though for other machines: renamed'
  say "or until another one is to have its place: it is that one then"
  systemctl stop overlayd
  printf '[[services]]\nservice = "again"\ndirs = [{ local = "/etc/renamed", link = "web/more" }]\n' \
    >>/etc/overlayd/services.toml
  systemctl start overlayd
  assert_lacks "$(overlayctl status)" 'for other machines'
  assert_contains "$(overlayctl log again)" 'its name was renamed'
  sed --in-place 's/^service = "again"/&\nmachine = "renamed-machine"/' /etc/overlayd/services.toml
  overlayctl reload
  wait_for 10 gone /etc/renamed
}

test_removed_service() {
  say "a service that is taken out leaves what was there before"
  mkdir -p /etc/under
  echo underneath >/etc/under/file
  web 'service = "web"' "$dirs" '[[services]]' 'service = "second"' \
    'dirs = [{ local = "/etc/under", link = "web/etc" }, { local = "/srv/made/by/us", link = "web/more" }]'
  wait_for 10 holds /srv/made/by/us/extra extra
  holds /etc/under/page 'main 2'
  test -e /var/lib/overlayd/state/second
  web 'service = "web"' "$dirs"
  assert_contains "$(overlayctl reload)" 'taken away: second'
  wait_for 10 gone /srv/made
  wait_for 10 ignores second
  holds /etc/under/file underneath
  gone /etc/under/page
  wait_for 10 gone /var/lib/overlayd/checkouts/second
  holds /etc/web/page 'main 2'

  say "and can come back, as it was, while the upstream is away"
  mv /srv/git/site.git /srv/git/away.git
  local second='dirs = [{ local = "/etc/under", link = "web/etc" }]'
  web 'service = "web"' "$dirs" '[[services]]' 'service = "second"' "$second"
  wait_for 10 holds /etc/under/page 'main 2'
  overlayctl freeze second --reason 'power work'
  web 'service = "web"' "$dirs"
  wait_for 10 gone /etc/under/page
  systemctl restart overlayd
  web 'service = "web"' "$dirs" '[[services]]' 'service = "second"' "$second"
  wait_for 10 holds /etc/under/page 'main 2'
  assert_eq 'frozen power work' "$(of second state) $(of second reason)"
  assert_contains "$(overlayctl log second)" 'power work'
  mv /srv/git/away.git /srv/git/site.git

  say "but not frozen at what its new branch does not have"
  web 'service = "web"' "$dirs"
  wait_for 10 gone /etc/under/page
  web 'service = "web"' "$dirs" '[[services]]' 'service = "second"' 'branch = "other"' "$second"
  wait_for 10 holds /etc/under/page other
  assert_eq following "$(of second state)"
  web 'service = "web"' "$dirs"
  wait_for 10 holds /etc/under/file underneath
}

test_changed_overlays() {
  say "overlays are added and taken away"
  local mount
  mount=$(findmnt --noheadings --output=ID /etc/web)
  web 'service = "web"' 'dirs = [{ local = "/etc/web", link = "web/etc" }, { local = "/etc/new/extra", link = "web/more" }]'
  wait_for 10 holds /etc/new/extra/extra extra
  assert_eq "$mount" "$(findmnt --noheadings --output=ID /etc/web)" "the mount that did not change"
  web 'service = "web"' "$dirs"
  wait_for 10 gone /etc/new
  assert_eq "$mount" "$(findmnt --noheadings --output=ID /etc/web)" "the mount that did not change"

  say "one becomes a link, and a mount again"
  web 'service = "web"' "${dirs/\" \}/\", type = \"symlink\" \}}"
  wait_for 10 is_link /etc/web
  holds /etc/web/page 'main 2'
  web 'service = "web"' "$dirs"
  wait_for 10 overlay_at /etc/web
  holds /etc/web/page 'main 2'

  say "another part of the repository is shown, and a file where a directory was"
  web 'service = "web"' "${dirs/web\/etc/web\/more}"
  wait_for 10 holds /etc/web/extra extra
  gone /etc/web/page
  web 'service = "web"' "${dirs/web\/etc/web\/single}"
  wait_for 10 holds /etc/web single
  web 'service = "web"' "$dirs"
  wait_for 10 holds /etc/web/page 'main 2'
}

test_changed_service() {
  say "another owner, group and umask"
  web 'service = "web"' 'user = "nobody"' 'group = "adm"' 'umask = "0027"' "$dirs"
  wait_for 10 owned /etc/web/page 'nobody:adm 640'
  owned /etc/web 'nobody:adm 750'
  web 'service = "web"' "$dirs"
  wait_for 10 owned /etc/web/page 'root:root 644'

  say "another branch"
  web 'service = "web"' 'branch = "other"' "$dirs"
  wait_for 10 holds /etc/web/page other
  assert_eq other "$(of web branch)"
  web 'service = "web"' 'branch = "absent"' "$dirs"
  wait_for 10 has_error "no branch 'absent'"
  holds /etc/web/page other
  web 'service = "web"' "$dirs"
  wait_for 10 holds /etc/web/page 'main 2'
  wait_for 10 has_error null

  say "another upstream"
  web 'service = "web"' "upstream = \"$(upstream second)\"" "$dirs"
  wait_for 10 holds /etc/web/page second
  assert_eq "$(upstream second)" "$(of web upstream)"
  web 'service = "web"' "$dirs"
  wait_for 10 holds /etc/web/page 'main 2'

  say "another place for the checkout"
  web 'service = "web"' 'mount = "/srv/checkouts"' "$dirs"
  wait_for 10 test -e /srv/checkouts/web/current
  wait_for 10 gone /var/lib/overlayd/checkouts/web
  holds /srv/checkouts/web/current/web/etc/page 'main 2'
  web 'service = "web"' "$dirs"
  wait_for 10 gone /srv/checkouts

  say "another unit"
  make_unit one
  make_unit two
  web 'service = "one"' 'action = "restart"' "$dirs"
  wait_for 10 unit_is one.service
  web 'service = "two"' 'action = "restart"' "$dirs"
  wait_for 10 unit_is two.service
  wait_for 10 systemctl is-active --quiet two # what is in place is new to it
  local before
  before=$(systemctl show --value --property=InvocationID one)
  put site web/etc/page <<<'main 3'
  commit site 'for the unit' >/dev/null
  overlayctl forward web
  systemctl is-active two
  assert_eq "$before" "$(systemctl show --value --property=InvocationID one)" "the unit of before"

  say "what a unit that is not there made of it is nothing of the next one, and is said once"
  web 'service = "nosuch"' 'action = "restart"' "$dirs"
  wait_for 10 has_error 'cannot restart nosuch.service'
  assert_eq null "$(of web note)" "a note beside the error that says it"
  web 'service = "two"' 'action = "restart"' 'branch = "absent"' "$dirs"
  wait_for 10 has_error "no branch 'absent'"
  assert_lacks "$(overlayctl status web)" nosuch
  web 'service = "two"' 'action = "restart"' "$dirs"
  wait_for 10 has_error null
}
shows_still() { [[ $(of web 'overlays[0].still') == "$1" ]]; }
unit_is() { [[ $(of web unit) == "$1" ]]; }
has_error() { [[ $(of web error) == *"$1"* ]]; }
make_unit() {
  printf '[Service]\nExecStart=/bin/sleep infinity\n' >"/etc/systemd/system/$1.service"
  systemctl daemon-reload
}

test_held() {
  say "a frozen service keeps its commit under a new configuration"
  overlayctl freeze web
  put site web/etc/page <<<'main 4'
  put site web/more/extra <<<'extra 4'
  commit site 'not for the frozen' >/dev/null
  web 'service = "two"' 'dirs = [{ local = "/etc/web", link = "web/etc" }, { local = "/etc/more", link = "web/more" }]'
  wait_for 10 holds /etc/more/extra extra
  holds /etc/web/page 'main 3'
  assert_eq frozen "$(of web state)"

  say "where what it is to show now cannot be had, status names what it shows still"
  assert_eq null "$(of web 'overlays[0].still')"
  web 'service = "two"' 'dirs = [{ local = "/etc/web", link = "web/absent" }, { local = "/etc/more", link = "web/more" }]'
  wait_for 10 shows_still web/etc
  assert_contains "$(overlayctl status web)" 'still web/etc'
  assert_eq null "$(of web 'overlays[1].still')"
  web 'service = "two"' 'dirs = [{ local = "/etc/web", link = "web/etc" }, { local = "/etc/more", link = "web/more" }]'
  wait_for 10 shows_still null
  overlayctl thaw web
  wait_for 10 holds /etc/more/extra 'extra 4'
}

test_held_on_another_branch() {
  say "a frozen service tells that the branch that it is to follow is another by now"
  overlayctl freeze web
  web 'service = "two"' 'branch = "other"' "$dirs"
  wait_for 10 notes 'until it follows branch other'
  assert_contains "$(of web note)" 'a commit of branch main'
  holds /etc/web/page 'main 4'
  fails_with 3 overlayctl rollback web
  assert_contains "$output" 'came from branch main'
  assert_contains "$output" 'overlayctl rollback web other~1'
  overlayctl rollback web other
  holds /etc/web/page other
  overlayctl forward web
  assert_lacks "$(of web note)" 'until it follows'
  web 'service = "two"' 'dirs = [{ local = "/etc/web", link = "web/etc" }, { local = "/etc/more", link = "web/more" }]'
  wait_for 10 holds /etc/more/extra 'extra 4'
}
notes() { [[ $(of web note) == *"$1"* ]]; }

test_no_service() {
  say "a file that was cut off changes nothing"
  local rest
  for rest in '' $'[global]\ninterval = "1h"'; do
    services <<<"$rest"
    fails_with 1 overlayctl reload
    assert_contains "$output" "say 'services = []'"
    overlay_at /etc/web
    overlay_at /etc/more
  done

  say "a file that says that there are no services takes everything away"
  services <<<'services = []'
  wait_for 10 gone /etc/more
  wait_for 10 gone /etc/web
  assert_eq '[]' "$(overlayctl status --json | jq --compact-output .services)"
}

make_history
test_wrong_from_the_start
test_check
test_own_files
test_bad_file
test_secret_file
test_file_of_others
test_state_directory
test_ways_to_edit
test_removed_service
test_changed_overlays
test_changed_service
test_held
test_held_on_another_branch
test_no_service
