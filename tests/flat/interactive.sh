# An interactive shell as a person uses it: prompt, editing, history, completion, ^C ^Z ^D, jobs, size.
. tests/flat/lib.sh

session exit_status 'expect # ' 'send exit 42\r' 'exit 42'
session echo_once 'expect # ' 'send echo a''bc\r' 'expect echo abc\r\n' 'expect abc\r\n' 'expect # ' \
	'absent abc' 'send exit\r' 'exit 0'
session line_editing 'expect # ' 'send echo helXX\x7f\x7flo\x01\x05\x17world\r' 'expect world' \
	'send echo one two\x1b[D\x1b[D\x1b[D\x7f-\r' 'expect one-two' 'send exit\r' 'exit 0'
session history 'expect # ' 'send echo first-$((1+1))\r' 'expect first-2' 'expect # ' 'send \e[A\r' \
	'expect first-2' 'expect # ' 'send exit\r' 'exit 0'
session completion 'expect # ' 'send cat /etc/hostn\t\r' 'expect flatshare' 'send exit\r' 'exit 0'
session interrupt 'expect # ' 'send sleep 100\r' 'pause 500' 'send \x03' 'expect # ' 'send echo st=$?\r' \
	'expect st=130' 'send exit\r' 'exit 0'
session interrupt_a_pipeline 'expect # ' 'send yes | cat >/dev/null\r' 'pause 500' 'send \x03' 'expect # ' \
	'send echo here\r' 'expect here\r\n' 'send exit\r' 'exit 0'
session interrupt_a_loop 'expect # ' 'send while :; do :; done\r' 'pause 500' 'send \x03' 'expect # ' \
	'send echo here\r' 'expect here\r\n' 'send exit\r' 'exit 0'
session stop_and_continue 'expect # ' 'send sleep 100\r' 'pause 500' 'send \x1a' 'expect Stopped' 'expect # ' \
	'send jobs\r' 'expect Stopped' 'expect sleep' 'send fg\r' 'expect sleep 100' 'pause 300' \
	'send \x03' 'expect # ' 'send bg; echo bg=$?\r' 'expect bg=' 'send exit\r' 'exit 0'
session background_job 'expect # ' 'send sleep 1 & echo now\r' 'expect now\r\n' 'pause 1500' 'send \r' \
	'expect Done' 'send exit\r' 'exit 0'
session end_of_file 'expect # ' 'send cat\r' 'pause 300' 'send line\r' 'expect line\r\nline\r\n' 'send \x04' \
	'expect # ' 'send \x04' 'exit 0'
session quit 'expect # ' 'send sleep 100\r' 'pause 500' 'send \x1c' 'expect # ' 'send echo st=$?\r' \
	'expect st=131' 'send exit\r' 'exit 0'
session window_size 'expect # ' 'send stty size\r' 'expect 24 80' 'resize 50x132' 'pause 500' 'send stty size\r' \
	'expect 50 132' 'send exit\r' 'exit 0'
session winch_signal 'expect # ' 'send trap "echo resi''zed" WINCH; sleep 1; sleep 1\r' 'pause 300' 'resize 30x90' \
	'expect resized' 'send exit\r' 'exit 0'
session background_read_stops 'expect # ' 'send cat & until grep -q "State:.T" /proc/$!/status; do :; done\r' 'expect Stopped (tty input)' \
	'send kill %1; exit\r' 'pause 200' 'send exit\r' 'exit 0'
session vi 'expect # ' 'send vi /tmp/f\r' 'pause 1000' 'send ihello from vi\e' 'pause 500' 'send :wq\r' 'pause 800' 'send cat /tmp/f\r' \
	'expect \nhello from vi' 'send exit\r' 'exit 0'
session top 'expect # ' 'send top\r' 'expect PID' 'pause 500' 'send q' 'expect # ' 'send exit\r' 'exit 0'
session less 'expect # ' 'send seq 500 | less\r' 'expect 23\r\n' 'send q' 'expect # ' 'send exit\r' 'exit 0'
session raw_mode 'expect # ' 'send stty raw -echo; dd bs=1 count=3 2>/dev/null | od -An -tx1; stty sane\r' 'pause 700' \
	'send \x03\x04\x1a' 'expect 03 04 1a' 'send \r' 'expect # ' 'send exit\r' 'exit 0'

# Nothing is lost or doubled when a lot is pasted at once.
if "$T/host/pty" -w 40 24x80 'expect # ' 'send cat >/tmp/f\r' 'pause 300' "send $(seq 400 | tr '\n' ' ' | cut -c1-1000)\\r" \
	"send $(seq 600 800 | tr '\n' ' ' | cut -c1-800)\\r" 'pause 300' 'send \x04' 'expect # ' \
	'send md5sum /tmp/f\r' "expect $({ seq 400 | tr '\n' ' ' | cut -c1-1000; seq 600 800 | tr '\n' ' ' | cut -c1-800; } | md5sum | cut -c1-32)" \
	'send exit\r' 'exit 0' -- build/flat run -it -- sh -l >"$dir/why" 2>"$dir/shown"; then
	echo "ok paste"
else
	echo "not ok paste: $(cat "$dir/why"); shown: $(tail -c 200 "$dir/shown" | tr '\r\n' '  ')"
fi
