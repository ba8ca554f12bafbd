#!/bin/bash
# Shows that upstreams are reached over https, ssh, file:// and by path, that errors say what to do, and that no token,
# password or key shows anywhere, not even in the midst of a fetch.
source /machine/lib.sh

of() { overlayctl status "$1" --json | jq -r ".services[0].$2"; }
is_well() { [[ $(of "$1" condition) == ok && $(of "$1" error) == null ]]; }
has_error() { [[ $(of "$1" error) == *"$2"* ]]; }
holds() { [[ $(cat "$1") == "$2" ]]; }
readonly PASSWORD=xyzzy-plugh-4711
ways=(token password key scp file path)

# block NAME UPSTREAM
block() { printf '[[services]]\nservice = "%s"\nupstream = "%s"\ndirs = [{ local = "/srv/%s", link = "etc" }]\n' "$1" "$2" "$1"; }

# configure TOKEN_FILE CA_FILE KNOWN_HOSTS SSH_KEY: one service for each way; what is "" is not configured.
configure() {
  sed '/ = ""$/d' <<TOML | services
[global]
interval = "1h"
[[upstreams]]
url = "$HTTPS/token.git"
token_file = "$1"
ca_file = "$2"
[[upstreams]]
url = "$HTTPS/password.git"
ca_file = "$2"
[[upstreams]]
url = "$SSH/key.git"
ssh_key = "$4"
known_hosts = "$3"
[[upstreams]]
url = "git@git.test:scp.git"
ssh_key = "$4"
known_hosts = "$3"
$(block token "$HTTPS/token.git")
$(block password "https://deploy:$PASSWORD@git.test/password.git")
$(block key "$SSH/key.git")
$(block scp git@git.test:scp.git)
$(block file file:///srv/git/file.git)
$(block path /srv/git/path.git)
TOML
}

make_upstreams() {
  local way
  https_server
  # It is to serve several at once.
  printf '[Service]\nExecStart=\nExecStart=/usr/sbin/fcgiwrap -f -c 4\n' >/etc/systemd/system/fcgiwrap.service.d/children.conf
  systemctl daemon-reload
  # an account that only this password opens
  echo "deploy:$(openssl passwd -apr1 "$PASSWORD")" >>/srv/tls/users
  ssh_server
  for way in "${ways[@]}"; do
    make_repo "$way"
    put "$way" etc/file <<<"over $way"
    commit "$way" one >/dev/null
  done
  # What must not show: the token, the password and the lines of the key.
  { cat "$TOKEN_FILE" && echo "$PASSWORD" && grep -v -- '-----' "$SSH_KEY"; } >/root/secrets
}

# Where a secret could show to others than root, or in what people hand on. $1 says when.
assert_no_secret() {
  local place
  journal --all --output=json >/root/journal
  { overlayctl status && overlayctl status --json && for way in "${ways[@]}"; do overlayctl log "$way"; done; } >/root/shown
  curl --silent http://127.0.0.1:9836/metrics >>/root/shown
  for place in /root/journal /root/shown; do
    if grep --quiet --fixed-strings --file=/root/secrets "$place"; then fail "a secret in $place, $1"; fi
  done
  # Its copy of services.toml holds what that file holds, and is for root alone.
  assert_eq 'root 600' "$(stat --format='%U %a' /var/lib/overlayd/services.toml.good)"
  place=$(grep --recursive --text --files-with-matches --fixed-strings --file=/root/secrets \
    --exclude=services.toml.good /var/lib/overlayd || true)
  assert_eq "" "$place" "a secret on disk, $1"
  assert_eq "" "$(processes_with_secret)" "processes that show a secret, $1"
}

processes_with_secret() {
  local files=(/proc/[0-9]*/{cmdline,environ})
  grep --text --files-with-matches --fixed-strings --file=/root/secrets "${files[@]}" 2>/dev/null || true
}

# Looks at all processes over and over, until /run/sampled is there.
sample() {
  local found
  until [[ -e /run/sampled ]]; do
    found=$(processes_with_secret)
    [[ ! $found ]] || echo "$found" >>/root/seen
    echo >>/root/samples
  done
}

test_every_way() {
  local way
  for way in "${ways[@]}"; do
    say "$way: installed, and forward"
    wait_for 20 is_well "$way"
    holds "/srv/$way/file" "over $way"
    put "$way" etc/file <<<"again over $way"
    commit "$way" two >/dev/null
    overlayctl forward "$way" >/dev/null
    holds "/srv/$way/file" "again over $way"
  done
  assert_contains "$(overlayctl status password)" git.test/password.git
}

# The server waits in the midst of sending while /run/hold is there.
hold_servers() {
  cat >/srv/git/hold <<'HOLD'
#!/bin/sh
echo >>/tmp/held
while [ -e /run/hold ]; do read -r line </run/hold.wake; done
exec "$@"
HOLD
  chmod 755 /srv/git/hold
  mkfifo --mode=666 /run/hold.wake
  touch /run/hold
  as_git git config --global uploadpack.packObjectsHook /srv/git/hold
}
held() { [[ $(wc -l </tmp/held) -ge $1 ]]; }

test_nothing_shows() {
  say "nothing shows, not in the midst of four fetches either"
  assert_no_secret 'after fetches'
  hold_servers
  local way sampler forwards=()
  sample &
  sampler=$!
  for way in token password key scp; do
    put "$way" etc/file <<<"a third time over $way"
    commit "$way" three >/dev/null
    overlayctl forward "$way" >/dev/null &
    forwards+=($!)
  done
  wait_for 20 held 4
  assert_no_secret 'in the midst of fetches'
  # The key and the token are within reach of their own fetch only.
  if setpriv --reuid=nobody --regid=nogroup --clear-groups cat /proc/[0-9]*/root/var/lib/overlayd/private/* 2>/dev/null |
    grep --quiet --fixed-strings --file=/root/secrets; then fail "a secret can be read by anybody"; fi
  rm /run/hold
  for way in "${forwards[@]}"; do (echo >/run/hold.wake) & done
  for way in "${forwards[@]}"; do wait "$way"; done
  touch /run/sampled
  wait "$sampler"
  (($(wc -l </root/samples) > 20)) || fail "too few samples"
  [[ ! -e /root/seen ]] || fail "$(cat /root/seen)"
  for way in token password key scp; do holds "/srv/$way/file" "a third time over $way"; done
  as_git git config --global --unset uploadpack.packObjectsHook
}

# fails_for WAY TEXT...: it cannot be fetched, status says why, and what was deployed stays.
fails_for() {
  local way=$1 text
  shift
  fails_with 1 overlayctl forward "$way"
  for text in "$@"; do assert_contains "$output" "$text"; done
  wait_for 10 has_error "$way" "$1"
  holds "/srv/$way/file" "a third time over $way"
}

test_errors() {
  say "a wrong token, key, host key or authority: the error says which"
  echo wrong-token-f00f >/root/wrong-token
  ssh-keygen -q -t ed25519 -N '' -f /root/wrong-key
  sed 's/^/git.test /' /root/wrong-key.pub >/root/wrong-hosts
  ssh-keygen -q -t ed25519 -N passphrase -f /root/locked-key
  touch /root/no-hosts
  echo wrong-token-f00f >>/root/secrets
  cp "$CA_FILE" /root/right-ca
  (cd /root && openssl req -x509 -newkey rsa:2048 -nodes -days 30 -subj '/CN=Other' -keyout other.key -out other.pem) 2>/dev/null

  configure /root/wrong-token "$CA_FILE" "$KNOWN_HOSTS" /root/wrong-key
  overlayctl reload >/dev/null
  fails_for token 'Authentication failed' token_file
  fails_for key 'Permission denied' ssh_key
  configure "$TOKEN_FILE" /root/other.pem /root/no-hosts "$SSH_KEY"
  overlayctl reload >/dev/null
  fails_for token certificate ca_file
  fails_for password certificate ca_file
  fails_for key 'ost key' known_hosts
  configure "$TOKEN_FILE" "$CA_FILE" /root/wrong-hosts "$SSH_KEY"
  overlayctl reload >/dev/null
  fails_for scp 'REMOTE HOST IDENTIFICATION HAS CHANGED' known_hosts
  configure /root/absent "$CA_FILE" /root/absent-too "$SSH_KEY"
  overlayctl reload >/dev/null
  fails_for token '/root/absent: No such file' '(token_file, services.toml:4)'
  fails_for key /root/absent-too '(known_hosts, services.toml:'
  cat "$TOKEN_FILE" <(echo a) >/root/two-lines
  configure /root/two-lines "$CA_FILE" "$KNOWN_HOSTS" "$SSH_KEY.pub"
  overlayctl reload >/dev/null
  fails_for token '/root/two-lines (token_file, services.toml:4) has more than one line'
  fails_for key "$SSH_KEY.pub (ssh_key, services.toml:" 'is a public key: name the private one'
  echo nonsense >/root/no-authority
  configure "$TOKEN_FILE" /root/no-authority "$KNOWN_HOSTS" "$SSH_KEY"
  overlayctl reload >/dev/null
  fails_for token /root/no-authority
  assert_lacks "$output" /private/
  configure /root/no-hosts "$CA_FILE" "" /root/locked-key
  overlayctl reload >/dev/null
  fails_for token /root/no-hosts token_file 'is empty'
  fails_for key 'ost key' 'no known_hosts is named' 'ssh-keyscan git.test'
  configure "$TOKEN_FILE" "" "$KNOWN_HOSTS" /root/locked-key
  overlayctl reload >/dev/null
  fails_for token certificate 'no ca_file is named'
  fails_for key 'passphrase' '/root/locked-key (ssh_key)'
  chmod 700 /srv/git/path.git
  fails_with 1 overlayctl forward path
  assert_contains "$output" 'user overlayd may not read /srv/git/path.git'
  assert_contains "$output" 'let that user read'
  chmod 755 /srv/git/path.git
  journal=$(journal --unit=overlayd --output=cat)
  assert_contains "$journal" 'is the token in /root/wrong-token (token_file) valid'
  assert_no_secret 'after errors'

  say "and put right, all is well again"
  configure "$TOKEN_FILE" "$CA_FILE" "$KNOWN_HOSTS" "$SSH_KEY"
  overlayctl reload >/dev/null
  overlayctl forward >/dev/null
  for way in "${ways[@]}"; do wait_for 10 is_well "$way"; done
}

make_upstreams
configure "$TOKEN_FILE" "$CA_FILE" "$KNOWN_HOSTS" "$SSH_KEY"
install_overlayd
test_every_way
test_nothing_shows
test_errors
