# What only our kernel can be asked, since on Linux it is the machine's own: the kernel's log, sysfs,
# and busybox' init as the first program, with the ways it ends, and switch_root.
. tests/flat/lib.sh

# says NAME WANT COMMAND: what a shell in the guest prints.
says() {
	got=$(timeout 60 $FLAT run -- sh -c "$3" </dev/null 2>&1)
	if [ "$got" = "$2" ]; then
		echo "ok $1"
	else
		echo "not ok $1: got '$got'"
	fi
}

says kmsg_records '11,1,bad
12,2,plain
30,3,back\x5cslash' 'echo "<3>bad" >/dev/kmsg; echo plain >/dev/kmsg; echo "<30>back\\slash" >/dev/kmsg
	timeout 1 cat /dev/kmsg 2>/dev/null >/tmp/l; sed -n "2,\$s/^\([0-9]*,[0-9]*\),[0-9]*,-;/\1,/p" /tmp/l'
says dmesg_clears_and_sets_the_level 'after
3	4	1	7' 'dmesg -c >/dev/null; echo after >/dev/kmsg; dmesg | sed "s/.*] //"; dmesg -n 3; cat /proc/sys/kernel/printk'
says mdev_makes_devices 'crw-rw----' 'mkdir /tmp/d; mount --bind /tmp/d /dev; mdev -s; ls -l /dev/full | cut -c1-10'
says sysfs_tells_of_devices 'MAJOR=1 MINOR=3 DEVNAME=null DEVMODE=0666 1:3 mem 0' \
	'cd /sys/dev/char/1:3; echo $(cat uevent dev) $(basename $(readlink -f subsystem)) $(cat /sys/devices/system/cpu/online)'

mkdir -p "$dir/etc"
cat >"$dir/etc/inittab" <<'EOF'
::sysinit:/bin/echo sysinit
::wait:/bin/sh -c 'sleep 0.2; echo wait'
::once:/bin/echo once
::respawn:/bin/sh /etc/respawn
::ctrlaltdel:/bin/echo ctrlaltdel
::shutdown:/bin/echo shutdown
EOF
cat >"$dir/etc/respawn" <<'EOF'
n=$(cat /tmp/n 2>/dev/null || echo 0); echo $((n + 1)) >/tmp/n
echo respawn $n; [ $n -lt 2 ] && exit
poweroff; sleep 10
EOF
got=$(timeout 90 $FLAT run -v "$dir/etc/inittab:/etc/inittab" -v "$dir/etc/respawn:/etc/respawn" -t -- init </dev/null 2>&1 | tr -d '\r' |
	grep -x 'sysinit\|wait\|once\|respawn [0-9]\|shutdown' | tr '\n' ' ')
case $got in
'sysinit wait '*'respawn 0 respawn 1 respawn 2 shutdown '*) echo "ok init_follows_its_table" ;;
*) echo "not ok init_follows_its_table: got '$got'" ;;
esac

# ended NAME WANT HOW: what init says last when a program of its table does HOW.
ended() {
	printf '::once:/bin/sh /etc/end\n::restart:/bin/sh -c "echo restarted; poweroff -f"\n::ctrlaltdel:/bin/echo ctrlaltdel\n' >"$dir/etc/inittab"
	printf '::shutdown:/bin/echo shutdown\n' >>"$dir/etc/inittab"
	echo "$3; sleep 9" >"$dir/etc/end"
	got=$(timeout 30 $FLAT run -v "$dir/etc/inittab:/etc/inittab" -v "$dir/etc/end:/etc/end" -t -- init </dev/null 2>&1 |
		tr -d '\r' | grep -x 'ctrlaltdel\|shutdown\|restarted\|Requesting.*' | tr '\n' ' ')
	check "$1" output "$2" "$got"
}
ended init_halts 'shutdown Requesting system halt ' 'kill -USR1 1'
ended init_powers_off 'shutdown Requesting system poweroff ' 'kill -USR2 1'
ended init_reboots 'shutdown Requesting system reboot ' 'reboot'
ended init_does_ctrlaltdel_and_restarts 'ctrlaltdel shutdown restarted ' 'kill -INT 1; sleep 0.3; kill -QUIT 1'
ended init_is_not_needed '' 'poweroff -f'
says switch_root_moves 'switched bin new.txt' 'mkdir /new; mount -t tmpfs new /new; mkdir /new/bin; cp /bin/busybox /new/bin; >/new/new.txt; >/init
	chmod +x /init; exec switch_root /new /bin/busybox sh -c "echo switched \$(busybox ls /)"'
