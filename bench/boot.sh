# boot.sh: how long `flat run -- true` takes, against an empty kernel on the same machine type.
# Pairs alternate; the median of each and of the ratios is printed.  Prints "ok" if the ratio is at
# most LIMIT (3 by default).
BUILD=${BUILD:-build}
rounds=${ROUNDS:-11}
machine=${MACHINE:-microvm}
limit=${LIMIT:-3}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

now() { date +%s%N; }
empty() {
	qemu-system-x86_64 -M "$machine" -nodefaults -no-user-config -display none -m 64M \
		-device isa-debug-exit,iobase=0xf4,iosize=4 -kernel "$BUILD/tests/empty.elf" >/dev/null 2>&1
}
ours() { "$BUILD/flat" run --machine "$machine" -- true </dev/null >/dev/null 2>&1; }
measure() {
	start=$(now)
	"$1"
	status=$?
	echo $((($(now) - start) / 1000)) >>"$dir/$1"
}

[ -e "$BUILD/tests/empty.elf" ] || { echo "not ok boot: $BUILD/tests/empty.elf is not built"; exit 1; }
empty
[ $? -eq 1 ] || { echo "not ok boot: the empty kernel does not run"; exit 1; }
ours || { echo "not ok boot: flat run -- true fails"; exit 1; }
i=0
while [ $i -lt "$rounds" ]; do
	measure empty
	measure ours
	i=$((i + 1))
done
paste "$dir/empty" "$dir/ours" | awk '{ printf "%d %d %.3f\n", $1, $2, $2 / $1 }' >"$dir/all"
middle=$((rounds / 2 + 1))
e=$(sort -n "$dir/empty" | sed -n "${middle}p")
o=$(sort -n "$dir/ours" | sed -n "${middle}p")
r=$(awk '{ print $3 }' "$dir/all" | sort -n | sed -n "${middle}p")
text="$machine: empty kernel $e us, flat run -- true $o us, ratio $r (at most $limit)"
if awk "BEGIN { exit !($r <= $limit) }"; then
	echo "ok boot: $text"
else
	echo "not ok boot: $text"
fi
