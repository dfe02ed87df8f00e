# Signals to flat, and what becomes of them.
. tests/flat/lib.sh

# signal_test NAME SIGNAL STATUS OUTPUT SCRIPT: send when the guest has said "ready".
signal_test() {
	mkfifo "$dir/fifo"
	timeout -k 5 60 build/flat run sh -c "$5" </dev/null >"$dir/fifo" 2>"$dir/err" &
	pid=$!
	{
		read -r _
		# timeout(1) hands its signal on.
		kill "-$2" "$pid"
		cat
	} <"$dir/fifo" >"$dir/out"
	wait "$pid"
	check "$1" status "$3" $?
	check "$1_out" out "$4" "$(cat "$dir/out")"
	rm "$dir/fifo"
}

signal_test term_kills TERM 143 '' 'echo ready; sleep 100'
signal_test term_caught TERM 5 'caught' 'trap "echo caught; exit 5" TERM; echo ready; while :; do sleep 1; done'

# One that is ignored inside: the second ends QEMU.
sh -c 'echo $$ >"$1"; exec build/flat run sh -c "trap \"\" TERM; echo ready; while :; do sleep 1; done"' \
	- "$dir/pid" </dev/null >"$dir/out" 2>&1 &
job=$!
until grep -q ready "$dir/out" 2>/dev/null; do sleep 0.1; done
kill "$(cat "$dir/pid")"
sleep 0.5
kill "$(cat "$dir/pid")"
wait "$job"
check second_signal status 143 $?
