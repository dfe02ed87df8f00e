# boot.sh: how long `flat run -- true` takes, against an empty kernel on the same machine type.
# Pairs alternate; the least of each is taken, which a busy machine changes least, and the medians are
# printed, too.  Prints "ok" if the ratio is at most LIMIT (3 by default).
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
middle=$((rounds / 2 + 1))
nth() { sort -n "$dir/$1" | sed -n "${2}p"; }
e=$(nth empty 1)
o=$(nth ours 1)
r=$(awk "BEGIN { printf \"%.3f\", $o / $e }")
text="$machine: empty kernel $e us, flat run -- true $o us, ratio $r (at most $limit);"
text="$text medians $(nth empty $middle) and $(nth ours $middle) us"
if awk "BEGIN { exit !($r <= $limit) }"; then
	echo "ok boot: $text"
else
	echo "not ok boot: $text"
fi
