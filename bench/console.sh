# console.sh: how fast bytes come in and go out of `flat run`: standard streams and the terminal, by virtio
# and by the ports that are used without it (FLAT_NO_VIRTIO=1).  The time of a run that moves next to nothing
# is taken off.  Prints "ok" if virtio is at least LIMIT (2 by default) times as fast in all four.
BUILD=${BUILD:-build}
limit=${LIMIT:-2}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

now() { date +%s%N; }
# bytes N: lines of text.
line=0123456789abcdefghijklmnopqrstuvwxyz-0123456789abcdefghijklmnopqrstuvwxyz
bytes() { yes $line | head -c "$1"; }

stream_out() { "$BUILD/flat" run -- head -c "$1" /dev/zero </dev/null >/dev/null; }
stream_in() { "$BUILD/flat" run -i -- wc -c <"$dir/$1" >/dev/null; }
terminal_out() {
	"$BUILD/tests/host/pty" -w 100 24x200 'expect # ' "send yes $line | head -c $1\\r" "expect $1\\r\\n" \
		"match $dir/$1.shown" 'send exit 0\r' 'exit 0' -- "$BUILD/flat" run -it -- sh -l >/dev/null
}
terminal_in() {
	"$BUILD/tests/host/pty" -w 100 24x200 'expect # ' 'send stty -echo; head -c '"$1"' | wc -c\r' 'expect wc -c\r\n' \
		'pause 100' "paste $dir/$1" 'send \r' "expect $1" 'send \x04exit 0\r' 'exit 0' -- "$BUILD/flat" run -it -- sh -l >/dev/null
}

# micros WHAT N: the time of one run, in microseconds.
micros() {
	start=$(now)
	"$1" "$2" || echo "not ok console: $1 $2 fails" >&2
	echo $((($(now) - start) / 1000))
}

# rate WHAT SMALL LARGE: kilobytes a second.
rate() {
	for n in "$2" "$3"; do
		[ -e "$dir/$n" ] || bytes "$n" >"$dir/$n"
		[ -e "$dir/$n.shown" ] || sed '$!s/$/\r/' "$dir/$n" >"$dir/$n.shown"
	done
	a=$(micros "$1" "$2")
	b=$(micros "$1" "$3")
	awk "BEGIN { t = ($b - $a) / 1e6; if (t < 0.001) t = 0.001; printf \"%d\", ($3 - $2) / 1000 / t }"
}

worst=1000
for what in ${WHAT:-stream_out stream_in terminal_out terminal_in}; do
	fast=$(FLAT_NO_VIRTIO='' rate $what 9000 3000000)
	slow=$(FLAT_NO_VIRTIO=1 rate $what 9000 150000)
	ratio=$(awk "BEGIN { printf \"%.1f\", $fast / ($slow + 0.001) }")
	echo "$what: $fast KB/s by virtio, $slow KB/s by ports, ratio $ratio"
	worst=$(awk "BEGIN { print $ratio < $worst ? $ratio : $worst }")
done
if awk "BEGIN { exit !($worst >= $limit) }"; then
	echo "ok console: virtio is at least $worst times as fast as the ports (at least $limit)"
else
	echo "not ok console: virtio is only $worst times as fast as the ports (at least $limit)"
fi
