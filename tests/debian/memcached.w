# memcached: a threaded server on a Unix socket; its protocol spoken by socat and by python
program: memcached
packages: memcached socat python3
memory: 256M

== protocol
limit: 40
--
chmod 777 .
memcached -u nobody -s /tmp/w/s -a 777 -m 16 -t 4 &
until [ -S s ]; do sleep 0.1; done
say() { printf "$1" | socat -t 5 - UNIX-CONNECT:s; }
say 'set a 5 0 5\r\nhello\r\nget a\r\nquit\r\n'
say 'add a 0 0 1\r\nx\r\nreplace a 1 0 3\r\nnew\r\nappend a 0 0 3\r\ner!\r\ngets a\r\nquit\r\n'
say 'set n 0 0 2\r\n41\r\nincr n 1\r\ndecr n 50\r\nincr a 1\r\nquit\r\n'
say 'delete a\r\ndelete a\r\nget a\r\nquit\r\n'
say 'bogus\r\nset b 0 0 3\r\ntoolong\r\nquit\r\n'
say 'mg n v t f\r\nms m 2 T0\r\nhi\r\nmg m v\r\nquit\r\n'
say 'flush_all\r\nget n\r\nstats settings\r\nquit\r\n' | grep -E '^(OK|END|STAT (maxbytes|domain_socket|num_threads) )'
kill -INT $!
wait $!
echo "status $?"

== clients
limit: 90
--
chmod 777 .
memcached -u nobody -s /tmp/w/s -a 777 -m 8 -t 4 -I 512k &
until [ -S s ]; do sleep 0.1; done
cat >load.py <<'EOF'
import socket, threading, hashlib
bad = []
def client(me):
    s = socket.socket(socket.AF_UNIX); s.connect('s'); f = s.makefile('rwb')
    for i in range(150):
        v = hashlib.sha256(b'%d %d' % (me, i)).hexdigest().encode() * (1 + i % 40)
        f.write(b'set k%d.%d 0 0 %d\r\n%s\r\nget k%d.%d\r\n' % (me, i, len(v), v, me, i)); f.flush()
        if f.readline() != b'STORED\r\n': bad.append((me, i, 'set'))
        f.readline()
        if f.read(len(v)) != v: bad.append((me, i, 'get'))
        f.readline(); f.readline()
        f.write(b'incr total 1\r\n'); f.flush()
        f.readline()
    s.close()
s = socket.socket(socket.AF_UNIX); s.connect('s')
s.sendall(b'set total 0 0 1\r\n0\r\n'); s.recv(100)
t = [threading.Thread(target=client, args=(n,)) for n in range(12)]
for x in t: x.start()
for x in t: x.join()
s.sendall(b'get total\r\n')
print(s.recv(100).decode().split('\r\n')[1], bad)
# more than fits: the oldest leave
for i in range(60):
    s.sendall(b'set big%d 0 0 400000\r\n' % i + b'x' * 400000 + b'\r\n')
    assert s.recv(100) == b'STORED\r\n', i
s.sendall(b'get big0\r\n')
print(s.recv(100))
s.sendall(b'set over 0 0 600000\r\n' + b'x' * 600000 + b'\r\n')
print(s.recv(100))
EOF
python3 load.py
kill $!
wait $!
echo "status $?"
