# flat survey, flat trace and flat map, from the workload to the page, with a root of busybox.
. tests/flat/lib.sh

if [ "$(id -u)" != 0 ]; then
	echo 'skipped survey: the reference needs root'
	exit 0
fi
root=$dir/root out=$dir/out
mkdir -p "$root/bin" "$dir/w"
cp build/deps/busybox/busybox "$root/bin/busybox"
for name in sh ls cat sleep head uname; do ln -s busybox "$root/bin/$name"; done
cat >"$dir/w/sh.w" <<'EOS'
program: sh
packages: busybox
limit: 20

== pipe
--
ls /bin | cat
(exit 3)
== split
--
{ read x; echo "got $x"; } <&1 2>/dev/null &
echo done
== differs
--
uname -v
EOS
survey() {
	timeout -k 5 200 $FLAT survey --root "$root" -o "$out" --jobs 2 "$@" "$dir/w" >"$dir/said" 2>&1
}
# file_has NAME FILE PATTERN
file_has() {
	if grep -q "$3" "$2"; then echo "ok $1"; else
		echo "not ok $1: no $3 in $(basename "$2"): $(tail -n 3 "$dir/said" | tr '\n' ' ')"
	fi
}

survey --only sh.pipe --mode full,cow && echo 'ok a run' || echo "not ok a run: $(cat "$dir/said")"
file_has 'native, full and cow are recorded' "$dir/said" '^\[3/3\] sh.pipe cow: status 3, 3 forks'
survey --only sh.pipe && echo 'not ok what is there is kept' || echo 'ok what is there is kept'
survey --resume && echo 'ok a resumed run' || echo "not ok a resumed run: $(cat "$dir/said")"
check 'only the rest is run' runs 10 "$(grep -c '^\[' "$dir/said")"
check 'a record for each run' records 12 "$(wc -l <"$out/results.jsonl")"

$FLAT survey report "$out" >"$dir/said" 2>&1 || echo 'not ok the report'
file_has 'a class' "$out/report/sites.csv" '^/bin/busybox,/bin/busybox,0x[0-9a-f]*,.*,fork,split,4,0,0,0,0,2,1,1,'
file_has 'what could not be tested' "$out/report/survey.json" 'could_not_test": "-'
file_has 'the page' "$out/report/index.html" '</html>'
file_has 'the summary' "$dir/said" '^2 workloads tested, 1 could not be$'

# Stopped in the middle, it leaves whole lines and no guest.
rm -rf "$out"
cat >"$dir/w/sh.w" <<'EOS'
program: sh
packages: busybox
limit: 100
== long
--
while :; do :; done
EOS
$FLAT survey --root "$root" -o "$out" "$dir/w" >"$dir/said" 2>&1 &
sleep 3
kill -TERM $!
wait $!
check 'a stopped run' status 130 $?
[ ! -s "$out/results.jsonl" ] && echo 'ok no half a record' || echo 'not ok no half a record'

sed -i 's/^--$/colour: red\n--/' "$dir/w/sh.w"
survey
check 'a mistake in a workload' line "flat survey: $dir/w/sh.w:5: unknown key: colour" "$(cat "$dir/said")"

timeout -k 5 60 $FLAT trace -o "$dir/trace" --icount -- sh -c '(exit 1); exit 3' </dev/null
check 'a trace hands on the status' status 3 $?
python3 -c 'import json, sys
events = json.load(open(sys.argv[1]))["traceEvents"]
assert {"shadow", "paused", "runs"} <= {e["name"] for e in events}' "$dir/trace" && echo 'ok a trace'

timeout -k 5 60 $FLAT map -o "$dir/map" --icount -- sh -c 'cat | echo map >/proc/flatshare; exit 3' </dev/null
check 'a map hands on the status' status 3 $?
file_has 'a map' "$dir/map" '>sh (1)<'
out=$($FLAT run -- sh -c 'echo map >/proc/flatshare' 2>&1 </dev/null)
check 'a map without a log' error 'sh: write error: No such device' "$out"
