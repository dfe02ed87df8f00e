# The system log: syslogd listens on /dev/log, logger and others write to it.
log=$PWD/messages

# What was logged, without times and host names.
show() {
	sed 's/^... .. ..:..:.. [^ ]* //; s/\[[0-9]*\]/[PID]/' "$log"
}

# Wait until a line is in the log.
await() {
	n=0
	until grep -q "$1" "$log" 2>/dev/null; do
		n=$((n + 1))
		[ $n -lt 100 ] || { echo "no '$1' in the log"; break; }
		sleep 0.05
	done
}

rm -f /dev/log
logger 'into the void'
echo "without syslogd: $?"
syslogd -n -O "$log" &
daemon=$!
await 'started'
[ -S /dev/log ] && echo 'there is a socket'
logger 'one line'
logger -t tagged -p user.err 'another line'
echo 'from input' | logger -t stdin -p daemon.info
logger -s -t both 'also shown' 2>&1
pids=
for i in 1 2 3; do
	logger -t "loop$i" "message $i" &
	pids="$pids $!"
done
wait $pids
for i in 1 2 3; do
	await "message $i"
done
kill $daemon
wait $daemon 2>/dev/null
show | grep -v loop
show | grep loop | sort

# The log in shared memory, which logread shows.
syslogd -n -C16 &
daemon=$!
n=0
until logread 2>/dev/null | grep -q started; do
	n=$((n + 1))
	[ $n -lt 100 ] || { echo 'no log in memory'; break; }
	sleep 0.05
done
logger -t memory 'kept in memory'
n=0
until logread | grep -q kept || [ $n = 100 ]; do
	n=$((n + 1))
	sleep 0.05
done
logread | sed 's/^.* memory:/memory:/' | grep '^memory:'
kill $daemon
wait $daemon 2>/dev/null
logread >/dev/null 2>&1 || echo 'gone with syslogd'
