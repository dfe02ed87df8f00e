# syslogd and logger: messages through /dev/log into a file that is turned when it is full, and into memory
program: syslogd
packages: busybox-syslogd bsdutils
memory: 256M

== messages
limit: 40
--
busybox syslogd -n -S -t -O /tmp/w/all &
pid=$!
until [ -S /dev/log ]; do sleep 0.1; done
logger -t one 'a first message'
logger -t two -p mail.notice 'another facility'
printf 'line 1\nline 2\n' | logger -t three -p user.err
for i in 1 2 3 4 5; do logger -t many "message $i" & jobs="$jobs $!"; done
wait $jobs
until [ "$(grep -c many all)" = 5 ]; do sleep 0.1; done
cut -c17- all | grep -v 'syslogd started' | sort
kill $pid
wait $pid
echo "status $?"
tail -1 all | cut -c17-

== memory
limit: 40
--
# the log is a System V shared memory that logread looks into
busybox syslogd -n -S -t -C16 &
pid=$!
until [ -S /dev/log ]; do sleep 0.1; done
for i in 1 2 3; do logger -t mem "number $i"; done
until busybox logread | grep -q 'number 3'; do sleep 0.1; done
busybox logread | grep mem: | cut -c17-
kill $pid
wait $pid
