# The fork log: one line for each thing that happened, in order, and the guest's end.
. tests/flat/lib.sh

log=$dir/forks
# has NAME PATTERN [COUNT]: so many lines of the log match.
has() {
	n=$(grep -cE "$2" "$log")
	if [ "$n" = "${3:-1}" ]; then echo "ok $1"; else
		echo "not ok $1: $n lines match $2, not ${3:-1}"
		sed 's/^/    /' "$log" | cut -c1-300
	fi
}
all_json() {
	if python3 -c 'import json, sys
for line in open(sys.argv[1]): json.loads(line)' "$log"; then echo "ok $1"; else echo "not ok $1"; fi
}

cat >"$dir/script" <<'EOS'
true | busybox ls / >/dev/null
(exit 5)
(read line <"/tmp/pipe \"one\"") &
echo x >"/tmp/pipe \"one\""
wait
EOS
mkfifo "$dir/pipe"
$FLAT run --icount --forks "$log" -v "$dir/script:/tmp/script" -- \
	sh -c 'mkfifo "/tmp/pipe \"one\"" && exec sh /tmp/script' || echo "not ok the run"
all_json 'each line of the log is JSON'
has 'the log begins' '"e":"start",.*"fork":"full"}$'
has 'a file is named once' '"e":"file",.*busybox"}$'
has 'an exec' '"e":"exec",.*"pid":1,.*"argv":"sh /tmp/script"}$'
has 'a child that execs' '"e":"end",.*"end":"exec"' 2
has 'its pages' '"e":"end",.*"end":"exec".*"pages":\[\["[a-z]+",' 2
has 'a child that exits' '"e":"exit",.*"status":1280}$'
has 'a child that blocks' '"e":"end",.*"end":"block",.*"call":"open'
has 'who woke it' '"e":"wait",.*"call":"open.*"by":1'
has 'where it was called from' '"e":"fork",.*"ip":\[0,[0-9]+\].*"stack":\[\[[0-9]+,0,' 5
has 'the end' '"e":"machine","end":"exited","value":0}$'

$FLAT run --icount --forks "$log" -- sh -c 'exit 3'
has 'a status' '"e":"machine","end":"exited","value":3}$'
$FLAT run --timeout 1 --forks "$log" -- sleep 100
has 'a timeout' '"e":"machine","end":"timeout"'
$FLAT run --icount --append fork=cow --forks "$log" -- sh -c '(read x </dev/null; mkfifo /tmp/p; read x </tmp/p); echo $?' >/dev/null
has 'a child that is stuck' '"e":"stuck",.*"call":"open'
$FLAT run --icount --append forklog=switches --forks "$log" -- sh -c 'sleep 0.01; true'
if grep -q '"e":"run",.*"pid":0' "$log"; then echo "ok switches"; else echo "not ok switches"; fi

# What a child gets from its parent without a sleep, and how they are left.
cat >"$dir/script" <<'EOS'
mkfifo /tmp/p /tmp/q
exec 3<>/tmp/p
(sleep 0.1; read line <&3) &
echo x >&3
wait
(sleep 0.1; read line) </tmp/q &
exec 4>/tmp/q 4>&-
wait
dd bs=65536 count=1 </dev/zero >&3 2>/dev/null
(sleep 0.1; echo x >&3) &
dd bs=65536 count=1 <&3 >/dev/null 2>&1
wait
mkfifo /tmp/r
cat /tmp/r >/dev/null &
(sleep 0.1; i=0; while [ $i -lt 100 ]; do echo x; i=$((i + 1)); done) >/tmp/r &
wait
(while :; do :; done) &
sleep 0.05; kill -STOP $!
sleep 0.05; kill -CONT $!
sleep 0.05; kill $!
(sleep 50; true) &
sleep 0.1
EOS
$FLAT run --icount --forks "$log" -v "$dir/script:/tmp/script" -- sh /tmp/script || echo "not ok the run"
all_json 'each line of needs is JSON'
has 'data that were there' '"e":"took",.*"what":"data","by":1,.*"call":"read","fd":[0-9]+,"on":"/tmp/p"}$'
has 'the end that was there' '"e":"took",.*"what":"end","by":1,.*"on":"/tmp/q"}$'
has 'room that was made' '"e":"took",.*"what":"room",.*"call":"write",.*"on":"/tmp/p"}$'
has 'no room that small writes would not need' '"e":"took",.*"what":"room",.*"on":"/tmp/r"}$' 0
has 'who let a stopped one go on' '"e":"wait",.*"call":"stop","by":1}$'
has 'who ended it' '"e":"took",.*"what":"signal","by":1,'
has 'who is left' '"e":"left",.*"does":"waits","call":"wait4"}$'
has 'and its child' '"e":"left",.*"does":"waits","call":"nanosleep"}$'
if $FLAT run --icount --forks /nosuch/file -- true 2>"$dir/err"; then echo "not ok a file that cannot be written"; else
	grep -q 'cannot write /nosuch/file' "$dir/err" && echo "ok a file that cannot be written"
fi
