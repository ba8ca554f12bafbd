#!/bin/bash
# Plays the main job of overlayd for somebody who looks on: what `scripts/demo` shows.
source /machine/lib.sh
export PAGER=cat

if [[ -t 1 && -z ${NO_COLOR:-} && ${TERM:-dumb} != dumb ]]; then
  bold=$'\e[1m' dim=$'\e[2m' green=$'\e[32m' plain=$'\e[0m'
else
  bold='' dim='' green='' plain=''
fi

chapter() { printf '\n%s%s%s\n' "$bold" "$1" "$plain"; }
explain() { printf '%s\n' "$@"; }
noted() { printf '%s✓ %s%s\n' "$green" "$1" "$plain"; }

# root COMMAND: shown and run as the administrator of this machine. ada COMMAND: as a developer, in her work copy.
root() {
  printf '%sroot# %s%s\n' "$dim" "$plain" "$1"
  (cd /root && DEBIAN_FRONTEND=noninteractive SYSTEMD_PAGER=cat bash -c "$1" 2>&1)
}
ada() {
  printf '%sada$ %s%s\n' "$dim" "$plain" "$1"
  (cd /home/ada/config && runuser -u ada -- bash -c "$1" 2>&1)
}

fails() { ! "$@" || fail "that should not have worked: $*"; }

page_is() { [[ $(curl --silent --max-time 2 http://localhost/) == *"$1"* ]]; }
# What overlayd itself thinks of nginx: field FIELD VALUE.
field() { [[ $(overlayctl status nginx --json | jq --raw-output ".services[0].$1") == "$2" ]]; }
reloads() { journalctl --quiet --unit nginx --output cat | grep --count '^Reloaded'; }
milliseconds() { local now=${EPOCHREALTIME/./} && echo $((now / 1000)); }

# push COMMAND: as ada, and notes when it happened.
push() {
  ada "$1"
  pushed_at=$(milliseconds)
}
goes_live() {
  wait_for 15 page_is "$1"
  noted "live after $(($(milliseconds) - pushed_at)) ms"
}

make_upstream() {
  useradd --create-home --shell /bin/bash ada
  runuser -u ada -- bash -c '
    cd
    git config --global user.name "Ada"
    git config --global user.email ada@example.org
    git config --global init.defaultBranch main
    git config --global advice.statusHints false
    mkdir -p config/nginx/sites config/nginx/www config/ssh/sshd_config.d
    cd config
    printf "server {\n  listen 80;\n  root /srv/www;\n}\n" >nginx/sites/hello.conf
    echo "<h1>First page</h1>" >nginx/www/index.html
    echo "PasswordAuthentication no" >ssh/sshd_config.d/company.conf
    git init --quiet
    git add --all
    git commit --quiet --message "First page"'
  # A bare repository that can leave out what is not asked for, as the big servers can.
  git init --quiet --bare --initial-branch=main /srv/git/config.git
  git -C /srv/git/config.git config uploadpack.allowFilter true
  git -C /srv/git/config.git config uploadpack.allowAnySHA1InWant true
  chown -R ada: /srv/git
  runuser -u ada -- git -C /home/ada/config remote add origin /srv/git/config.git
  runuser -u ada -- git -C /home/ada/config push --quiet --set-upstream origin main
}

show_upstream() {
  chapter "A Git repository with the configuration of two services"
  explain "It has the site and the page of nginx, and a setting of the SSH server."
  ada 'git ls-files'
  ada 'git log --oneline'
}

install() {
  cp /debs/overlayd_*.deb /root/
  echo 'DPkg::Use-Pty "0";' >/etc/apt/apt.conf.d/demo
  systemctl --quiet start nginx ssh
  chapter "Install overlayd"
  root "apt-get install --yes --quiet=2 ./$(basename /debs/overlayd_*.deb)"
}

configure() {
  chapter "Say what belongs where"
  services <<'TOML'
[global]
upstream = "/srv/git/config.git"
interval = "1s"

[[services]]
service = "nginx"
action = "reload"
dirs = [
    { local = "/etc/nginx/sites-enabled", link = "nginx/sites" },
    { local = "/srv/www", link = "nginx/www" },
]

[[services]]
service = "ssh"
action = "reload"
dirs = [{ local = "/etc/ssh/sshd_config.d", link = "ssh/sshd_config.d" }]
TOML
  root 'cat /etc/overlayd/services.toml'
  root 'overlayd check'
}

serve() {
  chapter "nginx serves from Git"
  explain "overlayd saw the new file, fetched the commit, mounted the folders and reloaded nginx."
  wait_for 15 page_is First
  wait_for 15 field condition ok
  root 'curl --silent http://localhost/'
  root 'overlayctl status'
  explain "What comes from Git is mounted read-only: nobody changes it past Git."
  root 'findmnt --list --output TARGET,VFS-OPTIONS /srv/www'
  fails root 'echo changed >/srv/www/index.html'
}

forward() {
  chapter "A push goes live by itself"
  push 'echo "<h1>Second page</h1>" >nginx/www/index.html && git commit --quiet --all --message "Second page" && git push --quiet'
  goes_live Second
  root 'curl --silent http://localhost/'
}

leave_alone() {
  chapter "A commit for another service touches nothing"
  local before tip
  before=$(reloads)
  explain "So often nginx was reloaded until now:"
  root 'journalctl --unit nginx --output cat | grep --count ^Reloaded'
  push 'echo "PermitRootLogin no" >>ssh/sshd_config.d/company.conf && git commit --quiet --all --message "ssh: no root" && git push --quiet'
  tip=$(runuser -u ada -- git -C /home/ada/config rev-parse HEAD)
  wait_for 15 field deployed "$tip"
  wait_for 15 grep --quiet PermitRootLogin /etc/ssh/sshd_config.d/company.conf
  wait_for 15 field condition ok
  explain "Both services are at the new commit now, but only ssh was mounted anew and reloaded."
  root 'overlayctl status'
  root 'journalctl --unit nginx --output cat | grep --count ^Reloaded'
  assert_eq "$before" "$(reloads)" "reloads of nginx"
}

freeze() {
  chapter "freeze holds a service where it is"
  root 'overlayctl freeze nginx --reason "trade fair" --for 2h'
  push 'echo "<h1>Third page</h1>" >nginx/www/index.html && git commit --quiet --all --message "Third page" && git push --quiet'
  wait_for 15 field in_sync false
  explain "The push was seen, and held back: deployed and upstream differ."
  root 'overlayctl status nginx'
  root 'curl --silent http://localhost/'
  page_is Second
}

thaw() {
  chapter "thaw lets it go on"
  root 'overlayctl thaw nginx'
  wait_for 15 page_is Third
  wait_for 15 field condition ok
  root 'curl --silent http://localhost/'
}

rollback() {
  chapter "rollback brings the old page back"
  push 'echo "<h1>Page full of mistakes</h1>" >nginx/www/index.html && git commit --quiet --all --message "Page full of mistakes" && git push --quiet'
  goes_live mistakes
  wait_for 15 field condition ok
  explain "What would going back change? plan tells, and does nothing:"
  root 'overlayctl plan nginx HEAD~1'
  root 'overlayctl rollback nginx HEAD~1'
  page_is Third
  root 'curl --silent http://localhost/'
  explain "It stays there, whatever is pushed, until forward. status shows deployed against upstream:"
  root 'overlayctl status'
}

mend() {
  chapter "Mend it in Git, and go forward again"
  push 'echo "<h1>Fourth page</h1>" >nginx/www/index.html && git commit --quiet --all --message "Fourth page" && git push --quiet'
  root 'overlayctl forward nginx'
  page_is Fourth
  root 'curl --silent http://localhost/'
  explain "Who did what, and when:"
  root 'overlayctl log nginx'
}

# What a shell in here says first.
leave_a_hint() {
  cat >/etc/profile.d/demo.sh <<'HINT'
[ "$(id -u)" = 0 ] && cat <<'TEXT'

You are root on the throw-away machine; it is gone when you leave (exit). Try:

  overlayctl status                       also: status nginx, plan nginx, log nginx, --help
  overlayctl freeze nginx --reason lunch  thaw, rollback nginx '@{1}', forward nginx
  echo x >/srv/www/index.html             a change past Git: refused, it is read-only
  journalctl -u overlayd                  what the daemon says

  su - ada                                the developer: in ~/config, change a file, then
                                          git commit -am 'my page' && git push
  curl http://localhost/                  live a second later

  /etc/overlayd/services.toml             in force as soon as it is written;
                                          overlayd check tells what is wrong with it

TEXT
HINT
}

make_upstream
leave_a_hint
show_upstream
install
configure
serve
forward
leave_alone
freeze
thaw
rollback
mend
