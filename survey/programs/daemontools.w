program: daemontools
packages: daemontools

== supervise
--
mkdir one; printf '#!/bin/sh\necho up >>/tmp/w/log\nexec sleep 100\n' >one/run; chmod 755 one/run
supervise one & p=$!
for i in $(seq 50); do [ -s log ] && break; sleep 0.1; done
sleep 0.5; svok one; echo $?; svstat one | sed 's/(pid [0-9]*) [0-9]*/N/'
svc -t one; sleep 1.5; cat log; svc -dx one; wait $p; echo $?
seq 5 | multilog -* +*3* ./main; cat main/current
envuidgid nobody setuidgid nobody id -un; setlock lock echo locked; softlimit -o 20 sh -c 'ulimit -n'
