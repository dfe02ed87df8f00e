program: screen
packages: screen

== session
limit: 60
--
export SCREENDIR=/tmp/w/s; mkdir -m 700 s
screen -dmS one sh -c 'echo hello >/tmp/w/out; sleep 100'
for i in $(seq 50); do [ -s out ] && break; sleep 0.1; done
cat out; screen -ls | grep -c one; screen -S one -X quit; sleep 0.5; screen -ls | grep -c one
