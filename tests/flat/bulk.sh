# Much at once arrives whole: through the terminal and the streams, by virtio and by ports.
. tests/flat/lib.sh

seq 100000000 100111110 | head -c 1000000 >"$dir/megabyte"
line='a line much like the others'
yes "$line" | head -c 10000000 >"$dir/ten"
sed '$!s/$/\r/' "$dir/ten" >"$dir/ten.shown"
sum=$(md5sum <"$dir/megabyte" | cut -c1-32)

session paste_a_megabyte 'expect # ' 'send cat >/tmp/f\r' 'pause 300' "paste $dir/megabyte" 'send \r\x04' 'pause 500' \
	'send head -c 1000000 /tmp/f | md5sum; wc -c </tmp/f\r' "expect $sum" 'expect 100000' 'send exit\r' 'exit 0'
session paste_without_echo 'expect # ' 'send stty -echo; cat >/tmp/f\r' 'pause 300' "paste $dir/megabyte" 'send \r\x04' 'pause 500' \
	'send md5sum /tmp/f; head -c 1000000 /tmp/f | md5sum; exit\r' "expect $sum" 'exit 0'
session show_ten_megabytes 'expect # ' "send yes '$line' | head -c 10000000\\r" 'expect 10000000\r\n' "match $dir/ten.shown" \
	'send exit 0\r' 'exit 0'
# The flood can be ended, and nothing of the session is lost.
session interrupt_a_flood 'expect # ' 'send yes\r' 'expect y\r\ny\r\n' 'pause 500' 'send \x03' 'expect ^C' 'expect # ' \
	'send echo st=$?\r' 'expect st=130' 'send exit 0\r' 'exit 0'

$FLAT run -i cat <"$dir/megabyte" >"$dir/out"
check stream_in cmp "" "$(cmp "$dir/megabyte" "$dir/out" 2>&1)"
$FLAT run -- sh -c "yes '$line' | head -c 10000000" </dev/null >"$dir/out"
check stream_out cmp "" "$(cmp "$dir/ten" "$dir/out" 2>&1)"
$FLAT run -- sh -c "yes '$line' | head -c 3000000 >&2" </dev/null 2>"$dir/out"
check stream_err cmp "" "$(head -c 3000000 "$dir/ten" | cmp - "$dir/out" 2>&1)"
out=$($FLAT run -- sh -c "yes '$line' | head -c 10000000" </dev/null | { sleep 2; md5sum; })
check slow_reader out "$(md5sum <"$dir/ten")" "$out"
{ timeout -k 5 60 $FLAT run yes </dev/null; echo $? >"$dir/status"; } | head -c 1000000 | tail -c 2 >"$dir/out"
check reader_leaves status 141 "$(cat "$dir/status")"
for machine in q35 pc; do
	$FLAT run --machine $machine -i sh -c 'tee /dev/stderr' <"$dir/megabyte" >"$dir/out" 2>"$dir/err"
	check stream_$machine cmp "" "$(cmp "$dir/megabyte" "$dir/out" 2>&1; cmp "$dir/megabyte" "$dir/err" 2>&1)"
done
out=$(printf 'one\ntwo' | $FLAT run -i sh -c 'read x; echo "$x"; cat; read y || echo end' | tr '\n' .)
check end_of_input out one.twoend. "$out"
# A writer that the host does not read waits alone.
out=$($FLAT run -- sh -c 'seq 1 30000 & sleep 1; echo beside >&2; wait' </dev/null 2>&1 >"$dir/fifo.out")
check another_stream out beside "$out"

# Without the device the ports do the same.
FLAT_NO_VIRTIO=1
export FLAT_NO_VIRTIO
head -c 100000 "$dir/megabyte" >"$dir/some"
$FLAT run -i cat <"$dir/some" >"$dir/out"
check ports cmp "" "$(cmp "$dir/some" "$dir/out" 2>&1)"
session ports_terminal 'expect # ' 'send stty -echo; cat >/tmp/f\r' 'pause 300' "paste $dir/some" 'send \r\x04' 'pause 300' \
	'send head -c 100000 /tmp/f | md5sum; exit\r' "expect $(md5sum <"$dir/some" | cut -c1-32)" 'exit 0'
