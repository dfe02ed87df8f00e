# strace: other programs' system calls, with ptrace(2)
program: strace
packages: strace perl-base
memory: 384M

== calls
--
printf 'one\ntwo\n' >f
strace -o log -e trace=openat,read,write,close,exit_group cat f nosuch
echo status $?
grep -v -e ld.so.cache -e 'ELF' log
strace -o log -e trace=file sh -c 'echo x >/none/y; cd /nosuch; test -e f'
grep -e none -e nosuch -e '"f"' -e exited log | grep -v execve
== count
--
strace -o log -c -U calls,errors,name -S name cat /etc/passwd >/dev/null
grep -v -e brk -e mmap -e total log
strace -o log -f -c -U calls,errors,name -S name sh -c 'cat /etc/passwd; cat /etc/passwd' >/dev/null
grep -e execve -e exit_group -e fork -e clone log
== children
--
strace -o log -ff -e trace=execve,dup2,pipe2,pipe,exit_group sh -c 'echo a | cat | wc -c; (exit 3); exit 4'
echo status $?
cat log.* | sed 's/0x[0-9a-f]*/0x/g; s/, [0-9]* vars/, N vars/; s/si_pid=[0-9]*/si_pid=N/; s/si_[us]time=[0-9]*[^,}]*/T/g' | sort
== perl
--
strace -o log -f -e trace=fork,vfork,clone,clone3,execve,wait4,kill perl -e '
my $p = fork; if (!$p) { sleep 100; exit 1 } kill "TERM", $p; waitpid $p, 0; print $? & 127, "\n"; system("true"); print "$?\n"'
sed 's/^[0-9]* *//' log | grep -o -e '^clone' -e '^vfork' -e '^execve("[^"]*"' -e '^kill' -e 'WIFSIGNALED.*SIGTERM' -e 'WIFEXITED.*== [0-9]*' -e '^--- SIG[A-Z]*' -e '^+++ .*' | sort | uniq -c
== signals
--
strace -o log -e trace=none -e signal=all sh -c 'trap "echo caught" USR1; kill -USR1 $$; kill -WINCH $$; kill -TERM $$; echo never'
echo status $?
sed 's/si_pid=[0-9]*/si_pid=N/' log
strace -o log -e trace=none sh -c 'kill -KILL $$'
echo status $?
cat log
== stops
--
cat >child.sh <<'END'
kill -STOP $$
echo went on
END
strace -o log -e trace=write sh child.sh &
while ! grep -q 'stopped by SIGSTOP' log 2>/dev/null; do sleep 0.05; done
kill -CONT $(sed -n 's/^State.*//p; s/^Pid:\t//p' /proc/$(ps_child() { for s in /proc/[0-9]*/stat; do read -r pid name state ppid rest <$s; [ "$ppid" = "$1" ] && echo $pid; done; }; ps_child $!)/status)
wait $!
echo status $?
sed 's/si_pid=[0-9]*/si_pid=N/' log
== tampering
--
echo text >f
strace -o log -e trace=openat -e inject=openat:error=EACCES:when=3 cat f
echo status $?
strace -o log -e trace=getuid,geteuid -e inject=geteuid:retval=1234 perl -e 'print "$< $>\n"'
strace -o log -e trace=write -e inject=write:signal=TERM:when=1 cat f
echo status $?
tail -1 log
strace -o log -e trace=unlink,unlinkat -e inject=unlink,unlinkat:retval=0 rm f
ls f
== attach
--
mkfifo in
cat in >out &
pid=$!
exec 3>in
strace -o log -e trace=read,write -p $pid 2>said 3>&- &
tracer=$!
while ! grep -q 'attached' said; do sleep 0.05; done
grep TracerPid /proc/$pid/status | grep -c "	$tracer"
echo hello >&3
exec 3>&-
wait $pid
echo status $?
wait $tracer
cat out
grep -v '^read(3, *<unfinished' log | sed 's/^read(3, 0x[^ ]* .*resumed/resumed/'
== detach
--
sh -c 'trap "exit 9" USR1; while :; do sleep 0.05; done' &
pid=$!
timeout -s INT 1 strace -o log -f -p $pid 2>/dev/null
grep -q nanosleep log && echo traced
grep -c TracerPid:.0 /proc/$pid/status
kill -USR1 $pid
wait $pid
echo status $?
== way
--
strace -o log -y -e trace=read,lseek,dup sh -c 'read x </etc/hostname' && grep -c '</etc/hostname>' log
strace -o log -k -e trace=exit_group true 2>&1 | head -1
strace -qq -o '|cat >piped' -e trace=exit_group sh -c 'exit 7'
echo status $?
cat piped
