#!/bin/bash
# Shows every kind of overlay in place: what is made, what is refused, who owns it, what may not be done to it, and that
# nothing of anybody else's is touched.
source /machine/lib.sh

of() { overlayctl status "$1" --json | jq -r ".services[0].$2"; }
gone() { [[ ! -e $1 && ! -L $1 ]]; }
holds() { [[ $(cat "$1") == "$2" ]]; }
has_error() { [[ $(of "$1" error) == *"$2"* ]]; }
has_hint() { [[ $(of "$1" error_hint) == *"$2"* ]]; }
is_well() { [[ $(of "$1" condition) == ok ]]; }
mode() { stat --format='%U:%G %a' "$1"; }

make_history() {
  make_repo site
  put site top <<<top
  put site web/etc/page <<<one
  put site web/etc/deep/page <<<deep
  put site web/etc/run.sh <<<'#!/bin/sh'
  as_git chmod 755 /srv/work/site/web/etc/run.sh
  put site web/limit.conf <<<10
  put site web/more/extra <<<extra
  commit site 'one' >/dev/null
}

# service [LINE...]: the service web with these lines beside the usual ones.
service() {
  services <<TOML
[global]
upstream = "$(upstream site)"
interval = "1h"
[[services]]
service = "web"
$(printf '%s\n' "$@")
TOML
  ! systemctl is-active --quiet overlayd || overlayctl reload >/dev/null
}

test_several_kinds() {
  say "one service with overlays of every kind"
  echo old >/etc/limit.conf
  service 'user = "nobody"' 'dirs = [' \
    '{ local = "/etc/web", link = "web/etc" },' \
    '{ local = "/etc/limit.conf", link = "web/limit.conf" },' \
    '{ local = "/srv/made/for/limit.conf", link = "web/limit.conf" },' \
    '{ local = "/srv/links/web", link = "web/etc", type = "symlink" },' \
    '{ local = "/srv/links/limit.conf", link = "web/limit.conf", type = "symlink" },' \
    '{ local = "/srv/whole", link = "." },' \
    '{ local = "/srv/whole-link", link = ".", type = "symlink" }]'
  install_overlayd
  wait_for 10 is_well web
  holds /etc/web/page one
  holds /etc/limit.conf 10
  holds /srv/made/for/limit.conf 10
  holds /srv/links/web/deep/page deep
  holds /srv/links/limit.conf 10
  holds /srv/whole/top top
  holds /srv/whole/web/more/extra extra
  holds /srv/whole-link/web/limit.conf 10
  assert_eq install "$(overlayctl log web --json | jq -r '.entries | map(.verb) | join(" ")')"
  assert_eq "file bind true" "$(overlayctl status web --json |
    jq -r '.services[0].overlays[] | select(.local == "/etc/limit.conf") | "\(.kind) \(.type) \(.live)"')"

  say "all of them go forward"
  put site web/etc/page <<<two
  put site web/limit.conf <<<20
  put site top <<<top2
  commit site 'two' >/dev/null
  overlayctl forward web
  holds /etc/web/page two
  holds /srv/links/web/page two
  holds /etc/limit.conf 20
  holds /srv/made/for/limit.conf 20
  holds /srv/links/limit.conf 20
  holds /srv/whole/top top2
  holds /srv/whole-link/top top2
}

test_owner_and_mode() {
  say "the files belong to the user, with 644 and 755 less the umask"
  assert_eq 'nobody:nogroup 755' "$(mode /etc/web)"
  assert_eq 'nobody:nogroup 644' "$(mode /etc/web/page)"
  assert_eq 'nobody:nogroup 755' "$(mode /etc/web/run.sh)"
  assert_eq 'nobody:nogroup 644' "$(mode /srv/links/web/page)"
  assert_eq 'nobody:nogroup 644' "$(mode /etc/limit.conf)"
  service 'user = "nobody"' 'group = "adm"' 'umask = "0027"' 'dirs = [' \
    '{ local = "/etc/web", link = "web/etc" },' \
    '{ local = "/etc/limit.conf", link = "web/limit.conf" },' \
    '{ local = "/srv/links/web", link = "web/etc", type = "symlink" }]'
  wait_for 10 gone /srv/whole
  wait_for 10 is_well web # the rest of it
  assert_eq 'nobody:adm 750' "$(mode /etc/web)"
  assert_eq 'nobody:adm 750' "$(mode /etc/web/deep)"
  assert_eq 'nobody:adm 640' "$(mode /etc/web/page)"
  assert_eq 'nobody:adm 750' "$(mode /etc/web/run.sh)"
  assert_eq 'nobody:adm 640' "$(mode /srv/links/web/page)"
  assert_eq 'nobody:adm 640' "$(mode /etc/limit.conf)"
  gone /srv/made
  gone /srv/links/limit.conf
}

test_read_only() {
  say "what is mounted is read-only, nosuid and nodev; edits fail"
  local path option
  for path in /etc/web /etc/limit.conf; do
    for option in ro nosuid nodev; do
      assert_contains ",$(findmnt --noheadings --output=VFS-OPTIONS --mountpoint $path)," ",$option,"
    done
  done
  fails_with 1 touch /etc/web/page
  assert_contains "$output" 'Read-only file system'
  fails_with 1 touch /etc/web/new
  fails_with 1 rm /etc/web/page
  fails_with 1 tee /etc/limit.conf </dev/null
  assert_contains "$output" 'Read-only file system'
  echo mine >/etc/limit.conf.new
  fails_with 1 mv /etc/limit.conf.new /etc/limit.conf
  assert_contains "$output" busy
  rm /etc/limit.conf.new
  fails_with 1 rmdir /etc/web
  say "nor can root write through a symbolic link, or behind one"
  fails_with 1 touch /srv/links/web/page
  assert_contains "$output" 'Read-only file system'
  fails_with 1 touch "$(realpath /srv/links/web)/new"
  fails_with 1 rm -r /var/lib/overlayd/trees
  holds /srv/links/web/page two
  overlayd outside bash -c 'echo packaged >/srv/links/web/page && grep -q packaged /srv/links/web/page'
  holds /srv/links/web/page two
  umount /var/lib/overlayd/trees
  overlayctl forward web
  fails_with 1 touch /srv/links/web/page
  fails_with 1 setpriv --reuid=games --regid=games --clear-groups cat /etc/web/page
  holds /etc/limit.conf 20
}

test_what_others_made() {
  say "directories that were made go with the overlay, but not what somebody put there"
  service 'dirs = [{ local = "/srv/made/for/web", link = "web/etc" }, { local = "/srv/made/too/web", link = "web/more" }]'
  wait_for 10 holds /srv/made/for/web/page two
  holds /etc/limit.conf old
  wait_for 10 gone /etc/web
  echo mine >/srv/made/for/mine
  service 'dirs = [{ local = "/etc/web", link = "web/etc" }]'
  wait_for 10 holds /etc/web/page two
  holds /srv/made/for/mine mine
  gone /srv/made/for/web
  gone /srv/made/too
  rm -r /srv/made
}

test_covered() {
  say "what somebody has mounted on top stays, and is named"
  service 'dirs = [{ local = "/etc/web", link = "web/etc" }, { local = "/etc/topped", link = "web/etc" }]'
  wait_for 10 holds /etc/topped/page two
  mount -t tmpfs admin /etc/topped
  echo mine >/etc/topped/page
  fails_with 1 overlayctl forward web
  assert_contains "$output" '/etc/topped is covered by another mount (tmpfs): unmount that first'
  put site web/etc/page <<<three
  commit site three >/dev/null
  fails_with 3 overlayctl plan web
  assert_contains "$output" '/etc/topped is covered by another mount (tmpfs): unmount that first'
  assert_contains "$(overlayctl status web || true)" 'put it back now: umount /etc/topped && overlayctl forward web'
  work site reset --quiet --hard HEAD~1
  work site push --quiet --force origin HEAD
  overlayd outside bash -c 'grep -q mine /etc/topped/page && touch /etc/topped/there && [[ ! -e /etc/web/page ]]'
  rm /etc/topped/there
  service 'dirs = [{ local = "/etc/web", link = "web/etc" }]'
  wait_for 10 has_error web 'covered by another mount'
  holds /etc/topped/page mine
  umount /etc/topped
  holds /etc/topped/page two
  overlayctl forward web
  gone /etc/topped
  is_well web
}

by_games() { setpriv --reuid=games --regid=games --clear-groups "$@"; }
mounts_of_games() { findmnt --raw --noheadings --output=TARGET | grep /srv/games || true; }

test_moved_away() {
  say "who owns the folder that an overlay stands in can move it, and hinders nobody else"
  install --directory --owner=games /srv/games
  by_games mkdir /srv/games/app
  service 'dirs = [{ local = "/etc/web", link = "web/etc" }, { local = "/srv/games/app/conf", link = "web/etc" }]'
  wait_for 10 holds /srv/games/app/conf/page two
  # In one step, renameat2(2) with RENAME_EXCHANGE: else the place may be made again in between.
  by_games ln -s moved /srv/games/moved
  # shellcheck disable=SC2016  # they are Perl's
  by_games perl -e 'exit syscall(316, -100, my $a = "/srv/games/app", -100, my $b = "/srv/games/moved", 2)'
  assert_eq '/etc/web true /srv/games/app/conf false' "$(overlayctl status web --json |
    jq -r '.services[0].overlays[] | "\(.local) \(.live)"' | xargs)"

  say "it is taken away there"
  service 'dirs = [{ local = "/etc/web", link = "web/etc" }]'
  wait_for 10 is_well web
  assert_eq "" "$(mounts_of_games)"
  holds /etc/web/page two
  rm -r /srv/games
}

# refuses_link ADVICE: what is at /etc/site is not replaced by a link, and stays; when it is moved away the link comes.
refuses_link() {
  local before
  before=$(stat --format='%F %i %N' /etc/site)
  service 'dirs = [{ local = "/etc/web", link = "web/etc" }, { local = "/etc/site", link = "web/etc", type = "symlink" }]'
  wait_for 10 has_error web '/etc/site'
  assert_contains "$(of web error)" "$1"
  has_hint web 'mv /etc/site /etc/site.orig'
  assert_contains "$(overlayctl status)" /etc/site.orig
  assert_eq "$before" "$(stat --format='%F %i %N' /etc/site)"
  holds /etc/web/page two
  fails_with 1 overlayctl forward web
  mv /etc/site /etc/site.orig
  overlayctl forward web
  holds /etc/site/page two
  wait_for 10 is_well web
  service 'dirs = [{ local = "/etc/web", link = "web/etc" }]'
  wait_for 10 gone /etc/site
  rm -r /etc/site.orig
}

test_occupied() {
  say "what stands where a link shall be is refused, with the way out"
  mkdir -p /etc/site/inside
  refuses_link directory
  echo mine >/etc/site
  refuses_link file
  ln -s /srv /etc/site
  refuses_link link
  ln -s /nowhere /etc/site
  refuses_link link

  say "so is a file where a directory shall be, and a link"
  echo mine >/etc/site
  service 'dirs = [{ local = "/etc/site", link = "web/etc" }]'
  wait_for 10 has_hint web 'mv /etc/site /etc/site.orig'
  holds /etc/site mine
  rm /etc/site
  ln -s /srv/target /etc/site
  mkdir /srv/target
  fails_with 1 overlayctl forward web
  [[ -L /etc/site ]]
  gone /srv/target/page
  mkdir /etc/other-site
  service 'dirs = [{ local = "/etc/other-site", link = "web/limit.conf" }]'
  wait_for 10 has_hint web 'mv /etc/other-site /etc/other-site.orig'
  rm /etc/site
  rmdir /etc/other-site /srv/target

  say "and what somebody puts in place of a link later on"
  service 'dirs = [{ local = "/etc/site", link = "web/limit.conf", type = "symlink" }]'
  wait_for 10 test -L /etc/site  # what did not fit may have come in between
  wait_for 10 is_well web
  holds /etc/site 20
  sed --in-place 's/20/30/' /etc/site
  local missing='problems[] | select(.of == "overlays")'
  assert_contains "$(of web "$missing | .error")" 'not in place: /etc/site (a file is there'
  assert_contains "$(of web "$missing | .error_hint")" 'mv /etc/site /etc/site.orig && overlayctl forward web'
  fails_with 3 overlayctl plan web
  assert_contains "$output" '/etc/site: a file is there'
  fails_with 1 overlayctl forward web
  assert_eq 1 "$(of web 'problems | length')"
  mv /etc/site /etc/site.orig && overlayctl forward web
  holds /etc/site 20
  rm /etc/site.orig
}

in_tmp() {
  service 'mount = "/tmp/web"' 'dirs = [{ local = "/etc/web", link = "web/etc" },' \
    '{ local = "/etc/site", link = "web/etc", type = "symlink" }]'
}

test_attack_in_tmp() {
  say "a checkout in /tmp is refused where somebody else got there first"
  local attack
  for attack in 'mkdir /tmp/web' 'mkdir -p -m 777 /tmp/web/web' 'ln -s /var/tmp/trap /tmp/web' 'touch /tmp/web'; do
    install --directory --mode=777 /var/tmp/trap
    # shellcheck disable=SC2086  # words
    setpriv --reuid=games --regid=games --clear-groups $attack
    in_tmp
    fails_with 1 overlayctl forward web
    assert_contains "$output" /tmp/web
    assert_contains "$(of web error)" /tmp/web
    assert_eq "" "$(ls -A /var/tmp/trap)" "what came into the trap"
    rm -r /tmp/web
    service 'dirs = [{ local = "/etc/web", link = "web/etc" }]'
  done
  in_tmp
  overlayctl forward web
  holds /etc/site/page two
  holds /tmp/web/web/current/web/etc/page two
}

test_ageing() {
  say "what is old in /tmp is taken away, but not the checkout"
  mkdir -p /tmp/others/folder
  echo 'e /tmp - - - 0' >/etc/tmpfiles.d/tmp.conf
  systemd-tmpfiles --clean
  gone /tmp/others
  holds /tmp/web/web/current/web/etc/page two
  systemctl restart overlayd
  systemd-tmpfiles --clean
  holds /tmp/web/web/current/web/etc/page two
  rm /etc/tmpfiles.d/tmp.conf
}

phase_start() {
  make_history
  test_several_kinds
  test_owner_and_mode
  test_read_only
  test_what_others_made
  test_covered
  test_moved_away
  test_occupied
  test_attack_in_tmp
  test_ageing
  echo mine >/tmp/mine
  then_reboot rebooted
}

phase_rebooted() {
  say "after a reboot /tmp is empty, and the checkout there again"
  gone /tmp/mine
  overlay_at /etc/web
  holds /etc/site/page two
  holds /tmp/web/web/current/web/etc/page two
  wait_for 10 is_well web
  service 'dirs = [{ local = "/etc/web", link = "web/etc" }]'
  wait_for 10 gone /tmp/web
  wait_for 10 gone /etc/site
}

"phase_$1"
