#!/bin/bash
# Shows that a process that holds a file open, or lives in a directory of an overlay, holds up no forward, no rollback
# and no removal, and keeps what it has.
source /machine/lib.sh

shows() {
  assert_eq "$1 $1" "$(cat /etc/demo/deep/page /etc/demo.conf | xargs)" "shown"
  assert_eq "$1" "$(cat /etc/linked/deep/page)" "behind the link"
}

# Holds everything of the version that is there now. $1 names it.
hold() {
  local version=$1 file
  for file in /etc/demo/deep/page /etc/demo.conf /etc/linked/deep/page; do
    exec {fd}<"$file"
    held+=("$version:$fd")
  done
  (cd /etc/demo/deep && exec sleep infinity) &
  living+=("$version:$!")
  wait_for 5 lives_in_overlay $!
}
lives_in_overlay() { [[ $(readlink "/proc/$1/cwd") == /etc/demo/deep && $(cat "/proc/$1/comm") == sleep ]]; }

still_held() {
  local one
  for one in "${held[@]}"; do assert_eq "${one%:*}" "$(cat "/proc/self/fd/${one#*:}")" "what is held open"; done
  for one in "${living[@]}"; do
    kill -0 "${one#*:}"
    assert_eq "${one%:*}" "$(cat "/proc/${one#*:}/cwd/page")" "where it lives"
  done
}

make_repo site
for version in one two; do
  put site demo/deep/page <<<"$version"
  put site file <<<"$version"
  commit site "$version" >/dev/null
  [[ $version == two ]] || {
    services <<TOML
[global]
upstream = "$(upstream site)"
interval = "1h"
[[services]]
service = "demo"
dirs = [
  { local = "/etc/demo", link = "demo" },
  { local = "/etc/demo.conf", link = "file" },
  { local = "/etc/linked", link = "demo", type = "symlink" },
]
TOML
    install_overlayd
    wait_for 10 test -e /etc/linked/deep/page
    hold one
  }
done

say "forward"
overlayctl forward demo >/dev/null
shows two
still_held
hold two

say "rollback"
overlayctl rollback demo >/dev/null
shows one
still_held

say "removal"
services <<<'services = []'
overlayctl reload >/dev/null
gone() { [[ ! -e /etc/demo && ! -e /etc/demo.conf && ! -L /etc/linked ]]; }
wait_for 10 gone
assert_lacks "$(cat /proc/self/mountinfo)" /etc/demo
still_held
