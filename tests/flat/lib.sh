# lib.sh: for the tests of `flat run`: prints "ok NAME" and "not ok NAME: why".
T=${T:-build/tests}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
FLAT=./flat

# check NAME WHAT EXPECTED GOT
check() {
	if [ "$3" = "$4" ]; then
		echo "ok $1"
	else
		echo "not ok $1: $2 is '$4' and not '$3'"
	fi
}

# run ARGUMENTS...: flat run, with a time limit; sets out, err and status.
run() {
	timeout -k 5 60 $FLAT run "$@" >"$dir/out" 2>"$dir/err"
	status=$?
	out=$(cat "$dir/out")
	err=$(cat "$dir/err")
}

# status NAME EXPECTED ARGUMENTS...
status() {
	name=$1 expected=$2
	shift 2
	run "$@" </dev/null
	check "$name" status "$expected" "$status"
}

# session NAME STEP ... : one guest with a shell, and what is typed there.  A pause may be too short on a
# busy machine: a session with pauses that fails is tried once more, with longer ones.
session() {
	name=$1
	shift
	if typed 1 "$@"; then
		echo "ok $name"
	elif case $* in *pause*) typed 8 "$@" ;; *) false ;; esac then
		echo "ok $name"
		echo "$name: passed with longer pauses"
	else
		echo "not ok $name: $(cat "$dir/why"); shown: $(tail -c 300 "$dir/shown" | tr '\r\n' '  ')"
	fi
}

# typed FACTOR STEP ...
typed() {
	factor=$1
	shift
	"$T/host/pty" -w 40 -p "$factor" 24x80 "$@" -- build/flat run -it -- sh -l >"$dir/why" 2>"$dir/shown"
}
