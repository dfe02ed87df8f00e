program: runit
packages: runit

== service
--
mkdir -p s/one
printf '#!/bin/sh\necho started >>/tmp/w/log\nexec sleep 100\n' >s/one/run; chmod 755 s/one/run
runsvdir s & d=$!
for i in $(seq 50); do [ -s log ] && break; sleep 0.1; done
sleep 0.3; sv status /tmp/w/s/one | sed 's/(pid [0-9]*) [0-9]*s/N/'
sv restart /tmp/w/s/one >/dev/null; sleep 1.5; cat log
sv down /tmp/w/s/one; sleep 0.3; sv status /tmp/w/s/one | sed 's/: [0-9]*s//'
kill -HUP $d; wait $d; echo $?
