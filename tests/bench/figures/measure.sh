# What the parts of the bench measure and print with.
# shellcheck shell=bash

microseconds() { echo "${EPOCHREALTIME/./}"; }

# timed COMMAND...: how many microseconds it takes.
timed() {
  local start
  start=$(microseconds)
  "$@" >/dev/null
  echo $(($(microseconds) - start))
}

# The median of the numbers on standard input.
median() { sort --numeric-sort | awk '{ value[NR] = $1 } END { print value[int((NR + 1) / 2)] }'; }

# figure WHAT MICROSECONDS [BESIDE MICROSECONDS AIM]
figure() {
  if (($# == 2)); then
    awk -v what="$1" -v it="$2" 'BEGIN { printf "%-52s %10.2f ms\n", what, it / 1000 }'
  else
    awk -v what="$1" -v it="$2" -v beside="$3" -v other="$4" -v aim="$5" \
      'BEGIN { printf "%-52s %10.2f ms   %s %.2f ms   ratio %.2f (aim %s)\n", what, it / 1000, beside, other / 1000, it / other, aim }'
  fi
}

# processor time of a service and all its children so far, in microseconds
service_cpu() {
  local group
  group=$(systemctl show --value --property=ControlGroup "$1")
  sed -n 's/^usage_usec //p' "/sys/fs/cgroup$group/cpu.stat"
}

# command_cpu COMMAND...: processor time of it and its children, in microseconds
command_cpu() {
  bash -c '"$@" >/dev/null; times' command_cpu "$@" | awk 'NR == 2 {
    split($1, mine, "[ms]"); split($2, kernel, "[ms]")
    printf "%d\n", (mine[1] * 60 + mine[2] + kernel[1] * 60 + kernel[2]) * 1000000 }'
}

# services_of COUNT URL INTERVAL: a services.toml with that many services on one upstream.
services_of() {
  local number
  cat <<TOML
[global]
upstream = "$2"
interval = "$3"
[[upstreams]]
url = "$2"
TOML
  [[ $2 != https:* ]] || printf '%s_file = "%s"\n' token "$TOKEN_FILE" ca "$CA_FILE"
  for ((number = 1; number <= $1; number++)); do
    cat <<TOML
[[services]]
service = "bench$number"
dirs = [ { local = "/srv/live/$number", link = "service$number/etc" } ]
TOML
  done
}

# fill NAME COUNT: a repository with that many services, a few files each.
fill() {
  local number
  make_repo "$1"
  for ((number = 1; number <= $2; number++)); do
    mkdir -p "/srv/work/$1/service$number/etc"
    head -c 3000 /dev/urandom | base64 >"/srv/work/$1/service$number/etc/main.conf"
    echo "setting = $number" >"/srv/work/$1/service$number/etc/extra.conf"
  done
  chown -R git: "/srv/work/$1"
  commit "$1" 'the beginning' >/dev/null
}

all_live() {
  local deployed
  deployed=$(overlayctl status --json | jq '[.services[] | select(.condition == "ok")] | length')
  ((deployed == $1))
}

# The environment of a bare git that reaches the same upstream.
bare_git() {
  setpriv --reuid=git --regid=git --init-groups env HOME=/srv/git GIT_SSL_CAINFO="$CA_FILE" GIT_TERMINAL_PROMPT=0 \
    git -c credential.helper= -c "http.extraHeader=Authorization: Basic $(printf 'git:%s' "$(<"$TOKEN_FILE")" | base64 -w0)" "$@"
}
export -f bare_git
