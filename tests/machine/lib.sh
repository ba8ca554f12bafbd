# What scenarios are written with; read by every test.sh.
#
# A scenario is a folder tests/machine/NAME, named for what it shows, with an executable test.sh:
#
#     #!/bin/bash
#     # Shows that a push goes live and nginx serves it.
#     source /machine/lib.sh
#     make_repo site
#     put site nginx/conf.d/hello.conf <<<'server { listen 80; return 200 one; }'
#     commit site 'say one'
#     services <<TOML
#     [[services]]
#     ...
#     upstream = "$(upstream site)"
#     TOML
#     install_overlayd
#     wait_for 10 overlay_at /etc/nginx/conf.d
#     assert_eq one "$(curl -s http://localhost)"
#
# `tests/machine/run NAME` boots a machine for it: a bare Debian with systemd, D-Bus, git, nginx, OpenSSH and a loopback
# interface, no other network, no service running, and no overlayd. The first command that fails fails the scenario. Its
# own folder is /scenario, this one /machine and the built package /debs, all read-only; the machine is thrown away after.
#
# `run --emulated NAME` does the same with a kernel of its own, Debian 12's: a scenario for it waits in minutes.
#
# To go on after a reboot, end a phase with `then_reboot PHASE` or `then_power_cut PHASE`: test.sh is called again with
# that word as $1 (`start` the first time) on the same disk.
#
#     phase_start() { install_overlayd; then_power_cut again; }
#     phase_again() { overlay_at /etc/nginx; }
#     "phase_$1"
#
# Never wait by the clock: wait_log waits for an event, wait_for for a state.
# shellcheck shell=bash
set -euo pipefail
shopt -s inherit_errexit
trap 'echo "${BASH_SOURCE[0]}:$LINENO: failed: $BASH_COMMAND" >&2' ERR
set -o errtrace

say() { echo "- $*"; }

fail() {
  echo "${BASH_SOURCE[1]}:${BASH_LINENO[0]}: $*" >&2
  exit 1
}

# assert_eq WANTED GOT [WHAT]
assert_eq() {
  [[ $1 == "$2" ]] && return
  echo "${BASH_SOURCE[1]}:${BASH_LINENO[0]}: ${3:-not the same}: wanted '$1', got '$2'" >&2
  exit 1
}

# assert_contains TEXT PART
assert_contains() {
  [[ $1 == *"$2"* ]] && return
  printf '%s: there is no "%s" in:\n%s\n' "${BASH_SOURCE[1]}:${BASH_LINENO[0]}" "$2" "$1" >&2
  exit 1
}

# assert_lacks TEXT PART
assert_lacks() {
  [[ $1 != *"$2"* ]] && return
  printf '%s: there is a "%s" in:\n%s\n' "${BASH_SOURCE[1]}:${BASH_LINENO[0]}" "$2" "$1" >&2
  exit 1
}

# fails_with CODE COMMAND...: COMMAND must end with CODE; what it wrote is then in $output.
fails_with() {
  local wanted=$1 status=0
  shift
  output=$("$@" 2>&1) || status=$?
  ((status == wanted)) && return
  echo "${BASH_SOURCE[1]}:${BASH_LINENO[0]}: wanted exit code $wanted, got $status from: $*" >&2
  echo "$output" >&2
  exit 1
}

# wait_for SECONDS COMMAND...: until COMMAND succeeds.
wait_for() {
  local deadline=$((${EPOCHREALTIME/./} + $1 * 1000000)) _
  shift
  until "$@" >/dev/null 2>&1; do
    ((${EPOCHREALTIME/./} < deadline)) || fail "waited in vain for: $*"
    read -rt 0.02 _ <> <(:) || true
  done
}

# journal ARGUMENT...: what journalctl prints, once all that was logged until now is in it.
journal() { journalctl --sync && journalctl --quiet "$@"; }
# A time for wait_log and `journal --since`: what was logged before it does not count. A cursor would not do: with a
# filter, journalctl of systemd 252 leaves out the first line after it.
log_mark() { journalctl --sync && echo "@$EPOCHREALTIME"; }

# wait_log SECONDS UNIT PATTERN MARK: until UNIT logs a line that matches the extended regular expression PATTERN.
wait_log() {
  local lines pid
  exec {lines}< <(exec journalctl --quiet --unit="$2" --since="$4" --follow --no-tail --output=cat)
  pid=$!
  timeout "$1" grep --quiet --max-count=1 --extended-regexp -- "$3" <&"$lines" || fail "waited in vain for '$3' of $2"
  exec {lines}<&-
  kill "$pid"
}

# watch FILE...: looks from now on whether all of them are there, all the time.
watch() {
  perl -e 'my ($ended, $looks) = (0, 0);
    $SIG{TERM} = sub { $ended = 1 };
    until ($ended) { -s $_ or die "$_ was missing: $!\n" for @ARGV; $looks++ }
    print "$looks\n"' "$@" >/run/looks 2>&1 &
  watcher=$!
}
# They were.
watched() {
  kill "$watcher" || true
  wait "$watcher" || fail "$(cat /run/looks)"
  say "somebody looked $(cat /run/looks) times"
  (($(cat /run/looks) > 1000)) || fail "that is too seldom to show anything"
}

# ---- the machine

then_reboot() { go_on shut_down "$1"; }
then_power_cut() { go_on cut_power "$1"; }
go_on() {
  echo "$1 $2" >/next-phase
  exit 0
}

# overlay_at PATH: something is mounted there right now.
overlay_at() { mountpoint --quiet "$1" || [[ $(findmnt --noheadings --output=TARGET --mountpoint "$1") ]]; }

# services: standard input becomes /etc/overlayd/services.toml.
services() {
  mkdir -p /etc/overlayd
  cat >/etc/overlayd/services.toml.new
  mv /etc/overlayd/services.toml.new /etc/overlayd/services.toml
}

# Installs the package that was built.
install_overlayd() {
  local packages=(/debs/overlayd_*.deb) log
  [[ -e ${packages[0]} ]] || fail "there is no overlayd package in /debs"
  log=$(dpkg --install "${packages[@]}" 2>&1) || fail "$log"
}

# ---- Git

# The system user who owns the upstreams and serves them; its work copies are in /srv/work.
git_user() {
  id git >/dev/null 2>&1 && return
  useradd --system --home-dir /srv/git --shell /bin/bash git
  install --directory --owner=git --group=git /srv/git /srv/work
  as_git git config --global user.name 'Ada Admin'
  as_git git config --global user.email ada@example.org
  as_git git config --global init.defaultBranch main
}
as_git() { (cd /srv/git && setpriv --reuid=git --regid=git --init-groups env HOME=/srv/git "$@"); }

# make_repo NAME: an empty upstream and a work copy of it. A server that can send a part of it, as the big ones do.
make_repo() {
  git_user
  as_git git init --quiet --bare "$1.git"
  as_git git -C "$1.git" config uploadpack.allowFilter true
  as_git git -C "$1.git" config uploadpack.allowAnySHA1InWant true
  as_git git clone --quiet "$1.git" "/srv/work/$1" 2>/dev/null
}

# upstream NAME: its path on this machine, which is also a URL that git takes.
upstream() { echo "/srv/git/$1.git"; }

# work NAME COMMAND...: a git command in the work copy.
work() { as_git git -C "/srv/work/$1" "${@:2}"; }

# put NAME PATH: standard input becomes a file of the work copy.
put() {
  as_git mkdir -p "$(dirname "/srv/work/$1/$2")"
  as_git tee "/srv/work/$1/$2" >/dev/null
}

# commit NAME MESSAGE: everything in the work copy is committed and pushed; prints the hash.
commit() {
  work "$1" add --all
  work "$1" commit --quiet --allow-empty --message "$2"
  work "$1" push --quiet origin HEAD
  tip "$1"
}

tip() { work "$1" rev-parse HEAD; }

# https_server: serves all upstreams at $HTTPS/NAME.git to who shows the token in $TOKEN_FILE, under a certificate of the
# authority in $CA_FILE.
https_server() {
  export HTTPS=https://git.test CA_FILE=/srv/tls/ca.pem TOKEN_FILE=/srv/tls/token
  git_user
  mkdir -p /srv/tls
  echo '127.0.0.1 git.test' >>/etc/hosts
  certificate git.test
  (umask 077 && openssl rand -hex 20 >"$TOKEN_FILE")
  local user
  for user in git oauth2 token x-access-token; do
    echo "$user:$(openssl passwd -apr1 -stdin <"$TOKEN_FILE")"
  done >/srv/tls/users
  cat >/etc/nginx/sites-available/git <<'NGINX'
server {
  listen 443 ssl;
  server_name git.test;
  ssl_certificate /srv/tls/git.test.pem;
  ssl_certificate_key /srv/tls/git.test.key;
  client_max_body_size 0;
  location / {
    auth_basic "git";
    auth_basic_user_file /srv/tls/users;
    include fastcgi_params;
    fastcgi_param SCRIPT_FILENAME /usr/lib/git-core/git-http-backend;
    fastcgi_param GIT_PROJECT_ROOT /srv/git;
    fastcgi_param GIT_HTTP_EXPORT_ALL 1;
    fastcgi_param PATH_INFO $uri;
    fastcgi_param REMOTE_USER $remote_user;
    fastcgi_param GIT_PROTOCOL $http_git_protocol;
    fastcgi_pass unix:/run/fcgiwrap.socket;
  }
}
NGINX
  ln -sf ../sites-available/git /etc/nginx/sites-enabled/git
  # The upstreams' owner serves them, so that git has no doubt whose they are.
  mkdir -p /etc/systemd/system/fcgiwrap.service.d
  printf '[Service]\nUser=git\nGroup=git\n' >/etc/systemd/system/fcgiwrap.service.d/user.conf
  systemctl daemon-reload
  systemctl start fcgiwrap.socket
  systemctl reload-or-restart nginx
}

# certificate NAME: a key and a certificate for a server of that name, signed by an authority of the machine's own.
certificate() (
  cd /srv/tls
  [[ -e ca.pem ]] || openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj '/CN=Test authority' \
    -keyout ca.key -out ca.pem 2>/dev/null
  openssl req -newkey rsa:2048 -nodes -subj "/CN=$1" -keyout "$1.key" -out "$1.csr" 2>/dev/null
  openssl x509 -req -in "$1.csr" -CA ca.pem -CAkey ca.key -CAcreateserial -days 30 -out "$1.pem" \
    -extfile <(echo "subjectAltName=DNS:$1") 2>/dev/null
)

# ssh_server: serves all upstreams at $SSH/NAME.git (and git@git.test:NAME.git) to who has the key in $SSH_KEY;
# $KNOWN_HOSTS knows the server. Each connection leaves a line in /srv/git/connections.
ssh_server() {
  export SSH=ssh://git@git.test/srv/git SSH_KEY=/srv/ssh/id KNOWN_HOSTS=/srv/ssh/known_hosts
  git_user
  mkdir -p /srv/ssh
  echo '127.0.0.1 git.test' >>/etc/hosts
  ssh-keygen -q -t ed25519 -N '' -f "$SSH_KEY"
  as_git mkdir -p -m 700 .ssh
  as_git tee .ssh/authorized_keys <"$SSH_KEY.pub" >/dev/null
  sed 's/^/git.test /' /etc/ssh/ssh_host_ed25519_key.pub >"$KNOWN_HOSTS"
  cat >/usr/local/bin/serve <<'SH'
#!/bin/sh
echo "$SSH_ORIGINAL_COMMAND" >>/srv/git/connections
if [ -e /srv/git/closed ]; then read -r _ </srv/git/gate; fi
exec git-shell -c "$SSH_ORIGINAL_COMMAND"
SH
  chmod 755 /usr/local/bin/serve
  sed -i 's|^|command="/usr/local/bin/serve" |' /srv/git/.ssh/authorized_keys
  as_git mkfifo gate
  as_git touch connections
  systemctl start ssh
}
# The next connection waits at the server, until it is released.
hold_ssh() { as_git touch closed; }
release_ssh() {
  rm /srv/git/closed
  echo go >/srv/git/gate
}
