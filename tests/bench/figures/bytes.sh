# Bytes that the server sends for one service out of 1,000, beside a full clone.
# shellcheck shell=bash

sent() { awk '{ sum += $10 } END { print sum + 0 }' /var/log/nginx/access.log; }

systemctl stop overlayd
overlayd clear
rm -rf /var/lib/overlayd/mirrors/* /var/lib/overlayd/trees/*
before=$(sent)
services_of 1 "$HTTPS/many.git" 1h | services
systemctl start overlayd
wait_for 60 all_live 1
one=$(($(sent) - before))
before=$(sent)
bare_git clone --quiet --bare "$HTTPS/many.git" /srv/git/full
full=$(($(sent) - before))
printf '%-52s %10d bytes   full clone %d bytes   ratio %.3f\n' "fetched for one service out of 1,000" "$one" "$full" \
  "$(awk -v one="$one" -v full="$full" 'BEGIN { print one / full }')"
