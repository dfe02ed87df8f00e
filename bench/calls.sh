# calls.sh: unmodified programs of Debian that do little but system calls, in a Linux guest and in ours: the same root, the same
# QEMU, one guest after the other, ROUNDS times (3). Prints the least processor time that QEMU needed for each and the ratio.
# `make bench-calls` runs it: it needs Debian's kernel for clouds and a root made of packages.
set -eu
BUILD=${BUILD:-build}
ROUNDS=${ROUNDS:-3}
MACHINE=${BENCH_MACHINE:-q35}
dir=$BUILD/bench/calls
mkdir -p "$dir"

"$BUILD/flat" root --include bash,coreutils,findutils,python3-minimal,perl-base -o "$dir/root"
printf 'tree . %s\nfile calls 755 bench/guest/calls.sh\n' "$dir/root" | "$BUILD/pack" "$dir/initrd.cpio"

# Microseconds of processor time that QEMU has had.
cpu_time()
{
	awk '{ sum += $1 } END { printf "%d", sum / 1000 }' /proc/"$pid"/task/*/schedstat
}

# guest KERNEL WORDS: "NAME MICROSECONDS" for what it runs
guest()
{
	mkfifo "$dir/in" "$dir/out"
	qemu-system-x86_64 -M "$MACHINE" -accel tcg -cpu max -m 1G -nodefaults -no-user-config -no-reboot -display none \
		-kernel "$1" -initrd "$dir/initrd.cpio" -append "$2" -serial stdio <"$dir/in" >"$dir/out" 2>"$dir/messages" &
	pid=$!
	exec 7>"$dir/in" 8<"$dir/out"
	(sleep 300; kill "$pid") 2>/dev/null &
	limit=$!
	while read -r mark name <&8; do
		name=${name%"$cr"}
		case $mark in
		@begin*) from=$(cpu_time) ;;
		@) echo "$name $(($(cpu_time) - from))" ;;
		@end*) break ;;
		esac
		echo >&7
	done
	kill "$limit" "$pid" 2>/dev/null || :
	wait "$pid" 2>/dev/null || :
	exec 7>&- 8<&-
	rm -f "$dir/in" "$dir/out"
}
cr=$(printf '\r')

rm -f "$dir/in" "$dir/out" "$dir"/said.*
pid=0
trap '[ $pid = 0 ] || kill $pid 2>/dev/null || :; rm -f "$dir/in" "$dir/out"' EXIT
for round in $(seq "$ROUNDS"); do
	guest "$BUILD/deps/linux/vmlinuz" "console=ttyS0 quiet loglevel=0 panic=-1 rdinit=/calls tsc=reliable" >>"$dir/said.linux"
	guest "$BUILD/flatshare.elf" init=/calls >>"$dir/said.flat"
done
sed 's/^/linux /' "$dir/said.linux" >"$dir/said.all"
sed 's/^/flat /' "$dir/said.flat" >>"$dir/said.all"
awk '
{
	if (!($2 in seen)) { seen[$2] = 1; names[++n] = $2 }
	if (!(($1, $2) in best) || $3 < best[$1, $2]) best[$1, $2] = $3
}
END {
	printf "%-8s %12s %12s %8s\n", "program", "Linux, ms", "Flatshare", "ratio"
	for (i = 1; i <= n; i++) {
		name = names[i]; l = best["linux", name]; f = best["flat", name]
		if (l == 0 || f == 0) { print "not ok " name ": one of the guests did not answer"; bad = 1; continue }
		printf "%-8s %12.1f %12.1f %8.2f\n", name, l / 1000, f / 1000, l / f
	}
	exit (n == 0 || bad)
}' "$dir/said.all"
