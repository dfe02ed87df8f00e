# gcc: compile, link and run programs in C; threads, signals, sanitizers left out (they reserve terabytes)
program: gcc
packages: gcc libc6-dev make
memory: 512M
limit: 60

== hello
--
cat >a.c <<'END'
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
static int compare(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }
int main(int argc, char **argv)
{
	int n[1000];
	for (int i = 0; i < 1000; i++) n[i] = (i * 7919) % 1000;
	qsort(n, 1000, sizeof n[0], compare);
	printf("%s %d %d %.6f %d\n", argv[1], n[0], n[999], sqrt(2), argc);
	return 3;
}
END
for flags in '' -O2 '-O3 -flto' '-Os -static' '-no-pie -g' '-static-pie -O1' '-O2 -march=x86-64-v2 -pipe'; do
	gcc -Wall $flags a.c -o a -lm && ./a "[$flags]"; echo $?
done
gcc -E a.c | wc -l; gcc -S -O1 a.c && grep -c call a.s; gcc -c a.c && nm a.o | tail -3; size a.o | tail -1
== errors
--
printf 'int main(void) { return x; }\n' >e.c; gcc e.c; echo $?
printf 'int f(void); int main(void) { return f(); }\n' >u.c; gcc u.c 2>&1 | sed 's|/tmp/cc[A-Za-z0-9]*|OBJ|'; echo $?
printf 'int main(void) { int u; return u; }\n' | gcc -Wall -Werror -O2 -x c - ; echo $?
gcc none.c; echo $?; gcc; echo $?; gcc -dumpversion; gcc -dumpmachine
== library
# A shared library of our own: dlopen, preload, constructors; an archive.
--
cat >l.c <<'END'
#include <stdio.h>
__thread int tls = 5;
__attribute__((constructor)) static void in(void) { puts("constructor"); }
__attribute__((destructor)) static void out(void) { puts("destructor"); }
int answer(void) { return 37 + tls; }
END
cat >m.c <<'END'
#include <dlfcn.h>
#include <stdio.h>
int main(void)
{
	void *h = dlopen("./l.so", RTLD_NOW);
	int (*f)(void) = (int (*)(void))dlsym(h, "answer");
	printf("%d\n", f());
	printf("%d\n", dlclose(h));
	h = dlopen("./none.so", RTLD_NOW);
	printf("%s\n", dlerror());
	return 0;
}
END
gcc -shared -fPIC l.c -o l.so && gcc m.c -o m && ./m
LD_PRELOAD=./l.so cat /dev/null
printf 'int answer(void); int main(void) { return answer(); }' >u.c
gcc u.c ./l.so -o u && ./u; echo $?
gcc u.c -L. -l:l.so -Wl,-rpath,. -o u && ./u; echo $?; mv l.so k.so; ./u; echo $?
gcc -c l.c && ar rcs libl.a l.o && gcc u.c libl.a -o u && ./u; echo $?; ar t libl.a; ldd u | sed 's/ (.*//' | tail -2
== threads-and-signals
--
cat >t.c <<'END'
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>
static pthread_mutex_t m = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t b;
static atomic_int total;
static __thread int mine;
static sem_t sem;
static void *work(void *arg)
{
	mine = (int)(long)arg;
	pthread_barrier_wait(&b);
	for (int i = 0; i < 1000; i++) { pthread_mutex_lock(&m); total += mine; pthread_mutex_unlock(&m); }
	return (void *)(long)mine;
}
static void cleanup(void *arg) { puts(arg); }
static void *cancelled(void *arg) { pthread_cleanup_push(cleanup, "cleaned"); sem_post(&sem); pause(); pthread_cleanup_pop(0); return arg; }
static sigjmp_buf jump;
static void segv(int n, siginfo_t *i, void *c) { (void)c; printf("signal %d code %d at %p\n", n, i->si_code, i->si_addr); fflush(stdout); siglongjmp(jump, 1); }
static int deep(int n) { char big[4096]; memset(big, n, sizeof big); return n + deep(n + 1) + big[7]; }
static ucontext_t here, there;
static void other(void) { puts("other context"); swapcontext(&there, &here); }
static void timer(union sigval v) { printf("timer %d\n", v.sival_int); sem_post(&sem); }
int main(void)
{
	pthread_t t[64];
	void *r;
	long sum = 0;
	sem_init(&sem, 0, 0);
	pthread_barrier_init(&b, NULL, 64);
	for (long i = 0; i < 64; i++) if (pthread_create(&t[i], NULL, work, (void *)i)) abort();
	for (int i = 0; i < 64; i++) { pthread_join(t[i], &r); sum += (long)r; }
	printf("%d %ld\n", total, sum);
	pthread_create(&t[0], NULL, cancelled, NULL); sem_wait(&sem); pthread_cancel(t[0]); pthread_join(t[0], &r); printf("%d\n", r == PTHREAD_CANCELED);
	stack_t ss = { .ss_sp = malloc(65536), .ss_size = 65536 }; sigaltstack(&ss, NULL);
	struct sigaction sa = { .sa_sigaction = segv, .sa_flags = SA_SIGINFO | SA_ONSTACK }; sigaction(SIGSEGV, &sa, NULL); sigaction(SIGFPE, &sa, NULL); sigaction(SIGBUS, &sa, NULL);
	if (!sigsetjmp(jump, 1)) *(volatile int *)0x10 = 1;
	sa.sa_flags |= SA_SIGINFO;
	if (!sigsetjmp(jump, 1)) { volatile char *p = mmap((void *)0, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0); printf("%d\n", p[5]); fflush(stdout); mprotect((void *)p, 4096, PROT_NONE); munmap((void *)p, 4096); }
	signal(SIGSEGV, SIG_DFL);
	getcontext(&there); there.uc_stack.ss_sp = malloc(65536); there.uc_stack.ss_size = 65536; makecontext(&there, other, 0); swapcontext(&here, &there); puts("back");
	timer_t id; struct sigevent ev = { .sigev_notify = SIGEV_THREAD, .sigev_notify_function = timer, .sigev_value.sival_int = 9 };
	timer_create(CLOCK_MONOTONIC, &ev, &id); timer_settime(id, 0, &(struct itimerspec){ .it_value.tv_nsec = 20000000 }, NULL); sem_wait(&sem); timer_delete(id);
	fflush(stdout);
	int st; pid_t pid = fork();
	if (pid == 0) { printf("%d\n", deep(0)); _exit(0); }
	waitpid(pid, &st, 0); printf("%d %s\n", WIFSIGNALED(st), strsignal(WTERMSIG(st)));
	fflush(stdout);
	if (fork() == 0) { volatile int z = 0; signal(SIGFPE, SIG_DFL); printf("%d", 1 / z); _exit(0); }
	wait(&st); printf("%s\n", strsignal(WTERMSIG(st)));
	fflush(stdout);
	if (fork() == 0) { char *p = malloc(10); free(p); fclose(stderr); free(p); _exit(0); }
	wait(&st); printf("%s\n", strsignal(WTERMSIG(st)));
	cpu_set_t set; printf("%d %d\n", sched_getaffinity(0, sizeof set, &set), CPU_COUNT(&set) >= 1);
	return 0;
}
END
gcc -O1 -w -pthread t.c -o t && ./t; echo $?; gcc -O1 -w -pthread -static t.c -o t && ./t | tail -3; echo $?
== make
limit: 90
--
for i in $(seq 20); do printf 'int f%d(int x) { return x + %d; }\n' $i $i >f$i.c; done
{ for i in $(seq 20); do echo "int f$i(int);"; done; echo '#include <stdio.h>'; echo 'int main(void) { int x = 0;'; for i in $(seq 20); do echo "x = f$i(x);"; done; echo 'printf("%d", x); return 0; }'; } >main.c
cat >Makefile <<'END'
OBJ := $(patsubst %.c,%.o,$(wildcard *.c))
prog: $(OBJ)
	@$(CC) -o $@ $^
%.o: %.c
	@$(CC) -O2 -c -MMD $< -o $@
-include $(OBJ:.o=.d)
END
make -j4 && ./prog && make && touch f3.c && make -n
