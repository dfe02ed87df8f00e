program: at
packages: at

== daemon
limit: 60
--
atd
printf 'echo ran in $(pwd) >/tmp/w/out\n' | at now 2>/dev/null
for i in $(seq 100); do [ -s out ] && break; sleep 0.1; done
cat out; atq | wc -l
kill $(cat /var/run/atd.pid)
