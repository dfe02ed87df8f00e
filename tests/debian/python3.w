# python3: processes, threads, event loops and the files of the system, by the standard library
program: python3
packages: python3
memory: 512M
shell: /usr/bin/python3
env: PYTHONUNBUFFERED=1

== language
--
import collections, decimal, fractions, hashlib, itertools, json, math, re, struct, sys, zlib, bz2, lzma
print(sys.version.split()[0], sys.maxsize, sys.byteorder)
print(hashlib.sha256(b"x" * 100000).hexdigest(), hashlib.blake2b(b"y").hexdigest()[:32])
data = json.dumps([{"n": n, "sq": n * n} for n in range(1000)]).encode()
for module in zlib, bz2, lzma:
    packed = module.compress(data)
    print(module.__name__, len(packed) < len(data), module.decompress(packed) == data)
print(math.factorial(200) % 10**9, decimal.Decimal(2).sqrt(), fractions.Fraction(1, 3) + fractions.Fraction(1, 6))
print(collections.Counter(re.findall(r"\w+", "a b a c b a")).most_common())
print(sum(1 for _ in itertools.permutations(range(8))), struct.pack(">IHb", 1, 2, -3))
def depth(n):
    return n if n == 0 else 1 + depth(n - 1)
sys.setrecursionlimit(20000)
print(depth(15000))
try:
    depth(10**6)
except RecursionError as e:
    print("RecursionError")
== memory
# A large heap is taken and given back, and memory maps of files and of nothing are used.
--
import gc, mmap, os
blocks = [bytearray(1 << 20) for _ in range(100)]
for i, b in enumerate(blocks):
    b[i] = 1
print(sum(sum(b[:200]) for b in blocks))
del blocks
gc.collect()
print(len([{i: str(i)} for i in range(300000)]))
with open("f", "wb") as f:
    f.truncate(1 << 20)
with open("f", "r+b") as f, mmap.mmap(f.fileno(), 0) as m:
    m[4096:4101] = b"hello"
    m.flush()
    m.resize(2 << 20)
    print(m.find(b"hello"), len(m), os.fstat(f.fileno()).st_size)
anon = mmap.mmap(-1, 1 << 16)
pid = os.fork()
if pid == 0:
    anon[0:5] = b"child"
    os._exit(0)
os.waitpid(pid, 0)
print(anon[0:5])
try:
    bytearray(1 << 46)
except MemoryError:
    print("MemoryError")
== subprocess
--
import os, signal, subprocess, sys
run = subprocess.run
print(run(["echo", "one"], capture_output=True, text=True))
print(run("cat; exit 3", shell=True, input="in\n", capture_output=True, text=True))
print(run(["sort", "-r"], input=b"1\n3\n2\n", stdout=subprocess.PIPE).stdout)
p = subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
print(len(p.communicate(b"z" * 1000000)[0]), p.returncode)
a = subprocess.Popen(["seq", "20000"], stdout=subprocess.PIPE)
b = subprocess.Popen(["tail", "-1"], stdin=a.stdout, stdout=subprocess.PIPE)
a.stdout.close()
print(b.communicate()[0], a.wait())
try:
    run(["sleep", "60"], timeout=0.2)
except subprocess.TimeoutExpired as e:
    print("timeout", e.cmd)
for cmd in ["/nothing/here"], ["/etc/passwd"]:
    try:
        run(cmd)
    except OSError as e:
        print(type(e).__name__, e)
p = subprocess.Popen(["sleep", "60"])
p.send_signal(signal.SIGTERM)
print(p.wait())
print(run(["sh", "-c", "echo $X; pwd; ulimit -c"], env={"X": "y", "PATH": os.environ["PATH"]}, cwd="/usr",
    preexec_fn=lambda: __import__("resource").setrlimit(__import__("resource").RLIMIT_CORE, (0, 0)),
    capture_output=True, text=True).stdout)
print(run([sys.executable, "-c", "import sys; print(sys.argv); sys.exit(7)", "a b", ""], capture_output=True, text=True))
print(subprocess.getstatusoutput("echo out; false"), os.system("exit 5"), os.popen("echo p").read())
r, w = os.pipe()
print(run(["sh", "-c", "echo through >&%d" % w], pass_fds=[w]).returncode, os.read(r, 20))
print(len([run(["true"]) for _ in range(50)]))
print(run(["sh", "-c", "ps >/dev/null 2>&1; cut -d' ' -f5 /proc/$$/stat | grep -c ^$$"], start_new_session=True, capture_output=True).returncode)
== fork
# The os module's processes, and a fork in a program with threads.
--
import os, signal, sys, threading, time
def wait(pid):
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
kids = []
for n in range(20):
    pid = os.fork()
    if pid == 0:
        os._exit(n)
    kids.append(pid)
print([wait(pid) for pid in kids])
r, w = os.pipe()
if os.fork() == 0:
    for n in range(1000):
        os.write(w, b"%d\n" % n)
    os._exit(0)
os.close(w)
print(sum(int(line) for line in os.fdopen(r)))
os.wait()
stop = threading.Event()
count = [0]
lock = threading.Lock()
def work():
    while not stop.is_set():
        with lock:
            count[0] += 1
threads = [threading.Thread(target=work) for _ in range(8)]
for t in threads:
    t.start()
codes = []
for n in range(20):
    with lock:
        pid = os.fork()
    if pid == 0:
        print("in the child:", threading.active_count(), sum(range(10000)), flush=True)
        inner = threading.Thread(target=lambda: time.sleep(0.01))
        inner.start()
        inner.join()
        os._exit(n + 1)
    codes.append(wait(pid))
stop.set()
for t in threads:
    t.join()
print(codes, count[0] > 0, threading.active_count())
pid = os.fork()
if pid == 0:
    os.kill(os.getpid(), signal.SIGKILL)
print(wait(pid))
print(os.spawnlp(os.P_WAIT, "sh", "sh", "-c", "exit 9"))
pid = os.posix_spawnp("sh", ["sh", "-c", "echo spawned"], os.environ, file_actions=[(os.POSIX_SPAWN_DUP2, 1, 2)])
print(wait(pid))
pid, fd = os.forkpty()
if pid == 0:
    os.execlp("sh", "sh", "-c", "tty >/dev/null && echo on a terminal; stty size")
out = b""
try:
    while True:
        piece = os.read(fd, 1000)
        if not piece:
            break
        out += piece
except OSError as e:
    print(e)
print(out, wait(pid))
== multiprocessing-fork
limit: 60
--
import multiprocessing as mp, os, time
mp.set_start_method("fork")
def square(x):
    return x * x
def producer(q, n):
    for i in range(n):
        q.put(i)
    q.put(None)
def adder(value, lock, n):
    for _ in range(n):
        with lock:
            value.value += 1
def echo(conn):
    while True:
        m = conn.recv()
        if m is None:
            break
        conn.send(m[::-1])
if __name__ == "__main__":
    with mp.Pool(4) as pool:
        print(sum(pool.map(square, range(1000))), pool.apply(square, (12,)))
        print(sorted(pool.imap_unordered(square, range(10))))
        try:
            pool.apply(int, ("x",))
        except ValueError as e:
            print(e)
    q = mp.Queue()
    p = mp.Process(target=producer, args=(q, 1000))
    p.start()
    print(sum(iter(q.get, None)))
    p.join()
    value, lock = mp.Value("i", 0), mp.Lock()
    ps = [mp.Process(target=adder, args=(value, lock, 200)) for _ in range(5)]
    for p in ps: p.start()
    for p in ps: p.join()
    print(value.value, [p.exitcode for p in ps])
    here, there = mp.Pipe()
    p = mp.Process(target=echo, args=(there,))
    p.start()
    here.send("hello")
    print(here.recv())
    here.send(None)
    p.join()
    with mp.Manager() as m:
        d = m.dict()
        p = mp.Process(target=d.update, args=({"a": 1},))
        p.start(); p.join()
        print(dict(d))
    p = mp.Process(target=time.sleep, args=(100,))
    p.start(); p.terminate(); p.join()
    print(p.exitcode)
    from multiprocessing import shared_memory
    s = shared_memory.SharedMemory(create=True, size=100)
    def put(name):
        t = shared_memory.SharedMemory(name=name)
        t.buf[0] = 42
        t.close()
    p = mp.Process(target=put, args=(s.name,))
    p.start(); p.join()
    print(s.buf[0])
    s.close(); s.unlink()
== multiprocessing-spawn
limit: 90
shell: /bin/sh
--
cat >spawn.py <<'END'
import concurrent.futures, multiprocessing as mp, sys
def square(x):
    return x * x
def put(q, e, n):
    e.wait()
    q.put(n)
if __name__ == "__main__":
    mp.set_start_method(sys.argv[1])
    with mp.Pool(2) as pool:
        print(sum(pool.map(square, range(100))))
    q, e = mp.Queue(), mp.Event()
    ps = [mp.Process(target=put, args=(q, e, n)) for n in range(3)]
    for p in ps: p.start()
    e.set()
    print(sorted(q.get() for _ in ps))
    for p in ps: p.join()
    with concurrent.futures.ProcessPoolExecutor(2) as ex:
        print(list(ex.map(square, range(10))))
END
python3 spawn.py spawn
python3 spawn.py forkserver
== threads
--
import concurrent.futures, queue, threading, time, sys, os
q, done = queue.Queue(10), queue.Queue()
def worker():
    while True:
        n = q.get()
        if n is None:
            return
        done.put(n * 2)
threads = [threading.Thread(target=worker) for _ in range(100)]
for t in threads: t.start()
print(threading.active_count(), len(os.listdir("/proc/self/task")))
for n in range(5000): q.put(n)
for t in threads: q.put(None)
for t in threads: t.join()
while len(os.listdir("/proc/self/task")) > 1: time.sleep(0.01)  # the last is joined before it is gone
print(sum(done.get() for _ in range(5000)), threading.active_count())
with concurrent.futures.ThreadPoolExecutor(20) as ex:
    print(sum(ex.map(lambda n: n + 1, range(1000))))
b = threading.Barrier(50)
local = threading.local()
got = []
def meet(n):
    local.n = n
    b.wait()
    got.append(local.n)
ts = [threading.Thread(target=meet, args=(n,)) for n in range(50)]
for t in ts: t.start()
for t in ts: t.join()
print(sum(got))
c = threading.Condition()
turn = 0
def play(me):
    global turn
    for _ in range(300):
        with c:
            c.wait_for(lambda: turn % 2 == me)
            turn += 1
            c.notify_all()
ts = [threading.Thread(target=play, args=(n,)) for n in range(2)]
for t in ts: t.start()
for t in ts: t.join()
print(turn)
spin = [threading.Thread(target=lambda: sum(i * i for i in range(100000))) for _ in range(4)]
for t in spin: t.start()
for t in spin: t.join()
sem = threading.Semaphore(0)
print(sem.acquire(timeout=0.05))
t = threading.Timer(0.05, sem.release); t.start()
print(sem.acquire(timeout=20))
# Threads that run subprocesses at once.
import subprocess
with concurrent.futures.ThreadPoolExecutor(10) as ex:
    print(sorted(ex.map(lambda n: subprocess.run(["expr", str(n), "+", "1"], capture_output=True).stdout, range(30))))
def die():
    sys.exit(4)
t = threading.Thread(target=die); t.start(); t.join()
print("still here", flush=True)
threading.Thread(target=lambda: (time.sleep(0.1), os._exit(6))).start()
time.sleep(100)
== asyncio
--
import asyncio, os, signal, socket, sys
async def client(path, n):
    r, w = await asyncio.open_unix_connection(path)
    w.write(b"%d\n" % n)
    await w.drain()
    line = await r.readline()
    w.close()
    return int(line)
async def serve(r, w):
    w.write(b"%d\n" % (int(await r.readline()) * 2))
    await w.drain()
    w.close()
async def main():
    server = await asyncio.start_unix_server(serve, "sock")
    print(sum(await asyncio.gather(*(client("sock", n) for n in range(50)))))
    server.close()
    p = await asyncio.create_subprocess_exec("sh", "-c", "read a; echo got $a; exit 2", stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE)
    print(await p.communicate(b"word\n"), p.returncode)
    ps = [await asyncio.create_subprocess_shell("exit %d" % n) for n in range(10)]
    print([await p.wait() for p in ps])
    p = await asyncio.create_subprocess_exec("sleep", "100")
    p.kill()
    print(await p.wait())
    print(await asyncio.to_thread(sum, range(100)))
    try:
        await asyncio.wait_for(asyncio.sleep(100), 0.1)
    except asyncio.TimeoutError:
        print("timeout")
    got = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGUSR1, got.set)
    os.kill(os.getpid(), signal.SIGUSR1)
    await got.wait()
    print("signal")
    a, b = socket.socketpair()
    a.setblocking(False); b.setblocking(False)
    async def pump():
        for _ in range(100): await loop.sock_sendall(a, b"x" * 10000)
        a.close()
    async def drain():
        n = 0
        while piece := await loop.sock_recv(b, 65536): n += len(piece)
        return n
    print((await asyncio.gather(pump(), drain()))[1])
    q = asyncio.Queue(1)
    async def put():
        for n in range(1000): await q.put(n)
    async def get(): return sum([await q.get() for _ in range(1000)])
    print((await asyncio.gather(put(), get()))[1])
asyncio.run(main())
== signals
--
import faulthandler, os, select, signal, sys, time
def handler(n, frame):
    print("got", signal.Signals(n).name)
for s in signal.SIGUSR1, signal.SIGALRM, signal.SIGCHLD:
    signal.signal(s, handler)
os.kill(os.getpid(), signal.SIGUSR1)
signal.setitimer(signal.ITIMER_REAL, 0.05)
signal.pause()
if os.fork() == 0:
    os._exit(0)
os.wait()
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR2])
signal.raise_signal(signal.SIGUSR2)
print(signal.sigpending(), signal.sigwait([signal.SIGUSR2]))
print(signal.sigtimedwait([signal.SIGUSR2], 0.01))
signal.signal(signal.SIGCHLD, signal.SIG_DFL)
r, w = os.pipe()
os.set_blocking(w, False)
signal.set_wakeup_fd(w)
os.kill(os.getpid(), signal.SIGUSR1)
print(select.select([r], [], [], 5)[0] == [r], os.read(r, 10))
signal.set_wakeup_fd(-1)
e = select.epoll()
e.register(r, select.EPOLLIN | select.EPOLLET)
os.write(w, b"a")
print([ev for fd, ev in e.poll(5)], e.poll(0.01))
try:
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(5)
except KeyboardInterrupt:
    print("KeyboardInterrupt")
if os.fork() == 0:
    os.dup2(os.open("/dev/null", os.O_WRONLY), 2)
    faulthandler.enable()
    faulthandler._sigsegv()
print(os.waitstatus_to_exitcode(os.wait()[1]))
sys.stdout.flush()
signal.alarm(0)
os._exit(9)
== files
--
import errno, fcntl, glob, os, pathlib, shutil, stat, tempfile, pwd, grp, platform, sysconfig
p = pathlib.Path("d/e/f")
p.mkdir(parents=True)
for n in range(100): (p / f"{n:03}.txt").write_text(str(n))
print(len(list(pathlib.Path("d").rglob("*.txt"))), sum(int(q.read_text()) for q in p.glob("*.txt")))
shutil.copytree("d", "c"); shutil.make_archive("a", "gztar", "c"); shutil.rmtree("c")
shutil.unpack_archive("a.tar.gz", "u")
print(sorted(os.listdir("u/e/f"))[:3], [len(f) for _, _, f in os.walk("u")])
os.symlink("f", "d/e/link"); os.link("d/e/f/000.txt", "hard")
print(os.readlink("d/e/link"), os.stat("hard").st_nlink, oct(os.stat("d").st_mode), os.path.realpath("d/e/link"))
os.chmod("hard", 0o600); os.utime("hard", (1, 2))
st = os.stat("hard"); print(stat.filemode(st.st_mode), st.st_atime, st.st_mtime)
for f in (lambda: os.rmdir("d"), lambda: os.open("none", 0), lambda: os.mkdir("d"), lambda: os.listdir("hard"), lambda: os.open("d", os.O_WRONLY)):
    try: f()
    except OSError as e: print(errno.errorcode[e.errno], e.filename)
with tempfile.TemporaryDirectory() as t, open(os.path.join(t, "x"), "w") as f:
    fcntl.flock(f, fcntl.LOCK_EX); fcntl.lockf(f, fcntl.LOCK_EX)
    print(fcntl.fcntl(f, fcntl.F_GETFL) & os.O_ACCMODE, f.writable())
print(os.path.exists(t), pwd.getpwuid(0).pw_name, grp.getgrgid(0).gr_name, os.uname().sysname, platform.machine())
print(os.get_terminal_size(1) if os.isatty(1) else "no terminal", len(os.urandom(10)), os.getloadavg() is not None)
fd = os.open("hard", os.O_RDWR); os.posix_fallocate(fd, 0, 10000); print(os.fstat(fd).st_size)
print(os.pwritev(fd, [b"ab", b"cd"], 5), os.pread(fd, 6, 4), os.sendfile(os.open("copy", os.O_CREAT | os.O_WRONLY), fd, 0, 100))
print(os.copy_file_range(fd, os.open("copy2", os.O_CREAT | os.O_WRONLY), 50), os.memfd_create("m") > 0)
os.setxattr("hard", "user.a", b"v") if hasattr(os, "setxattr") and os.environ.get("XATTR") else None
print(os.sched_getaffinity(0) != set(), os.cpu_count() > 0, os.getpriority(os.PRIO_PROCESS, 0), os.nice(1))
print(os.access("hard", os.X_OK), shutil.disk_usage("/").total >= 0, shutil.which("sh"))
== sockets
# Without a network: pairs and names of AF_UNIX, descriptors sent along, select, poll, epoll.
--
import array, os, selectors, socket, socketserver, struct, threading
a, b = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
a.send(b"one"); a.send(b"two"); print(b.recv(100), b.recv(100))
with open("f", "w+") as f:
    f.write("sent along"); f.flush()
    socket.send_fds(a, [b"x"], [f.fileno()])
msg, fds, flags, addr = socket.recv_fds(b, 10, 1)
print(msg, os.pread(fds[0], 100, 0))
print(struct.unpack("3i", a.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[1:])
class H(socketserver.StreamRequestHandler):
    def handle(self):
        for line in self.rfile: self.wfile.write(line.upper())
for cls in socketserver.ThreadingUnixStreamServer, socketserver.UnixStreamServer:
    name = cls.__name__
    with cls(name, H) as s:
        t = threading.Thread(target=s.serve_forever); t.start()
        for n in range(10):
            with socket.socket(socket.AF_UNIX) as c:
                c.connect(name); c.sendall(b"line %d\n" % n); c.shutdown(socket.SHUT_WR)
                got = b""
                while piece := c.recv(100): got += piece
        print(name, got); s.shutdown(); t.join()
d = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); d.bind("\0abstract")
e = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); e.bind("named"); e.sendto(b"dgram", "\0abstract")
print(d.recvfrom(100))
sel = selectors.DefaultSelector(); print(type(sel).__name__)
sel.register(d, selectors.EVENT_READ, "d"); e.sendto(b"again", "\0abstract")
print([(k.data, m) for k, m in sel.select(5)])
a.settimeout(0.05)
try: a.recv(1)
except TimeoutError as x: print(x)
for f in (lambda: socket.socket(socket.AF_UNIX).connect("none"), lambda: socket.socket(socket.AF_UNIX).connect("f"), lambda: e.bind("twice")):
    try: f()
    except OSError as x: print(x)
