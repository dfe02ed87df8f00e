# Programs at pseudo terminals inside the guest, used by a person: script, vi, less, watch, top, login, getty.
. tests/flat/lib.sh

session script_job_control 'expect # ' 'send script -q /tmp/ts\r' 'expect # ' 'send tty\r' 'expect /dev/pts/0' 'expect # ' \
	'send sleep 100\r' 'pause 400' 'send \x03' 'expect # ' 'send echo st=$?\r' 'expect st=130' 'send sleep 100\r' 'pause 400' \
	'send \x1a' 'expect Stopped' 'expect # ' 'send fg\r' 'expect sleep 100' 'pause 300' 'send \x03' 'expect # ' \
	'send cat & until grep -q "State:.T" /proc/$!/status; do :; done\r' 'expect Stopped (tty input)' 'send kill %1\r' 'expect # ' \
	'send exit 5\r' 'expect stopped jobs' 'expect # ' 'send exit 5\r' 'expect # ' 'send tty; grep -c st=130 /tmp/ts\r' 'expect /dev/console' 'expect 1\r\n' 'send exit\r' 'exit 0'
session script_has_the_size 'expect # ' 'send script -q -c "stty size" /tmp/ts\r' 'expect 24 80' 'expect # ' 'send exit\r' 'exit 0'
session script_of_a_stream 'expect # ' 'send script -q -c "seq 5000" /tmp/ts | md5sum\r' \
	"expect $(seq 5000 | sed 's/$/\r/' | md5sum | cut -c1-32)" 'send exit\r' 'exit 0'
session vi_in_script 'expect # ' 'send script -q /tmp/ts\r' 'expect # ' 'send vi /tmp/f\r' 'pause 1000' 'send ihello from vi\e' 'pause 500' \
	'send :wq\r' 'pause 800' 'send cat /tmp/f\r' 'expect \nhello from vi' 'send exit\r' 'pause 300' 'send exit\r' 'exit 0'
session less_in_script 'expect # ' 'send script -q -c "seq 500 | less" /tmp/ts\r' 'expect 23\r\n' 'send  ' 'expect 46\r\n' 'send q' \
	'expect # ' 'send exit\r' 'exit 0'
session top_in_script 'expect # ' 'send script -q -c top /tmp/ts\r' 'expect PID' 'pause 500' 'send q' 'expect # ' 'send exit\r' 'exit 0'
session watch 'expect # ' 'send watch -n 1 echo wat''ched\r' 'expect watched' 'pause 1300' 'expect watched' 'send \x03' 'expect # ' \
	'send exit 0\r' 'exit 0'
session three_deep 'expect # ' 'send script -q /tmp/a\r' 'expect # ' 'send script -q /tmp/b\r' 'expect # ' 'send script -q /tmp/c\r' \
	'expect # ' 'send tty\r' 'expect /dev/pts/2' 'send sleep 100\r' 'pause 400' 'send \x03' 'expect # ' 'send echo st=$?\r' \
	'expect st=130' 'expect # ' 'send \x04' 'expect # ' 'send tty\r' 'expect /dev/pts/1' 'expect # ' 'send exit\r' 'expect # ' \
	'send tty\r' 'expect /dev/pts/0' 'expect # ' 'send exit\r' 'expect # ' \
	'send ls /dev/pts; exit\r' 'expect ptmx' 'exit 0'
# script is killed: its shell gets SIGHUP, and when that ends, so does what ran in the foreground.
session killed_from_outside 'expect # ' 'send script -q /tmp/ts\r' 'expect # ' 'send (sleep 1; kill -9 $PPID) & sleep 77\r' \
	'expect Killed' 'expect # ' 'send sleep 1; echo left=$(ps | grep -c "[s]leep 77"); ls /dev/pts\r' 'expect left=0' 'expect ptmx' \
	'send exit\r' 'exit 0'
session login 'expect # ' 'send script -q -c "login -f root" /tmp/ts\r' 'expect # ' 'send echo $USER $HOME; tty\r' 'expect root /root' \
	'expect /dev/pts/0' 'expect # ' 'send exit\r' 'expect # ' 'send exit\r' 'exit 0'
session getty 'expect # ' 'send script -q -c "exec getty -i -n -l /usr/bin/tty 38400 -" /tmp/ts\r' 'expect /dev/pts/0' 'expect # ' 'send exit\r' 'exit 0'
session settings_by_stty 'expect # ' 'send stty -echo; stty echo; stty 9600; stty speed; stty 38400; stty -a | head -1\r' 'expect 9600' \
	'expect speed 38400 baud; rows 24; columns 80' 'send exit\r' 'exit 0'
