#!/bin/bash
# Prints the figures. Nothing here asserts a time.
source /machine/lib.sh
source /scenario/measure.sh

https_server
for part in push polls starts bytes; do
  # shellcheck source=/dev/null
  source "/scenario/$part.sh"
done
