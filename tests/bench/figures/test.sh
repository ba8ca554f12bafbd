#!/bin/bash
# Prints the figures. Nothing here asserts a time.
source /machine/lib.sh
source /scenario/measure.sh

https_server
fill many 1000
services_of 1 "$HTTPS/many.git" 1h | services
install_overlayd
wait_for 60 all_live 1
for part in push polls starts bytes; do
  # shellcheck source=/dev/null
  source "/scenario/$part.sh"
done
