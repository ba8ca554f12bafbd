#!/bin/bash
# Shows what overlayctl prints and how it ends: for people, for programs, for who mistypes, for who may not.
source /machine/lib.sh

ctl_json() { overlayctl "$@" --json; }
# has MEMBER... : every member is in the JSON object on standard input.
has() { jq --exit-status --args '. as $it | $ARGS.positional | all(. as $key | $it | has($key))' "$@" >/dev/null; }
escape=$'\033'
# on_terminal COMMAND: its output as a terminal would get it.
on_terminal() { TERM=xterm script --quiet --return --command "$1" /dev/null </dev/null; }
as_nobody() { setpriv --reuid=nobody --regid=nogroup --clear-groups "$@"; }
in_sync() { [[ $(overlayctl status web --json | jq '.services[0].in_sync') == true ]]; }

configure() {
  make_repo site
  put site web/etc/page <<<one
  commit site 'page one' >/dev/null
  put site web/etc/page <<<two
  commit site 'page two' >/dev/null
  services <<TOML
[global]
upstream = "$(upstream site)"
interval = "1h"
[[services]]
service = "web"
dirs = [{ local = "/etc/web", link = "web/etc" }]
TOML
}

test_json() {
  say "every command answers in JSON"
  ctl_json status | has version host swap config config_error services
  ctl_json status web | jq '.services[0]' | has name unit upstream branch state condition deployed deployed_subject \
    deployed_author deployed_at upstream_commit upstream_subject fetched_at in_sync overlays unit_state error error_hint \
    error_of error_at retry_at by reason revision since until ends_with note doing doing_since
  ctl_json status | jq '.services[0].overlays[0]' | has local link type kind tree live still
  ctl_json plan web HEAD~1 | jq '.plans[0]' | has name from to subject steps files more_files outcome message hint
  ctl_json plan web HEAD~1 | jq '.plans[0].files[0]' | has local status path
  ctl_json log web | jq '.entries[0]' | has at verb by reason from commit subject author outcome message revision deployment
  fails_with 3 overlayctl plan web nonsense --json
  assert_eq '[]' "$(jq --compact-output '.plans[0].steps' <<<"$output")"
  local verb
  for verb in 'forward web' 'freeze web --reason why --for 1h' 'thaw web' 'rollback web' 'forward'; do
    # shellcheck disable=SC2086  # words
    ctl_json $verb | jq '.results[0]' | has name outcome from to subject state message hint by reason since until
  done
  ctl_json forward web >/dev/null
  ctl_json reload | has config config_error
  assert_eq "$(ctl_json status)" "$(overlayctl --json)" "--json before the command"
}

test_exit_codes() {
  say "exit codes: 0 done, 1 failed, 2 wrong use, 3 refused"
  fails_with 0 overlayctl
  fails_with 0 overlayctl --help
  fails_with 0 overlayctl freeze --help
  fails_with 0 overlayctl help freeze
  fails_with 0 overlayctl --version
  fails_with 3 overlayctl rollback web nonsense
  assert_contains "$output" "overlayctl log web"
  fails_with 3 overlayctl rollback web nonsense --json
  assert_eq refused "$(jq -r '.results[0].outcome' <<<"$output")"
  local words
  for words in 'status webb' 'forward webb' 'log webb' 'freeze webb' 'rollback webb' 'plan webb' 'thaw webb' 'stauts' \
    'status --jsn' 'freeze web --raeson x' 'freeze web --for never' 'freeze web --for 0s' 'freeze' 'log' 'rollback' \
    'log web web' 'check --help' 'list --help' 'reload web' 'freeze web --for 99999999999d' \
    'plan web ~1' 'rollback web HEAD~99999999999' 'plan web -- -x'; do
    # shellcheck disable=SC2086  # words
    [[ $words == 'plan web -- -x' ]] || fails_with 2 overlayctl $words
    assert_lacks "$output" "$escape"
  done
  fails_with 2 overlayctl freeze web --reason "$(printf 'r%.0s' {1..1001})"
  fails_with 3 overlayctl plan web ':/['
}

test_closed_pipe() {
  say "who closes the pipe hears no complaint, also where SIGPIPE is ignored"
  local pipe
  exec {pipe}> >(:)
  wait $!
  fails_with 141 bash -c "trap '' PIPE && exec overlayctl status >&$pipe"
  assert_eq "" "$output"
  exec {pipe}>&-
}

test_suggestions() {
  say "who mistypes is told what was meant"
  fails_with 2 overlayctl status wbe
  assert_contains "$output" "did you mean 'web'"
  fails_with 2 overlayctl status web.service
  assert_contains "$output" "did you mean 'web'"
  fails_with 2 overlayctl forwrad
  assert_contains "$output" "did you mean 'forward'"
  fails_with 2 overlayctl check --help
  assert_contains "$output" "did you mean 'overlayd check'"
  fails_with 2 overlayctl freeze web --raeson x
  assert_contains "$output" "did you mean '--reason'"
}

test_twice() {
  say "who is named twice is acted on once, and a freeze says until when"
  fails_with 0 overlayctl freeze web web --reason twice --for 2h
  assert_eq 2 "$(wc --lines <<<"$output")"
  assert_contains "$output" '(in 2h): twice'
  assert_eq "freeze thaw" "$(overlayctl thaw web web >/dev/null && ctl_json log web -n 2 | jq -r '[.entries[].verb] | sort | join(" ")')"
  assert_eq 5 "$(overlayctl log web -n 2 | wc --lines)" # a heading, two entries, a reason and an end
}

test_not_root() {
  say "who is not root may look, and is told what to do to change things"
  assert_contains "$(as_nobody overlayctl status web)" 'page two'
  as_nobody overlayctl log web >/dev/null
  local words
  for words in 'forward web' 'freeze web' 'thaw web' 'rollback web HEAD~1' 'reload' 'plan web'; do
    # shellcheck disable=SC2086  # words
    fails_with 3 as_nobody overlayctl $words
    assert_contains "$output" "sudo overlayctl $words"
  done
  assert_eq two "$(cat /etc/web/page)"
}

# Everything that a plan could have changed.
machine_state() {
  cat /proc/self/mountinfo
  find /var/lib/overlayd /etc/web ! -path '*/mirrors/*' ! -path '*/staging' -printf '%p %y %i %m %T@ %l\n' | sort
  overlayctl status --json | jq '.services[] | del(.fetched_at)'
}

test_plan() {
  say "a plan says what would be done, and does nothing"
  local before plan
  put site web/etc/page <<<three
  put site web/etc/new <<<new
  commit site 'page three' >/dev/null
  overlayctl plan >/dev/null
  before=$(machine_state)
  plan=$(overlayctl plan web)
  assert_contains "$plan" 'page three'
  assert_contains "$plan" 'M /etc/web/page'
  assert_contains "$plan" 'A /etc/web/new'
  assert_contains "$plan" 'services.toml:6 web/etc@'
  assert_contains "$(overlayctl plan web HEAD~1)" 'M /etc/web/page'
  assert_contains "$(overlayctl plan web HEAD)" 'nothing to do'
  fails_with 3 overlayctl plan web nonsense
  assert_eq "$before" "$(machine_state)" 'after a plan'
  overlayctl forward web
  assert_contains "$(overlayctl plan web)" 'nothing to do'
}

test_colour() {
  say "colour on a terminal, none in a pipe or file"
  local command
  for command in status 'status web' 'log web' 'plan web HEAD~1' 'freeze web' 'thaw web'; do
    # shellcheck disable=SC2086  # words
    assert_lacks "$(overlayctl $command)" "$escape"
    assert_contains "$(on_terminal "overlayctl $command")" "${escape}["
  done
  assert_lacks "$(NO_COLOR=1 on_terminal 'overlayctl status')" "$escape"
  assert_lacks "$(on_terminal 'overlayctl status --json')" "$escape"
}

# What the terminal would do other than show text, once overlayctl's own colours are taken away.
commands_in() { sed -E 's/\x1b\[[0-9;]*m//g' | tr -d '\r\n' | grep -aP '[\x00-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80\xae' || true; }

test_hostile_text() {
  say "control characters from Git do nothing on the terminal"
  local evil=$'page \033]0;owned\a\033[2J\r\b four \302\233 \342\200\256 end'
  put site web/etc/page <<<four
  as_git git -C /srv/work/site config user.name $'Mal\033[31m\rlory'
  commit site "$evil" >/dev/null
  put site web/etc/$'evil\302\233name' <<<x
  commit site "$evil" >/dev/null
  local command text
  for command in 'plan web' 'forward web' status 'status web' 'log web' 'freeze web' 'thaw web' 'plan web HEAD~1'; do
    text=$(on_terminal "overlayctl $command")
    assert_eq "" "$(commands_in <<<"$text")" "$command on a terminal"
    [[ $text ]] || fail "nothing from overlayctl $command"
  done
  assert_contains "$(overlayctl status web)" 'owned'
  ctl_json log web | jq . >/dev/null
  overlayctl freeze web --reason "$evil"
  assert_eq "" "$(overlayctl status web | commands_in)"
  overlayctl thaw web
  assert_eq "" "$(journal --unit=overlayd --output=cat | commands_in)"
}

test_long_names() {
  say "10,000 characters are no trouble"
  local long
  long=$(printf 'w%.0s' {1..10000})
  fails_with 2 overlayctl status "$long"
  ((${#output} < 1000)) || fail "an error of ${#output} characters"
  fails_with 2 overlayctl "$long"
  fails_with 2 overlayctl freeze web --for "$long"
  fails_with 2 overlayctl "--$long"
  fails_with 2 overlayctl plan web "$long"
  fails_with 2 overlayctl status "$(printf '\033[2J\n')"
  assert_eq "" "$(commands_in <<<"$output")"
  overlayctl status web >/dev/null
}

doing() { overlayctl status "$1" --json | jq --raw-output '.services[0].doing'; }
is_doing() { [[ $(doing "$1") == "$2" ]]; }

test_waiting() {
  say "who waits is told for what"
  local what='waiting for systemd to restart slow.service' plan text
  mkfifo /run/held
  printf '[Service]\nType=oneshot\nExecStart=sh -c "read _ </run/held"\n' >/etc/systemd/system/slow.service
  systemctl daemon-reload
  cat >>/etc/overlayd/services.toml <<TOML
[[services]]
service = "slow"
action = "restart"
dirs = [{ local = "/etc/slow", link = "web/etc" }]
TOML
  overlayctl reload >/dev/null
  wait_for 10 is_doing slow "$what"
  assert_eq null "$(doing web)"
  assert_contains "$(overlayctl status)" "$what, since"
  assert_contains "$(overlayctl status slow)" "$what, since"
  exec {plan}< <(on_terminal 'overlayctl plan slow')
  text=$(timeout 10 grep --max-count=1 'slow: ' <&"$plan")
  assert_contains "$text" "slow: $what"
  echo >/run/held
  wait_for 10 is_doing slow null
  assert_contains "$(timeout 10 cat <&"$plan")" 'nothing to do'
}

test_stopped() {
  say "with the daemon stopped it says so"
  systemctl stop overlayd
  fails_with 1 overlayctl status
  assert_contains "$output" 'systemctl start overlayd'
  fails_with 1 overlayctl forward --json
  assert_contains "$output" 'overlayd is not running'
}

configure
install_overlayd
wait_for 10 in_sync
test_json
test_exit_codes
test_closed_pipe
test_suggestions
test_twice
test_not_root
test_plan
test_colour
test_hostile_text
test_long_names
test_waiting
test_stopped
