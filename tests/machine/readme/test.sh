#!/bin/bash
# Shows that the README tells the truth: its services.toml are put in force and its commands run, one after the other,
# and they must print what stands there, up to hashes, times and white space.
#
# A comment `<!-- meanwhile: COMMAND -->` in the README is what happens to the machine between two blocks; COMMAND may be
# a function of this file.
source /machine/lib.sh

# block N: the README's N-th services.toml.
block() { awk -v wanted="$1" '$0 == "```" { inside = 0 } inside && count == wanted; $0 == "```toml" { inside = 1; count++ }' /README.md; }

serve_git() {
  https_server
  ssh_server
  certificate git.example.org
  sed -i 's/git\.test/git.example.org/' /etc/nginx/sites-available/git /srv/ssh/known_hosts
  echo '127.0.0.1 git.example.org' >>/etc/hosts
  systemctl reload nginx
  install --directory /etc/overlayd
  install --mode=600 "$TOKEN_FILE" /etc/overlayd/token
  install --mode=600 "$SSH_KEY" /etc/overlayd/private.key
  cp "$CA_FILE" /etc/overlayd/ca.pem
  cp "$KNOWN_HOSTS" /etc/overlayd/known_hosts
}

make_upstreams() {
  make_repo config
  put config nginx/conf.d/site.conf <<<'server { listen 8080; root /srv/www; }'
  put config nginx/www/index.html <<<'<h1>Hello</h1>'
  put config ssh/sshd_config.d/company.conf <<<'PasswordAuthentication no'
  commit config 'Say hello' >/dev/null
  make_repo private
  put private wireguard/wg0.conf <<<'[Interface]'
  commit private 'Tunnel' >/dev/null
  printf '[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/true\n' >/etc/systemd/system/wg-quick@.service
}

# Everything has seen the newest commit, or says why not, and nothing is under way.
settled() {
  overlayctl status --json | jq --exit-status --arg tip "$(tip config)" '
    .services | length > 0 and all(.condition != "changing" and .condition != "waiting" and
      ((.upstream | contains("private")) or .upstream_commit == $tip or (.error // "") != ""))'
}
has_error() { overlayctl status --json | jq --exit-status 'any(.services[]; (.error // "") != "")'; }
server_is_missed() { overlayctl status --json | grep --quiet 'returned error: 502'; }
is_well() { ! has_error && settled; }
wait_until_bye() { wait_for 15 bye_is_live; }
bye_is_live() { curl --silent http://localhost:8080/ | grep --quiet Bye && settled; }

stop_git_server() {
  systemctl stop fcgiwrap.socket fcgiwrap.service
  # a fetch that was on its way is given up after half a minute, with other words
  wait_for 60 server_is_missed
}
start_git_server() {
  systemctl start fcgiwrap.socket
  wait_for 30 is_well
}
break_file() { sed -i '0,/^action/s//acton/; s,/srv/www",/etc",' /etc/overlayd/services.toml; }
mend_file() { put_in_force; }

# What the README's first file says; but whoever reads this does not want to wait a minute for every push.
put_in_force() {
  block 1 | sed 's/^interval = .*/interval = "1s"/' | services
}
add_private_upstream() {
  { cat /etc/overlayd/services.toml && block 2; } | services
  wait_for 15 grep --quiet Interface /etc/wireguard/wg0.conf
  wait_for 15 settled
}

# What differs from run to run.
normal() {
  sed -E 's/\b[0-9a-f]{40}\b/HASH/g; s/\b[0-9a-f]{7,8}\b/HASH/g
    s/[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9:]{5}/DATE/g
    s/just now|in ([0-9]+[dhms] ?)+|([0-9]+[dhms] ?)+ago/TIME/g
    s/ +/ /g; s/ $//'
}

# run PROMPT COMMAND: as the README's prompts say, root ('#') or a developer in her work copy ('$').
run() {
  if [[ $1 == '#' ]]; then
    (cd /root && bash -c "$2" 2>&1) || true
  else
    as_git bash -c "cd /srv/work/config && $2" 2>&1 || true
    [[ $2 != *'git push'* ]] || wait_for 15 settled
  fi
}

different=0
# Runs the command, and compares with what the README says.
check() {
  local command=$1 wanted=$2 got
  [[ $command ]] || return 0
  got=$(run "${command:0:1}" "${command:2}")
  printf '%s\n%s\n' "$command" "$got"
  diff <(normal <<<"$wanted") <(normal <<<"$got") >&2 || different=1
}

replay() {
  local line command='' wanted='' inside=no
  while IFS= read -r line; do
    if [[ $inside == no && $line =~ ^'<!-- meanwhile: '(.*)' -->'$ ]]; then
      ${BASH_REMATCH[1]}
    elif [[ $line == '```console' ]]; then
      inside=yes
    elif [[ $inside == yes && ($line == '```' || $line =~ ^[#$]' ') ]]; then
      check "$command" "${wanted%$'\n'}" </dev/null
      command='' wanted=''
      if [[ $line == '```' ]]; then inside=no; else command=$line; fi
    elif [[ $inside == yes ]]; then
      wanted+=$line$'\n'
    fi
  done </README.md
}

hostname web1
make_upstreams
serve_git
systemctl start nginx ssh
put_in_force
install_overlayd
wait_for 20 settled
replay
((!different)) || fail "the README says something else than what happens, see the differences above"
