#!/bin/sh
# The shell's first output: what the boot question waits for.
echo "@shell"
read -r wait
