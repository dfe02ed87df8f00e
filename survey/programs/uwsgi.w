program: uwsgi-core
packages: uwsgi-core uwsgi-plugin-python3 python3
memory: 512M
limit: 60

== workers
--
printf 'def application(e, s):\n    s("200 OK", [])\n    return [b"hello"]\n' >app.py
uwsgi --plugin python3 --socket /tmp/w/s --protocol http --wsgi-file app.py --processes 2 --master --daemonize /tmp/w/log --pidfile /tmp/w/pid --die-on-term
for i in $(seq 100); do [ -S s ] && break; sleep 0.1; done
python3 -c "
import socket
for i in range(4):
    s = socket.socket(socket.AF_UNIX); s.connect('/tmp/w/s'); s.sendall(b'GET / HTTP/1.0\r\n\r\n'); d = b''
    while True:
        c = s.recv(1000)
        if not c: break
        d += c
    print(d.split(b'\r\n\r\n')[1].decode())
"; kill $(cat pid)
