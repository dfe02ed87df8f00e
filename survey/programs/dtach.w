program: dtach
packages: dtach

== session
--
dtach -n /tmp/w/sock sh -c 'read l; echo got $l >/tmp/w/out'
for i in $(seq 50); do [ -S sock ] && break; sleep 0.1; done
echo input | dtach -p sock; for i in $(seq 50); do [ -s out ] && break; sleep 0.1; done; cat out
