# A guest on a terminal: script(1) is the terminal.
. tests/flat/lib.sh

if ! command -v script >/dev/null; then
	echo 'skipped terminal: no script(1)'
	exit 0
fi

# on_terminal COMMAND: its input comes in steps, so that the guest has time to react; sets out, status.
on_terminal() {
	timeout -k 5 100 script -qec "$1" /dev/null >"$dir/out" 2>&1
	status=$?
	out=$(tr -d '\r' <"$dir/out")
}
has() {
	case $out in
	*"$2"*) echo "ok $1" ;;
	*) echo "not ok $1: no '$2' in: $out" ;;
	esac
}

{ sleep 3; printf 'tty; stty -a | head -1\r'; sleep 1; printf 'exit 5\r'; sleep 1; } |
	on_terminal 'stty rows 33 cols 77; ./flat run -it sh'
check terminal_status status 5 "$status"
has terminal_name /dev/console
has terminal_size 'rows 33; columns 77'

{ sleep 3; printf 'sleep 100\r'; sleep 1; printf '\003'; sleep 1; printf 'echo alive; exit\r'; sleep 1; } |
	on_terminal './flat run -it sh'
has interrupt alive

{ sleep 3; printf 'sleep 100\r'; sleep 1; printf '\032'; sleep 1; printf 'jobs; kill %%1; exit\r'; sleep 1; } |
	on_terminal './flat run -it sh'
has stop Stopped

{ sleep 3; printf 'cat\r'; sleep 1; printf 'ab\177c\r'; sleep 1; printf '\004'; sleep 1; printf '\004'; sleep 1; } |
	on_terminal './flat run -it sh'
has line_editing 'ac'
check end_of_file status 0 "$status"

{ sleep 1; } | on_terminal 'stty -a >'"$dir"'/before; ./flat run -it true; stty -a >'"$dir"'/after'
check restored stty "$(cat "$dir/before")" "$(cat "$dir/after")"
{ sleep 1; } | on_terminal 'stty -a >'"$dir"'/before; ./flat run --timeout 1 -it sleep 100; stty -a >'"$dir"'/after'
check restored_after_timeout stty "$(cat "$dir/before")" "$(cat "$dir/after")"
