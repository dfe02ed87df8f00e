# scale: many processes of bash, and many threads of python3, at once
program: scale
packages: bash python3
memory: 512M
limit: 60
shell: /bin/bash

== bash-processes
# 500 of bash live at once: all have begun before one may end.
--
mkfifo go
exec 3<>go
for ((i = 0; i < 500; i++)); do
	bash -c 'echo ready; read -r n; echo "$1"' bash $i <go 3>&- >out.$i &
done
until [ "$(cat out.* | grep -c ready)" = 500 ]; do sleep 0.3; done
ls -d /proc/[0-9]* | wc -l | { read -r n; echo $((n >= 500)); }
exec 3>&-
wait
cat out.* | grep -v ready | sort -n | md5sum
jobs | wc -l
== bash-subshells
# 500 forks of one bash at once, which exec nothing.
--
for ((i = 0; i < 500; i++)); do
	( a[$i]=$i; read -r x < <(echo $i); echo $((x + a[i])) ) &
done | awk '{ s += $1 } END { print s, NR }'
== bash-pipeline
# A pipeline of 200 processes.
--
p=cat
for ((i = 0; i < 199; i++)); do p="$p | cat"; done
seq 10000 | eval "$p" | md5sum
== python-threads
--
python3 -c '
import os, threading, time
n = 100
barrier, stop = threading.Barrier(n + 1), threading.Event()
total, lock = [0], threading.Lock()
def work(me):
    barrier.wait()
    stop.wait()
    for _ in range(100):
        with lock:
            total[0] += me
threads = [threading.Thread(target=work, args=(me,)) for me in range(n)]
for t in threads: t.start()
barrier.wait()
print(len(os.listdir("/proc/self/task")), open("/proc/self/status").read().split("Threads:")[1].split()[0])
pids = []
for code in range(10):
    pid = os.fork()
    if pid == 0:
        print(len(os.listdir("/proc/self/task")), flush=True)
        os._exit(code)
    pids.append(os.waitpid(pid, 0)[1] >> 8)
print(pids)
stop.set()
for t in threads: t.join()
while len(os.listdir("/proc/self/task")) > 1: time.sleep(0.01)  # the last is joined before it is gone
print(total[0])
' </dev/null
