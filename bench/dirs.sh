# dirs.sh: a file in a folder of 100,000 costs what one in a folder of 100 costs, within 5 times.
# The guest's clock counts instructions, so that a busy machine changes nothing.
BUILD=${BUILD:-build}
out=$("$BUILD/flat" run --icount -m 512M --root "$BUILD/tests/root.cpio" -- /t/dircost 2>&1 </dev/null)
ratio=$(echo "$out" | sed -n 's/^ratio //p')
text=$(echo "$out" | tr '\n' ';')
if [ -n "$ratio" ] && awk "BEGIN { exit !($ratio <= 5) }"; then
	echo "ok dirs: $text"
else
	echo "not ok dirs: $text"
fi
