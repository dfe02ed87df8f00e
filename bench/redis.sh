# redis.sh: what a client of redis waits for when the server, with MIB (1024) of data, forks to save it: BGSAVE, in a Linux guest
# and in ours: the same root, the same QEMU, one guest after the other, ROUNDS times (3). Prints for the first BGSAVE of a server and
# for its later ones the median of the longest wait, and the ratio. `make bench-redis` runs it; it needs Debian's kernel for clouds, a root
# made of packages and 3 GiB of memory. MODE=icount has QEMU count instructions instead of time, 1 ns each: slow, but not disturbed
# by what else the machine does.
set -eu
BUILD=${BUILD:-build}
ROUNDS=${ROUNDS:-3}
MIB=${MIB:-1024}
MACHINE=${BENCH_MACHINE:-q35}
dir=$BUILD/bench/redis
mkdir -p "$dir"

"$BUILD/flat" root --include redis-server -o "$dir/root"
echo "1 /b/bgsave $MIB 4" >"$dir/plan"
printf '%s\n' "tree . $dir/root" 'dir b 755' "file b/init 755 $BUILD/bench/bin/init" "file b/bgsave 755 $BUILD/bench/bin/bgsave" \
	"file b/plan 644 $dir/plan" | "$BUILD/pack" "$dir/initrd.cpio"

# The buffer for translated code is filled beforehand where that is allowed: the kernel clears it in pieces of 2 MiB, each of which takes
# some 5 ms here, and one of them often falls into the first BGSAVE, on either side.
accel=tcg
set --
if [ "$(id -u)" = 0 ] || [ "$(ulimit -l)" = unlimited ]; then
	accel=tcg,tb-size=128
	set -- -overcommit mem-lock=on
fi

cpu=max
flat_words=
linux_words=tsc=reliable
if [ "${MODE:-}" = icount ]; then
	cpu=max,-rdrand,-rdseed
	flat_words=tsc_khz=1000000
	linux_words="tsc=reliable tsc_early_khz=1000000"
	ROUNDS=1
	set -- "$@" -icount shift=0,sleep=off -rtc base=2026-01-01T00:00:00,clock=vm
fi

# guest SIDE KERNEL WORDS [OPTION...]: its answers as "SIDE KIND MICROSECONDS"
guest()
{
	side=$1 kernel=$2 words=$3
	shift 3
	timeout 3600 qemu-system-x86_64 -M "$MACHINE,memory-backend=ram" -accel "$accel" -cpu "$cpu" -m $((MIB * 2 + 1024)) \
		-object "memory-backend-ram,id=ram,prealloc=on,size=$((MIB * 2 + 1024))M" \
		-nodefaults -no-user-config -no-reboot -display none -kernel "$kernel" -initrd "$dir/initrd.cpio" -append "$words" -serial stdio "$@" </dev/null | tr -d '\r' |
		awk -v side="$side" '
		$1 == "@" && $2 == "bgsave.before" { print side, "before", $4 }
		$1 == "@" && $2 == "bgsave.longest" { print side, (n++ ? "later" : "first"), $4 }'
}

: >"$dir/said"
for round in $(seq "$ROUNDS"); do
	guest linux "$BUILD/deps/linux/vmlinuz" "console=ttyS0 quiet loglevel=0 panic=-1 rdinit=/b/init $linux_words" "$@" >>"$dir/said"
	guest flat "$BUILD/flatshare.elf" "init=/b/init $flat_words" "$@" >>"$dir/said"
done
sort -k1,2 -k3n "$dir/said" | awk '
{ value[$1, $2, ++count[$1, $2]] = $3 }
function median(side, kind, n) { n = count[side, kind]; return n == 0 ? 0 : value[side, kind, int((n + 1) / 2)] }
END {
	printf "%-28s %12s %12s %8s\n", "longest wait for an answer", "Linux, ms", "Flatshare", "ratio"
	text["before"] = "nobody saves"; text["first"] = "from the first BGSAVE on"; text["later"] = "from later ones on"
	split("before first later", kinds)
	for (i = 1; i <= 3; i++) {
		k = kinds[i]; l = median("linux", k); f = median("flat", k)
		if (l == 0 || f == 0) { print "not ok " text[k] ": one of the guests did not answer"; bad = 1; continue }
		printf "%-28s %12.2f %12.2f %8.1f\n", text[k], l / 1000, f / 1000, l / f
	}
	exit bad
}'
