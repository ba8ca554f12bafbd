# From a push, through `overlayctl forward`, to the file being live, beside a bare fetch of the same commit.
# shellcheck shell=bash
readonly rounds=30

push_to_live() {
  local url=$1 label=$2 number live=() bare=()
  services_of 20 "$url" 1h | services
  systemctl reload overlayd
  wait_for 60 all_live 20
  rm -rf /srv/git/bare && bare_git init --quiet --bare /srv/git/bare
  bare_git -C /srv/git/bare config remote.origin.url "$url"
  bare_fetch >/dev/null
  for ((number = 0; number < rounds; number++)); do
    echo "setting = $number" | put many service1/etc/extra.conf
    commit many "push $number" >/dev/null
    # in turns, so that neither always finds the server warm
    if ((number % 2)); then bare+=("$(bare_fetch)"); fi
    live+=("$(timed overlayctl forward bench1)")
    [[ $(</srv/live/1/extra.conf) == "setting = $number" ]] || fail "the push is not live"
    if ((number % 2 == 0)); then bare+=("$(bare_fetch)"); fi
  done
  figure "push to live, $label" "$(printf '%s\n' "${live[@]}" | median)" \
    "bare git fetch" "$(printf '%s\n' "${bare[@]}" | median)" 1.5
}
bare_fetch() { timed bare_git -C /srv/git/bare fetch --quiet --depth=1 --filter=blob:none origin main; }

push_to_live "$HTTPS/many.git" https
push_to_live "$(upstream many)" "a path"
