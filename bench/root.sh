# root.sh: how long `flat run -- true` takes with an image of 300 MB as its root, against the small root.
# Both run the same program.  Pairs alternate; the least of each is taken, which a busy machine changes
# least; "ok" if the ratio is at most LIMIT (2 by default).  ROOT=IMAGE measures another image, PROGRAM another program in it.
BUILD=${BUILD:-build}
rounds=${ROUNDS:-11}
machine=${MACHINE:-microvm}
limit=${LIMIT:-2}
program=${PROGRAM:-true}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

command -v mkfs.erofs >/dev/null || { echo "skipped root: no mkfs.erofs (erofs-utils)"; exit; }

# 360 files of a MB, 12,000 small ones in 60 folders.
make_image() {
	mkdir -p "$dir/root/bin" "$dir/root/large"
	cp "$BUILD/tests/root/bin/busybox" "$dir/root/bin/true"
	i=0
	while [ $i -lt 360 ]; do
		head -c 1000000 "$BUILD/flatshare.elf" >"$dir/root/large/$i"
		head -c 400000 "$BUILD/flat" >>"$dir/root/large/$i"
		i=$((i + 1))
	done
	i=0
	while [ $i -lt 60 ]; do
		mkdir "$dir/root/$i"
		(cd "$dir/root/$i" && seq 200 | xargs touch)
		for file in "$dir/root/$i"/*0; do echo text >"$file"; done
		i=$((i + 1))
	done
	mkfs.erofs --quiet -E noinline_data "$dir/image" "$dir/root" >/dev/null
	truncate -s 512M "$dir/image"
	rm -rf "$dir/root"
}

now() { date +%s%N; }
small() { "$BUILD/flat" run --machine "$machine" -- true </dev/null >/dev/null 2>&1; }
large() { "$BUILD/flat" run --machine "$machine" --root "$image" -- "$program" </dev/null >/dev/null 2>"$dir/err"; }
measure() {
	start=$(now)
	"$1"
	echo $((($(now) - start) / 1000)) >>"$dir/$1"
}

image=${ROOT:-$dir/image}
[ -n "${ROOT:-}" ] || make_image
large || { echo "not ok root: flat run --root fails: $(cat "$dir/err")"; exit 1; }
i=0
while [ $i -lt "$rounds" ]; do
	measure small
	measure large
	i=$((i + 1))
done
s=$(sort -n "$dir/small" | head -n 1)
l=$(sort -n "$dir/large" | head -n 1)
r=$(awk "BEGIN { printf \"%.3f\", $l / $s }")
text="$machine: small root $s us, $(($(du -m "$image" | cut -f1))) MB in place $l us, ratio $r (at most $limit)"
if awk "BEGIN { exit !($r <= $limit) }"; then
	echo "ok root: $text"
else
	echo "not ok root: $text"
fi
