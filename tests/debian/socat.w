# socat and netcat: streams, datagrams and packets between Unix sockets, pipes, ptys and programs
program: socat
packages: socat netcat-openbsd
memory: 256M

== stream
limit: 40
--
# a server that forks for each of ten clients at once
socat -t 20 UNIX-LISTEN:s,fork EXEC:'tr a-z A-Z' &
server=$!
until [ -S s ]; do sleep 0.1; done
for i in 1 2 3 4 5 6 7 8 9 10; do
	(echo "client $i"; seq $i) | socat -t 10 - UNIX-CONNECT:s >out.$i &
	jobs="$jobs $!"
done
wait $jobs
cat out.1 out.2 out.10
cat out.* | wc -l
kill $server
wait $server
echo "status $?"

== kinds
limit: 40
--
socat -u UNIX-RECV:dgram CREATE:got &
a=$!
until [ -S dgram ]; do sleep 0.1; done
echo one | socat -u - UNIX-SENDTO:dgram
echo two | socat -u - UNIX-SENDTO:dgram
until grep -q two got; do sleep 0.1; done
cat got
kill $a
socat -t 10 ABSTRACT-LISTEN:hidden EXEC:cat &
until grep -q @hidden /proc/net/unix; do sleep 0.1; done
echo abstract | socat -t 10 - ABSTRACT-CONNECT:hidden
socat -t 10 UNIX-LISTEN:packets,socktype=5 SYSTEM:'dd bs=100 count=2 2>/dev/null' &
until [ -S packets ]; do sleep 0.1; done
(echo first; sleep 0.3; echo second) | socat -t 10 - UNIX-CONNECT:packets,socktype=5
socat -t 10 - EXEC:'stty -a',pty,setsid,ctty | grep -c 'speed 38400 baud'
echo through | socat -t 5 - EXEC:cat,pty,raw,echo=0
socat PTY,link=tty,raw,echo=0 EXEC:'sed -u s/x/y/' &
a=$!
until [ -e tty ]; do sleep 0.1; done
(
	exec 3<>tty
	echo xyz >&3
	head -1 <&3
)
kill $a
mkfifo fifo
head -c 3000000 /dev/zero | socat -u - PIPE:fifo,wronly &
socat -u PIPE:fifo,rdonly - | cksum
socat -u FILE:/nonexistent - 2>&1 | sed 's/.*\] //'
echo "status $?"

== netcat
limit: 40
--
nc -lU s >got &
until [ -S s ]; do sleep 0.1; done
head -c 2000000 /dev/zero | tr '\0' z | nc -NU s
wait
cksum <got
nc -luU d >dgot &
a=$!
until [ -S d ]; do sleep 0.1; done
echo datagram | nc -uU -w 1 d
cat dgot
kill $a
nc -U s </dev/null
echo "status $?"
