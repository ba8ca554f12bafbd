#!/bin/bash
# Prints the figures. Nothing here asserts a time.
source /machine/lib.sh
source /scenario/measure.sh
readonly rounds=30

https_server
for part in push polls starts bytes; do
  # shellcheck source=/dev/null
  source "/scenario/$part.sh"
done
