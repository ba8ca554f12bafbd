#!/bin/bash
# Shows that the metrics tell what happened to each service and upstream, and that who serves them is nobody and survives.
source /machine/lib.sh

address=127.0.0.1:9836
metrics() { curl --silent --fail --max-time 5 "http://$address/metrics"; }
# value 'NAME{LABELS}': its value; nothing if there is none.
value() { metrics | awk -v name="$1" '$1 == name { print $2 }'; }
is() { [[ $(value "$1") == "$2" ]]; }
is_now() { wait_for 10 is "$@"; }
answers() { [[ $(curl --silent --output /dev/null --write-out '%{http_code}' "http://$address$1") == "$2" ]]; }
vanished() { [[ $(metrics) != *"$1"* ]]; }
of() { overlayctl status "$1" --json | jq -r ".services[0].$2"; }
fraction_of_now() { awk -v at="$1" -v now="$(date +%s)" 'BEGIN { exit !(at > now - 60 && at <= now) }'; }

configure() {
  services <<TOML
[web]
listen = "$address"
[global]
upstream = "$(upstream site)"
interval = "1s"
[[services]]
service = "web"
action = "restart"
dirs = [{ local = "/etc/web", link = "web" }]
$1
TOML
}
db='[[services]]
service = "db"
upstream = "/srv/git/second.git"
dirs = [{ local = "/etc/db", link = "db" }]'

# The unit fails to start while its configuration says so.
make_unit() {
  printf '[Unit]\nStartLimitIntervalSec=0\n[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/sh -c "! grep fail /etc/web/page"\n' \
    >/etc/systemd/system/web.service
  systemctl daemon-reload
}
push() {
  put site web/page <<<"$1"
  commit site "$1"
}

test_families() {
  say "every family is there, with help and type"
  local family all
  all=$(metrics)
  for family in service_deployed_commit_info service_upstream_commit_info service_in_sync service_state service_failed \
    service_last_change_timestamp_seconds upstream_last_fetch_timestamp_seconds service_change_duration_seconds \
    upstream_fetch_duration_seconds config_last_reload_successful service_change_failures_total upstream_fetch_failures_total build_info; do
    assert_contains "$all" "# HELP overlayd_$family "
    assert_contains "$all" "# TYPE overlayd_$family "
  done
  curl --silent --head "http://$address/metrics" | grep --quiet 'text/plain; version=0.0.4'
}

test_push() {
  say "after the installation and after a push"
  is_now "overlayd_service_deployed_commit_info{commit=\"$first\",service=\"web\"}" 1
  is_now "overlayd_service_upstream_commit_info{commit=\"$first\",service=\"web\"}" 1
  is_now 'overlayd_service_in_sync{service="web"}' 1
  is 'overlayd_service_state{service="web",state="following"}' 1
  is 'overlayd_service_state{service="web",state="frozen"}' 0
  is 'overlayd_service_failed{service="web"}' 0
  is 'overlayd_service_change_failures_total{service="web"}' 0
  is 'overlayd_service_change_duration_seconds_count{service="web"}' 1
  is "overlayd_upstream_fetch_failures_total{upstream=\"$(upstream site)\"}" 0
  assert_eq "$(of web deployed_at)" "$(value 'overlayd_service_last_change_timestamp_seconds{service="web"}')"
  local second
  second=$(push two)
  is_now "overlayd_service_deployed_commit_info{commit=\"$second\",service=\"web\"}" 1
  is_now 'overlayd_service_change_duration_seconds_count{service="web"}' 2
  assert_lacks "$(metrics)" "$first\",service=\"web\""
  fraction_of_now "$(value "overlayd_upstream_last_fetch_timestamp_seconds{upstream=\"$(upstream site)\"}")"
  (($(value "overlayd_upstream_fetch_duration_seconds_count{upstream=\"$(upstream site)\"}") > 1))
}

test_freeze() {
  say "frozen behind the upstream, and pinned"
  overlayctl freeze web >/dev/null
  is 'overlayd_service_state{service="web",state="frozen"}' 1
  is 'overlayd_service_state{service="web",state="following"}' 0
  local third
  third=$(push three)
  is_now "overlayd_service_upstream_commit_info{commit=\"$third\",service=\"web\"}" 1
  is_now 'overlayd_service_in_sync{service="web"}' 0
  is 'overlayd_service_failed{service="web"}' 0
  overlayctl rollback web >/dev/null
  is 'overlayd_service_state{service="web",state="pinned"}' 1
  is "overlayd_service_deployed_commit_info{commit=\"$first\",service=\"web\"}" 1
  overlayctl forward web >/dev/null
  is 'overlayd_service_state{service="web",state="following"}' 1
  is 'overlayd_service_in_sync{service="web"}' 1
}

test_failures() {
  say "a unit that fails, and one that is well again"
  push fail >/dev/null
  is_now 'overlayd_service_failed{service="web"}' 1
  is 'overlayd_service_change_failures_total{service="web"}' 1
  push well >/dev/null
  is_now 'overlayd_service_failed{service="web"}' 0
  is 'overlayd_service_change_failures_total{service="web"}' 1

  say "an upstream that is away"
  mv /srv/git/site.git /srv/git/away.git
  is_now "overlayd_upstream_fetch_failures_total{upstream=\"$(upstream site)\"}" 1
  is 'overlayd_upstream_fetch_failures_total{upstream="/srv/git/second.git"}' 0
  is 'overlayd_service_failed{service="web"}' 0
  mv /srv/git/away.git /srv/git/site.git
  push 'after it was away' >/dev/null
  overlayctl forward web >/dev/null
  is 'overlayd_service_change_duration_seconds_count{service="web"}' 7
}

test_not_known() {
  say "what is not known has no sample: the upstream was not seen since the start"
  mv /srv/git/site.git /srv/git/away.git
  systemctl restart overlayd
  is_now "overlayd_upstream_fetch_failures_total{upstream=\"$(upstream site)\"}" 1
  is 'overlayd_service_in_sync{service="web"}' ''
  is 'overlayd_service_failed{service="web"}' 0
  assert_eq "" "$(metrics | grep 'upstream_commit_info{.*"web"' || true)"
  assert_eq null "$(of web in_sync)"
  mv /srv/git/away.git /srv/git/site.git
  overlayctl forward web >/dev/null
  is 'overlayd_service_in_sync{service="web"}' 1
}

says_covered() { [[ $(of web error) == *'covered by another mount'* ]]; }
test_not_in_place() {
  say "an overlay that is not in place, and a services.toml that is not in force"
  sed -i 's/"1s"/"1h"/' /etc/overlayd/services.toml # or the next poll puts it back
  systemctl reload overlayd
  is overlayd_config_last_reload_successful 1
  overlayctl forward web >/dev/null # a new interval has it poll at once: that is over then
  is 'overlayd_service_failed{service="web"}' 0
  mount -t tmpfs mine /etc/web
  is_now 'overlayd_service_failed{service="web"}' 1
  wait_for 10 says_covered # it has tried to put it back, and will not try again soon
  umount /etc/web
  is_now 'overlayd_service_failed{service="web"}' 0
  cp /etc/overlayd/services.toml /root/
  services <<<'what = "this"'
  is_now overlayd_config_last_reload_successful 0
  systemctl restart overlayd
  wait_for 10 answers /healthz 200
  is overlayd_config_last_reload_successful 0
  services </root/services.toml
  is_now overlayd_config_last_reload_successful 1
}

fetched() { [[ $(value "overlayd_upstream_last_fetch_timestamp_seconds{upstream=\"$(upstream "$1")\"}") ]]; }

test_removed() {
  say "an upstream that nobody follows any more vanishes"
  configure "${db/second/third}"
  wait_for 10 vanished second.git
  configure "$db"
  wait_for 10 fetched second
  say "a service that is taken out vanishes, with its upstream"
  configure ""
  wait_for 10 vanished '"db"'
  wait_for 10 vanished second.git
  is 'overlayd_service_in_sync{service="web"}' 1
}

test_web() {
  say "who serves them has no rights"
  local pid
  pid=$(systemctl show --value --property=MainPID overlayd-web)
  assert_eq overlayd-web "$(stat --format=%U "/proc/$pid")"
  assert_eq 0000000000000000 "$(awk '$1 == "CapEff:" { print $2 }' "/proc/$pid/status")"

  say "and outlives the daemon"
  systemctl stop overlayd
  answers /metrics 503
  answers /healthz 503
  answers / 200
  systemctl start overlayd
  wait_for 10 answers /metrics 200
  is_now 'overlayd_service_in_sync{service="web"}' 1
  assert_eq "$pid" "$(systemctl show --value --property=MainPID overlayd-web)"
  answers /nothing 404

  say "and moves to another address with services.toml"
  address=127.0.0.1:9999
  configure ""
  wait_for 10 answers /metrics 200
  address=127.0.0.1:9836
  fails_with 7 metrics
}

make_repo site
make_repo second
make_repo third
put second db/file <<<db
commit second db >/dev/null
first=$(push one)
make_unit
configure "$db"
install_overlayd
wait_for 10 answers /metrics 200
test_families
test_push
test_freeze
test_failures
test_not_known
test_not_in_place
test_removed
test_web
