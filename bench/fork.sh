# fork.sh: a fork of a process with 1 GiB costs what one with 1 MiB costs, within 1.5 times.
# The guest's clock counts instructions, so that a busy machine changes nothing.
BUILD=${BUILD:-build}
out=$("$BUILD/flat" run --icount -m 2G --root "$BUILD/tests/root.cpio" -- /t/forkcost 2>&1 </dev/null)
ratio=$(echo "$out" | sed -n 's/^ratio //p')
text=$(echo "$out" | tr '\n' ';')
if [ -n "$ratio" ] && awk "BEGIN { exit !($ratio <= 1.5) }"; then
	echo "ok fork: $text"
else
	echo "not ok fork: $text"
fi
