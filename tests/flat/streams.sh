# Standard streams, without a terminal.
. tests/flat/lib.sh

run sh -c 'echo to out; echo to err >&2' </dev/null
check out_apart out 'to out' "$out"
check err_apart err 'to err' "$err"

out=$(echo 'echo hi' | $FLAT run sh)
check script_from_pipe out hi "$out"

run cat </dev/null
check empty_input "out and status" "0" "$out$status"

run sh -c 'test -t 0 || echo no; test -t 1 || echo no' </dev/null
check not_a_terminal out "no
no" "$out"

seq 20000 >"$dir/in"
$FLAT run cat <"$dir/in" >"$dir/out"
check input_arrives_whole cmp "" "$(cmp "$dir/in" "$dir/out" 2>&1)"

$FLAT run seq 200000 </dev/null >"$dir/out"
seq 200000 >"$dir/in"
check output_arrives_whole cmp "" "$(cmp "$dir/in" "$dir/out" 2>&1)"

out=$($FLAT run seq 30000 </dev/null | { sleep 2; md5sum; })
check slow_reader out "$(seq 30000 | md5sum)" "$out"

printf 'one\ntwo\n' >"$dir/in"
out=$({ $FLAT run true; cat; } <"$dir/in")
check input_not_asked_for out "one
two" "$out"

printf '\000\001\377\r\n' >"$dir/in"
check bytes_unchanged od "$(od -c "$dir/in")" "$($FLAT run cat <"$dir/in" | od -c)"

{ timeout -k 5 60 $FLAT run yes </dev/null; echo $? >"$dir/status"; } | head -1 >"$dir/out"
check reader_leaves out y "$(cat "$dir/out")"
check reader_leaves_status status 141 "$(cat "$dir/status")"

run sh -c 'head -c 3000000 /dev/zero | wc -c' </dev/null
check pipe_inside out 3000000 "$out"

run -i sh -c 'read x; echo "got $x"; cat' <"$dir/in"
check interactive status 0 "$status"
