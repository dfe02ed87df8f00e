program: gunicorn
packages: gunicorn python3
memory: 512M
limit: 60

== workers
--
printf 'def app(e, s):\n    s("200 OK", [])\n    return [b"hello"]\n' >app.py
gunicorn -w 2 -b unix:/tmp/w/s -p pid -D app:app
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
