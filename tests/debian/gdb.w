# gdb: breakpoints, watchpoints, steps, stacks, threads and children of compiled programs
program: gdb
packages: gdb gcc libc6-dev
memory: 768M
limit: 60

== program
--
cat >p.c <<'END'
#include <stdio.h>
struct point { int x, y; const char *name; };
static int calls;
static int sum(const struct point *p, int depth)
{
	calls++;
	if (depth == 0)
		return p->x + p->y;
	return sum(p, depth - 1) + 1;
}
int main(int argc, char **argv)
{
	struct point p = { 3, 4, "here" };
	double d = 1.5;
	int r = sum(&p, 3);
	d *= r;
	printf("%d %s %g %d\n", r, p.name, d, argc);
	fflush(stdout);
	return r;
}
END
gcc -g -O0 -o p p.c
cat >cmds <<'END'
break sum if depth == 0
run one two
bt
print *p
print p->name
up
info locals
finish
tbreak 17
continue
next
print d
set var r = 42
print $_exitcode
info symbol main
print sum(&p, 2)
print calls
call (int)puts("called")
next
next
continue
print $_exitcode
END
gdb -nx -q --batch -x cmds ./p 2>&1 | sed 's/0x[0-9a-f]*/0x/g; s/process [0-9]*/process N/g; s/LWP [0-9]*/LWP N/g'
== steps
--
cat >s.c <<'END'
#include <unistd.h>
volatile int cell;
int twice(int n)
{
	int i;
	for (i = 0; i < 3; i++)
		n += i;
	cell = n;
	return n;
}
int main(void)
{
	int a = twice(1);
	a += getppid() > 0;
	cell = a;
	return a;
}
END
gcc -g -O0 -o s s.c
cat >cmds <<'END'
set can-use-hw-watchpoints 0
start
step
step
next
print n
until 8
print i
watch cell
continue
continue
delete
stepi
stepi
x/i $pc
info registers rax
disassemble twice
kill
END
gdb -nx -q --batch -x cmds ./s 2>&1 | sed 's/0x[0-9a-f]*/0x/g; s/process [0-9]*/process N/g; s/LWP [0-9]*/LWP N/g'
== signals
--
cat >g.c <<'END'
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
static void on(int s) { printf("handler %d\n", s); fflush(stdout); }
int main(void)
{
	signal(SIGUSR1, on);
	raise(SIGUSR1);
	raise(SIGUSR1);
	int *p = NULL;
	return *p;
}
END
gcc -g -O0 -o g g.c
cat >cmds <<'END'
handle SIGUSR1 stop print pass
run
signal 0
bt 1
continue
print $_siginfo.si_signo
print p
print *p
continue
END
gdb -nx -q --batch -x cmds ./g 2>&1 | grep -v -e raise -e pthread -e '\.c: No such' | sed 's/0x[0-9a-f]*/0x/g; s/process [0-9]*/process N/g; s/LWP [0-9]*/LWP N/g'
== children
--
cat >c.c <<'END'
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>
int main(int argc, char **argv)
{
	int status;
	if (argc > 1)
		return 5;
	pid_t pid = fork();
	if (pid == 0)
		execl(argv[0], argv[0], "child", NULL);
	waitpid(pid, &status, 0);
	return status >> 8;
}
END
gcc -g -O0 -o c c.c
for mode in parent child; do
	printf '%s\n' "set follow-fork-mode $mode" 'catch fork' 'catch exec' run 'bt 1' continue 'print argc' continue continue 'print $_exitcode' >cmds
	gdb -nx -q --batch -x cmds ./c 2>&1 | grep -v -e '__libc_fork' -e '_Fork' -e '^#' -e 'fork.c' | sed 's/0x[0-9a-f]*/0x/g; s/process [0-9]*/process N/g; s/LWP [0-9]*/LWP N/g'
done
== threads
--
cat >t.c <<'END'
#include <pthread.h>
#include <stdio.h>
static int total;
static void *work(void *arg)
{
	__atomic_add_fetch(&total, *(int *)arg, __ATOMIC_SEQ_CST);
	return NULL;
}
int main(void)
{
	pthread_t t[3];
	int n[3] = { 1, 10, 100 };
	for (int i = 0; i < 3; i++) {
		pthread_create(&t[i], NULL, work, &n[i]);
		pthread_join(t[i], NULL);
	}
	printf("%d\n", total);
	return 0;
}
END
gcc -g -O0 -pthread -o t t.c
printf '%s\n' 'break work' run 'print *(int *)arg' 'info threads' 'print total' continue 'print *(int *)arg' 'thread apply all print total' continue 'delete' continue >cmds
gdb -nx -q --batch -x cmds ./t 2>&1 | sed 's/0x[0-9a-f]*/0x/g; s/process [0-9]*/process N/g; s/LWP [0-9]*/LWP N/g; s/  */ /g' | grep -v -e futex -e '__pthread' -e clone3 -e 'exited.$'
== attach
--
cat >a.c <<'END'
#include <unistd.h>
volatile int go;
int main(void)
{
	while (!go)
		usleep(10000);
	return go;
}
END
gcc -g -O0 -o a a.c
./a &
gdb -nx -q --batch -ex 'print go' -ex 'set var go = 6' -ex detach -p $! 2>&1 | grep -F '$1'
wait $!
echo status $?
printf '%s\n' 'catch syscall getppid' run 'continue' 'continue' >cmds
printf '#include <unistd.h>\nint main(void) { return getppid() < 0; }\n' >y.c
gcc -g -o y y.c
gdb -nx -q --batch -x cmds ./y 2>&1 | sed 's/0x[0-9a-f]*/0x/g; s/process [0-9]*/process N/g; s/LWP [0-9]*/LWP N/g'
== watch
--
cat >w.c <<'EOF'
#include <stdio.h>
#include <string.h>
#include <unistd.h>
static int cell, other;
static char text[16];
static int look(void) { return cell; }
static void change(int n)
{
	other = n;
	cell = n;
}
int main(void)
{
	change(1);
	other = look();
	change(2);
	int p[2];
	if (pipe(p) < 0 || write(p[1], "abcd", 4) != 4 || read(p[0], text, 4) != 4)
		return 1;
	text[1] = 'x';
	if (fork() == 0)
		_exit(cell = 9);
	for (int i = 0; i < 1000; i++)
		cell = 2;
	change(3);
	return 0;
}
EOF
gcc -g -O0 -o w w.c
cat >cmds <<'EOF'
start
watch cell
rwatch other
continue
bt
continue
continue
delete
watch text[1]
continue
print text
delete
watch cell if cell == 3
continue
bt
delete
hbreak look
awatch text[2]
info watchpoints
kill
run
continue
EOF
gdb -nx -q --batch -x cmds ./w 2>&1 | sed 's/0x[0-9a-f]*/0x/g; s/process [0-9]*/process N/g; s/LWP [0-9]*/LWP N/g'
