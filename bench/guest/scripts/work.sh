#!/bin/sh
# A little of a shell's work, for the smallest memory.
n=$(ls /bin | wc -l)
[ "$n" -gt 50 ] && echo "@worked"
read -r wait
