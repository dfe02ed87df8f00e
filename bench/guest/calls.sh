#!/bin/bash
# The first program of bench/calls.sh's guests: runs programs of Debian that do little but system calls, and says
# when each begins and ends: the host has the clock that counts.
export PATH=/usr/bin:/bin:/usr/sbin:/sbin LC_ALL=C
[ -e /proc/self ] || mount -t proc proc /proc 2>/dev/null
[ -c /dev/null ] || mount -t devtmpfs dev /dev 2>/dev/null

time_of() # NAME COMMAND...
{
	echo "@begin"
	read -r -t 60 go
	"${@:2}" >/dev/null 2>&1
	echo "@ $1"
	read -r -t 60 go
}

for round in 1 2 3 4; do
	time_of dd dd if=/dev/zero of=/dev/null bs=1 count=100000
	time_of find find / -xdev
	time_of ls ls -lR /usr
	time_of python python3 -c 'import os
for i in range(200000): os.getppid()'
	time_of perl perl -e 'getppid for 1..100000'
done
echo @end
read -r -t 60 go
