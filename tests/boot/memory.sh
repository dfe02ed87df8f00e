# Little memory, and too little: only who asked for it pays.
. tests/flat/lib.sh

run -m 32M sh -c 'tail /dev/zero; echo "status $?"; echo still here' </dev/null
check hog_is_killed out "status 137
still here" "$out"

# Thirty times, and as much memory afterwards as before.
run -m 32M sh -c 'free() { sed -n "s/^free_pages: //p" /proc/flatshare; }
	i=0; while [ $i -lt 200 ]; do (:); i=$((i + 1)); done # the records of the last forks
	for i in 1 2 3 4 5 6 7 8 9 10; do tail /dev/zero 2>/dev/null; done; a=$(free); a=$(free)
	i=0; while [ $i -lt 30 ]; do tail /dev/zero 2>/dev/null; i=$((i + 1)); done
	b=$(free); b=$(free); [ $((a - b)) -le 2 ] && echo none lost || echo "lost $((a - b))"' </dev/null
check nothing_lost_to_hogs out 'none lost' "$out"

# A file system in memory that grows until nothing is left.
run -m 32M sh -c 'cat /dev/zero >/tmp/big; [ $? -ne 0 ] && echo failed; rm /tmp/big; ls / >/dev/null && echo alive' </dev/null
check full_file_system out "failed
alive" "$out"

# File systems that together may grow beyond the memory, and files without contents: they get ENOSPC
# while programs still start, nobody is killed, and all of it comes back.
run -m 24M sh -c 'for d in a b c; do mkdir /tmp/$d; mount -t tmpfs t /tmp/$d; done
	touch /tmp/a/x; umount /tmp/a; mount -t tmpfs t /tmp/a; before=$(sed -n "s/^free_pages: //p" /proc/flatshare)
	for d in a b c; do dd if=/dev/zero of=/tmp/$d/x bs=64k 2>/dev/null && echo no end; done
	mkdir /tmp/many; i=0; while [ $i -lt 100000 ] && touch /tmp/many/$i 2>/dev/null; do i=$((i + 1)); done
	[ $i -lt 100000 ] && ls / >/dev/null && echo alive
	rm -r /tmp/many; for d in a b c; do umount /tmp/$d; done
	after=$(sed -n "s/^free_pages: //p" /proc/flatshare); [ $((before - after)) -le 100 ] && echo back' </dev/null
check full_file_systems out "alive
back" "$out"

# Many processes at once in little memory: none is lost.
run -m 64M --timeout 100 sh -c 'i=0; while [ $i -lt 200 ]; do sleep 3 & i=$((i + 1)); done; wait; echo $i' </dev/null
check two_hundred_sleepers_in_64M out 200 "$out"

for mib in 6 8 16; do
	run -m ${mib}M sh -c 'ls /bin | wc -l' </dev/null
	check "pipeline_in_${mib}M" status 0 "$status"
done

# One allocation of the start fails: either it says so, or all goes well; and all goes well with one that
# is never reached.
bad=
fails() {
	run -m 64M --append failalloc=$1 --timeout 30 sh -c 'echo works | cat' </dev/null
	case $status.$out$err in
	0.works | *'cannot unpack'* | *'no memory'* | *"can't fork"* | *'Cannot allocate'* | *'out of memory'* | *'Out of memory'*) ;;
	*'descriptor '* | *'write error'* | *"can't create pipe"*) ;;
	*) bad="$bad $1: status $status, $out$err" ;;
	esac
}
for n in 1 12 23 45 84 85 86 87 90 210 330 900 1500 2100 2700; do fails $n; done
# Each of those between the unpacked root and the shell's first command.
low=100 high=5000
while [ $((high - low)) -gt 1 ]; do
	n=$(((low + high) / 2))
	fails $n
	case $err in *'cannot unpack'*) low=$n ;; *) high=$n ;; esac
done
for n in $(seq "$high" $((high + 60))); do fails "$n"; done
check failing_allocation_at_boot out '' "$bad"
