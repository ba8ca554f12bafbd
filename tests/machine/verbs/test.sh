#!/bin/bash
# Shows what forward, freeze, thaw and rollback do to a service, with every kind of revision, and what the log keeps.
source /machine/lib.sh

page() { cat /etc/web/page; }
of() { overlayctl status "$1" --json | jq -r ".services[0].$2"; }
sees_tip() { [[ $(of "$1" upstream_commit) == "$2" ]]; }
deployed_is() { [[ $(of "$1" deployed) == "$2" ]]; }
shows() { [[ $(page) == "$1" ]]; }
is_following() { [[ $(of "$1" state) == following ]]; }

configure() {
  services <<TOML
[global]
upstream = "$(upstream site)"
interval = "1s"
depth = $1

[[services]]
name = "web"
service = "web"
dirs = [{ local = "/etc/web", link = "web/etc" }]

[[services]]
name = "db"
service = "db"
dirs = [{ local = "/etc/db", link = "db/etc" }]
TOML
}

# Commits page N of web; prints the hash.
write_page() {
  put site web/etc/page <<<"$1"
  commit site "page $1"
}

make_history() {
  make_repo site
  put site db/etc/limit <<<1
  work site tag --no-sign start "$(write_page one)" 2>/dev/null
  work site push --quiet origin start
  two=$(write_page two)
  put site db/etc/limit <<<2
  commit site 'db alone' >/dev/null
  three=$(write_page three)
  put site db/etc/limit <<<3
  four=$(commit site 'db again')
}

test_rollback_without_revision() {
  say "rollback skips the commits that do not touch the service"
  overlayctl rollback web
  shows two
  assert_eq pinned "$(of web state)"
  assert_eq root "$(of web by)"
  # Not $two: the last commit before $three still has the same content for web.
  assert_eq "$(work site rev-parse "$three~1")" "$(of web deployed)"
  overlayctl rollback web
  shows one

  say "it goes beyond what was fetched at first, to the very first commit, and says where that ends"
  fails_with 3 overlayctl rollback web
  assert_contains "$output" "other content"
  shows one
}

test_pinned() {
  say "a pinned service stays so while the upstream moves and is polled"
  local five
  five=$(write_page five)
  wait_for 10 sees_tip web "$five"
  wait_for 10 deployed_is db "$five"
  shows one
  assert_eq false "$(of web in_sync)"
  assert_eq pinned "$(of web state)"

  say "forward without names leaves it alone, and says so"
  output=$(overlayctl forward)
  assert_contains "$output" skipped
  assert_contains "$output" 'to end that: overlayctl forward web'
  shows one
  say "forward by name ends it"
  overlayctl forward web
  shows five
  assert_eq following "$(of web state)"
  write_page six >/dev/null
  wait_for 10 shows six
}

# rolls_back REV PAGE
rolls_back() {
  overlayctl rollback web "$1" >/dev/null || fail "no rollback to $1"
  assert_eq "$2" "$(page)" "rollback to $1"
}

test_revisions() {
  say "any revision that Git understands, seen from what is deployed"
  rolls_back HEAD~1 five
  rolls_back HEAD five
  rolls_back HEAD^ three
  rolls_back "$two" two
  rolls_back "${three:0:8}" three
  rolls_back start one
  rolls_back 'start^{commit}' one
  rolls_back '@{1}' three
  rolls_back 'HEAD@{1}' one
  rolls_back main six
  rolls_back main~1 five
  work site switch --quiet --create feature "$two"
  write_page feature >/dev/null
  work site switch --quiet main
  rolls_back feature feature
  rolls_back main six

  say "a branch under each of its names, also one that was not fetched"
  work site branch --quiet far "$two"
  work site push --quiet origin far start:refs/heads/farther
  rolls_back refs/heads/main~1 five
  rolls_back heads/far two
  rolls_back origin/farther one
  rolls_back refs/heads/main six
  rolls_back refs/tags/start one
  rolls_back origin/main six
  rolls_back 'HEAD^{/page fi}' five
  rolls_back 'HEAD^{/page t[w]o}' two
  rolls_back ':/page six' six
  rolls_back ':/page one' one
  work site tag --no-sign --annotate --message note noted "$three"
  work site push --quiet origin noted
  rolls_back 'noted^{commit}' three
  rolls_back 'noted^{/page two}~1' one

  say "also the other side of a merge, beyond what was fetched"
  work site switch --quiet --create side "$two"
  put site web/etc/page <<<side
  commit site 'page side' >/dev/null
  work site switch --quiet main
  work site merge --quiet --no-ff --strategy ours --message 'not the page' side
  commit site 'after the merge' >/dev/null
  wait_for 10 sees_tip web "$(commit site 'and again')"
  rolls_back main six
  rolls_back 'HEAD~2^2' side
}

# ago N: the commit beside @{N} in web's log.
ago() { overlayctl log web --json | jq -r ".entries[] | select(.deployment == $1).commit"; }
newest() { overlayctl log web --json | jq -r ".entries[0].$1"; }

test_deployments() {
  say "@{1} is what this service had before: commits for others do not count"
  assert_contains "$(overlayctl forward web)" 'follows branch main again'
  local other before
  put site db/etc/limit <<<4
  other=$(commit site 'db once more')
  wait_for 10 deployed_is web "$other"
  before=$(ago 1)
  overlayctl rollback web '@{1}'
  shows side
  assert_eq "$before" "$(of web deployed)"
  assert_contains "$(overlayctl forward web)" 'follows branch main again'
  shows six

  say "a rollback to the same content is in the log, but no deployment"
  assert_contains "$(overlayctl rollback web HEAD~1)" 'with the same content'
  assert_eq "rollback HEAD~1 null" "$(newest verb) $(newest revision) $(newest deployment)"
  assert_eq "$(work site rev-parse HEAD~1)" "$(newest commit)"
  assert_eq "pinned HEAD~1" "$(of web state) $(of web revision)"
  overlayctl rollback web '@{1}'
  shows side
  overlayctl forward web >/dev/null
  overlayctl rollback web HEAD >/dev/null
  assert_contains "$(overlayctl forward web)" 'follows branch main again'
  assert_eq "forward null" "$(newest verb) $(newest deployment)"
  shows six
}

# refuses CODE REV
refuses() {
  local before
  before=$(of web deployed)
  fails_with "$1" overlayctl rollback web -- "$2"
  assert_eq "$before" "$(of web deployed)" "after a refused rollback to $2"
}

test_bad_revisions() {
  say "what is no revision is refused, and nothing moves"
  local revision
  for revision in start..main -x --upload-pack=x main:web/etc/page 'a b' ' ' ':/' '@{yesterday}' 'HEAD^{/!x}' 'main@{1}' \
    refs/heads/../main "$(printf 'r%.0s' {1..10000})"; do
    refuses 2 "$revision"
    assert_contains "$output" 'is not a revision'
  done
  for revision in nonsense 1111111111111111111111111111111111111111 '@{900}' refs/heads/nonsense heads/nonsense \
    refs/tags/nonsense; do
    refuses 3 "$revision"
    [[ $output =~ 'no revision'|'is not known' ]] || fail "no reason: $output"
  done
  for revision in HEAD~1000 'HEAD^{tree}' 'HEAD^{nothing}' 'HEAD^{/(}'; do
    refuses 3 "$revision"
    assert_contains "$output" "revision '$revision'"
    fails_with 3 overlayctl plan web -- "$revision"
    assert_contains "$output" "revision '$revision'"
    assert_contains "$output" 'overlayctl log web'
  done
  shows six
}

test_plan_judges_content() {
  say "a plan refuses what a forward would, also for one that is frozen, and changes nothing in place"
  local before
  before=$(cat /proc/self/mountinfo; overlayctl status web --json | jq .services[0].tree)
  overlayctl freeze web
  as_git ln -s /etc/passwd /srv/work/site/web/etc/link
  commit site 'lead out' >/dev/null
  fails_with 3 overlayctl plan web
  assert_contains "$output" '/etc/passwd'
  as_git rm /srv/work/site/web/etc/link
  put site web/etc/new <<<new
  commit site 'as it should be' >/dev/null
  assert_contains "$(overlayctl plan web)" 'A /etc/web/new'
  assert_eq "$before" "$(cat /proc/self/mountinfo; overlayctl status web --json | jq .services[0].tree)" 'what is in place'
  fails_with 1 test -e /etc/web/new
  work site rm --quiet web/etc/new
  commit site 'without it' >/dev/null
  overlayctl thaw web
}

test_long_history() {
  say "a text that no commit has does not bring the whole history"
  make_repo long
  awk 'BEGIN { for (n = 1; n <= 8000; n++) {
    printf "commit refs/heads/main\ncommitter Ada <ada@example.org> %d +0000\ndata 5\nnext\n", 1700000000 + n
    printf "M 100644 inline long/page\ndata 5\n%04d\n\n", n } }' | as_git git -C long.git fast-import --quiet
  cat >>/etc/overlayd/services.toml <<TOML
[[services]]
service = "long"
upstream = "$(upstream long)"
dirs = [{ local = "/etc/long", link = "long" }]
TOML
  overlayctl reload >/dev/null
  wait_for 10 test -e /etc/long/page
  fails_with 3 overlayctl plan long ':/never'
  assert_contains "$output" "revision ':/never' among the last 6000"
  (($(git -c 'safe.directory=*' -C /var/lib/overlayd/mirrors/*long*.git rev-list --count origin/main) < 8000))
  overlayctl rollback long HEAD~7990
  assert_eq 0010 "$(cat /etc/long/page)"
}

test_upstream_gone() {
  say "rollback and freeze do without the upstream"
  overlayctl forward web >/dev/null
  mv /srv/git/site.git /srv/git/away.git
  overlayctl rollback web "$two"
  shows two
  overlayctl rollback web
  shows one
  fails_with 1 overlayctl forward web
  assert_contains "$output" site.git
  assert_eq pinned "$(of web state)"
  mv /srv/git/away.git /srv/git/site.git
  overlayctl forward web
  shows six
}

test_freeze() {
  say "a frozen service stays, with who, why and until when"
  overlayctl freeze web db --reason 'release week' --for 2h
  assert_eq frozen "$(of web state)"
  assert_eq 'release week' "$(of web reason)"
  assert_eq root "$(of web by)"
  assert_eq 7200 $(($(of web until) - $(of web since)))
  assert_contains "$(overlayctl status web)" 'release week'
  say "its end is in the log as well; who freezes it anew is told what he replaces"
  local seven end
  end="until $(date --date="@$(of web until)" '+%F %H:%M')"
  assert_eq "freeze $end" "$(newest verb) $(newest message)"
  assert_contains "$(overlayctl freeze web --reason 'trade fair')" "was frozen by root $end: release week"
  assert_eq "freeze " "$(newest verb) $(newest message)"
  assert_contains "$(overlayctl freeze web --reason 'release week')" "was frozen by root: trade fair"
  seven=$(write_page seven)
  wait_for 10 sees_tip web "$seven"
  shows six
  assert_contains "$(overlayctl forward)" 'to end that: overlayctl thaw web'
  shows six

  say "also over a restart of the daemon"
  systemctl restart overlayd
  wait_for 10 sees_tip web "$seven"
  assert_eq frozen "$(of web state)"
  assert_eq 'release week' "$(of web reason)"
  shows six

  say "thaw lets it follow again"
  overlayctl thaw web
  wait_for 10 shows seven
  assert_eq following "$(of web state)"
  assert_eq frozen "$(of db state)"
  assert_contains "$(overlayctl thaw web)" unchanged

  say "so does forward by name"
  overlayctl freeze web
  write_page eight >/dev/null
  overlayctl forward web
  shows eight
  assert_eq following "$(of web state)"

  say "and a freeze ends by itself"
  overlayctl freeze web --for 2s
  assert_eq frozen "$(of web state)"
  write_page nine >/dev/null
  wait_for 10 is_following web
  wait_for 10 shows nine

  say "a pinned service is not thawed"
  overlayctl rollback web
  fails_with 3 overlayctl thaw web
  assert_contains "$output" 'overlayctl forward web'
  overlayctl freeze web
  assert_eq "frozen forward" "$(of web state) $(of web ends_with)" "what makes one follow that is both"
  overlayctl forward web
}

test_plan_takes_no_push_away() {
  say "a push that a plan saw first goes live all the same"
  local n
  for n in ten eleven twelve; do
    write_page $n >/dev/null
    overlayctl plan web >/dev/null
    wait_for 10 shows $n
  done
}

is_told() { [[ $(of web error) == *"$1"* ]]; }

test_unmounted() {
  say "what somebody unmounts is back at once; who does so again and again is looked for"
  sed -i 's/"1s"/"1h"/' /etc/overlayd/services.toml # or the next poll does
  overlayctl reload >/dev/null
  overlayctl forward web >/dev/null
  local _
  for _ in 1 2 3; do
    umount /etc/web
    wait_for 10 overlay_at /etc/web
    shows twelve
    assert_eq null "$(of web error)"
  done
  umount /etc/web
  wait_for 10 overlay_at /etc/web
  wait_for 10 is_told 'taken away again'
  overlayctl forward web
  shows twelve
  assert_eq "" "$(overlayctl plan web --json | jq -r '.plans[0].steps[]')" "a plan when all is in place"
}

test_log() {
  say "the log tells when, what and by whom, newest first"
  local log
  log=$(overlayctl log web --json)
  assert_eq forward "$(jq -r '.entries[0].verb' <<<"$log")"
  assert_eq root "$(jq -r '.entries[0].by' <<<"$log")"
  assert_eq install "$(jq -r '.entries[-1].verb' <<<"$log")"
  assert_eq overlayd "$(jq -r '.entries[-1].by' <<<"$log")"
  assert_eq "forward freeze install rollback thaw" "$(jq -r '[.entries[].verb] | unique | join(" ")' <<<"$log")"
  assert_eq true "$(jq '[.entries[].at] | . == (sort | reverse)' <<<"$log")"
  assert_eq 'release week' "$(jq -r '[.entries[] | select(.verb == "freeze")][-1].reason' <<<"$log")"
  assert_eq 'overlayd: its time was up' "$(jq -r '[.entries[] | select(.verb == "thaw")][0] | "\(.by): \(.reason)"' <<<"$log")" \
    "who ended the timed freeze"
  assert_contains "$(overlayctl log web)" 'release week'
  assert_contains "$(overlayctl log web)" "${two:0:8}"
}

make_history
configure 1
install_overlayd
wait_for 10 shows three
assert_eq "$four" "$(of web deployed)"
test_rollback_without_revision
test_pinned
test_revisions
test_deployments
test_bad_revisions
test_upstream_gone
test_freeze
test_log
test_plan_judges_content
test_plan_takes_no_push_away
test_long_history
test_unmounted
