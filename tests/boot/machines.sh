# Machine types, memory sizes and kernel options.
. tests/flat/lib.sh

for machine in microvm q35 pc; do
	for mib in 16 64 1024 4096; do
		run --machine $machine -m ${mib}M sh -c 'echo up; exit 3' </dev/null
		check "${machine}_${mib}M" "out and status" "up3" "$out$status"
	done
done
run -m 5000M sh -c 'awk "/MemTotal/ { print (\$2 > 4800000) }" /proc/meminfo' </dev/null
check memory_above_4G out 1 "$out"

# The same seed, the same places; without one, others.
# One process alone: two that run side by side take their windows in any order.
maps() { run "$@" sh -c 'while read -r range rest; do echo "$range"; done </proc/self/maps' </dev/null; }
maps --append seed=7; first=$out
maps --append seed=7
check seed_repeats maps "$first" "$out"
maps --append seed=8; other=$out
if [ "$first" != "$other" ] && [ -n "$first" ]; then echo "ok seed_differs"; else echo "not ok seed_differs"; fi
maps; first=$out
maps
if [ "$first" != "$out" ]; then echo "ok random_places"; else echo "not ok random_places"; fi

for option in sched=coop fork=full fork=cow nosuchoption=1 'quiet loglevel=3'; do
	run --append "$option" sh -c '/bin/true; echo up' </dev/null
	check "option_$option" out up "$out"
done
# A shell's forked child clears the job table, its parent's own with fork=vfork: that is what the
# mode is there to show.  A program whose children only exec works.
run --append fork=vfork --root "$T/root.cpio" /t/soak fork_exec_wait </dev/null
check option_fork=vfork out 'ok fork_exec_wait' "$out"
run sh -c 'cat /proc/cmdline | wc -l; uname -s; cat /proc/uptime | wc -w' </dev/null
check proc out "1
Linux
2" "$out"

# Twenty boots in a row.
n=0
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
	out=$($FLAT run echo up </dev/null 2>/dev/null) && [ "$out" = up ] && n=$((n + 1))
done
check twenty_boots "number of those that came up" 20 $n
