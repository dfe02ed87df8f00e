/* System V IPC: shared memory, semaphores, message queues.  Every test removes what it makes. */
#include "harness.h"

#include <sched.h>
#include <sys/mman.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>

#define KEY 0x666c6174

/* --- shared memory --- */

static unsigned long attached(int id)
{
	struct shmid_ds ds;

	CHECK_OK(shmctl(id, IPC_STAT, &ds));
	return ds.shm_nattch;
}

TEST(memory_is_shared)
{
	int id = shmget(IPC_PRIVATE, 10000, IPC_CREAT | 0600);
	char *p, *q;

	CHECK_OK(id);
	CHECK_EQ(attached(id), 0);
	p = shmat(id, NULL, 0);
	CHECK(p != (void *)-1);
	CHECK_EQ(p[9999], 0);
	CHECK_EQ(attached(id), 1);
	q = shmat(id, NULL, SHM_RDONLY);
	CHECK(q != (void *)-1 && q != p);
	CHECK_EQ(attached(id), 2);
	CHECK_EXITED(CHILD(p[0] = 7; p[9999] = 8; CHECK_EQ(attached(id), 4)), 0);
	CHECK_EQ(attached(id), 2);
	CHECK_EQ(q[0] + q[9999], 15);
	CHECK_OK(shmdt(q));
	CHECK_ERR(shmdt(q), EINVAL);
	CHECK_ERR(shmdt(p + 1), EINVAL);
	CHECK_EQ(attached(id), 1);
	CHECK_EXITED(CHILD(execl("/bin/true", "true", NULL)), 0);
	CHECK_EQ(attached(id), 1);
	CHECK_OK(shmdt(p));
	CHECK_OK(shmctl(id, IPC_RMID, NULL));
	CHECK_ERR(shmctl(id, IPC_RMID, NULL), EINVAL);
	CHECK_EQ((long)shmat(id, NULL, 0), -1);
	CHECK_EQ(errno, EINVAL);
}

TEST(read_only_attachment)
{
	int id = shmget(IPC_PRIVATE, PAGE, 0600);
	volatile char *p = shmat(id, NULL, SHM_RDONLY);

	CHECK_SIGNALED(CHILD(p[0] = 1), SIGSEGV);
	CHECK_OK(shmctl(id, IPC_RMID, NULL));
}

/* A removed segment lives until the last one has let go of it. */
TEST(removed_memory_stays_while_attached)
{
	int id = shmget(KEY, PAGE, IPC_CREAT | IPC_EXCL | 0600), other;
	struct shmid_ds ds;
	char *p = shmat(id, NULL, 0), *q;

	CHECK_OK(shmctl(id, IPC_RMID, NULL));
	CHECK_OK(shmctl(id, IPC_STAT, &ds));
	CHECK_EQ(ds.shm_perm.mode, SHM_DEST | 0600);
	CHECK_EQ(ds.shm_perm.__key, 0);
	CHECK_ERR(shmget(KEY, PAGE, 0), ENOENT);
	other = shmget(KEY, PAGE, IPC_CREAT | IPC_EXCL | 0600);
	CHECK(other >= 0 && other != id);
	p[5] = 5;
	q = shmat(id, NULL, 0);
	CHECK(q != (void *)-1);
	CHECK_EQ(q[5], 5);
	CHECK_OK(shmdt(p));
	CHECK_OK(shmdt(q));
	CHECK_ERR(shmctl(id, IPC_STAT, &ds), EINVAL);
	CHECK_OK(shmctl(other, IPC_RMID, NULL));
}

TEST(errors_of_shared_memory)
{
	int id = shmget(KEY, 5000, IPC_CREAT | IPC_EXCL | 0600);
	char *p;

	CHECK_OK(id);
	CHECK_ERR(shmget(KEY, 5000, IPC_CREAT | IPC_EXCL | 0600), EEXIST);
	CHECK_EQ(shmget(KEY, 0, 0), id);
	CHECK_EQ(shmget(KEY, 5000, IPC_CREAT), id);
	CHECK_ERR(shmget(KEY, 5001, 0), EINVAL);
	CHECK_ERR(shmget(KEY + 1, PAGE, 0600), ENOENT);
	CHECK_ERR(shmget(IPC_PRIVATE, 0, 0600), EINVAL);
	CHECK_ERR(shmctl(-1, IPC_RMID, NULL), EINVAL);
	CHECK_ERR(shmctl(id, 77, NULL), EINVAL);
	CHECK_ERR(shmctl(id, IPC_STAT, (void *)8), EFAULT);
	CHECK_ERR((long)shmat(id, (void *)0x12345, 0), EINVAL);
	CHECK_ERR((long)shmat(id, NULL, SHM_REMAP), EINVAL);
	CHECK_ERR((long)shmat(12345678, NULL, 0), EINVAL);
	p = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK_ERR((long)shmat(id, p, 0), EINVAL);
	CHECK((char *)shmat(id, p + 100, SHM_RND | SHM_REMAP) == p);
	CHECK_OK(shmdt(p));
	CHECK((char *)shmat(id, p, 0) == p);
	CHECK_OK(munmap(p, PAGE));
	CHECK_OK(shmdt(p));
	CHECK_EQ(attached(id), 0);
	CHECK_EXITED(CHILD({
			     CHECK_OK(syscall(SYS_setresuid, 1000, 1000, 1000));
			     CHECK_ERR(shmget(KEY, 0, 0400), EACCES);
			     CHECK_EQ(shmget(KEY, 0, 0), id);
			     CHECK_ERR((long)shmat(id, NULL, SHM_RDONLY), EACCES);
			     CHECK_ERR(shmctl(id, IPC_RMID, NULL), EPERM);
			     CHECK_ERR(shmctl(id, SHM_LOCK, NULL), EPERM);
		     }),
		     0);
	CHECK_OK(shmctl(id, SHM_LOCK, NULL));
	CHECK_OK(shmctl(id, SHM_UNLOCK, NULL));
	CHECK_OK(shmctl(id, IPC_RMID, NULL));
}

TEST(owner_and_mode_are_changed)
{
	int id = shmget(IPC_PRIVATE, PAGE, 0640);
	struct shmid_ds ds;

	CHECK_OK(shmctl(id, IPC_STAT, &ds));
	CHECK_EQ(ds.shm_segsz, PAGE);
	CHECK_EQ(ds.shm_cpid, getpid());
	CHECK_EQ(ds.shm_lpid, 0);
	CHECK_EQ(ds.shm_atime, 0);
	CHECK(ds.shm_ctime > 1000000000);
	ds.shm_perm.uid = 1000;
	ds.shm_perm.mode = 0204;
	CHECK_OK(shmctl(id, IPC_SET, &ds));
	CHECK_OK(shmctl(id, IPC_STAT, &ds));
	CHECK_EQ(ds.shm_perm.uid, 1000);
	CHECK_EQ(ds.shm_perm.cuid, 0);
	CHECK_EQ(ds.shm_perm.mode, 0204);
	CHECK_EXITED(CHILD({
			     CHECK_OK(syscall(SYS_setresuid, 1000, 1000, 1000));
			     CHECK_ERR((long)shmat(id, NULL, SHM_RDONLY), EACCES);
			     CHECK_OK(shmctl(id, IPC_RMID, NULL));
		     }),
		     0);
	CHECK_ERR(shmctl(id, IPC_STAT, &ds), EINVAL);
}

/* --- semaphores --- */

static long change(int id, int number, int by, int flags)
{
	struct sembuf op = { (unsigned short)number, (short)by, (short)flags };

	return semop(id, &op, 1);
}

TEST(values_of_semaphores)
{
	int id = semget(IPC_PRIVATE, 3, 0600);
	unsigned short values[3] = { 1, 2, 3 };
	struct semid_ds ds;

	CHECK_OK(id);
	CHECK_EQ(semctl(id, 0, GETVAL), 0);
	CHECK_EQ(semctl(id, 0, GETPID), 0);
	CHECK_OK(semctl(id, 0, SETALL, values));
	CHECK_EQ(semctl(id, 2, GETVAL), 3);
	CHECK_OK(semctl(id, 1, SETVAL, 9));
	CHECK_EQ(semctl(id, 1, GETPID), getpid());
	CHECK_OK(semctl(id, 0, GETALL, values));
	CHECK_EQ(values[0] * 100 + values[1] * 10 + values[2], 193);
	CHECK_ERR(semctl(id, 3, GETVAL), EINVAL);
	CHECK_ERR(semctl(id, 0, SETVAL, 32768), ERANGE);
	CHECK_ERR(semctl(id, 0, SETVAL, -1), ERANGE);
	CHECK_ERR(change(id, 1, 32767, 0), ERANGE);
	CHECK_ERR(change(id, 3, 1, 0), EFBIG);
	CHECK_ERR(change(id, 0, -2, IPC_NOWAIT), EAGAIN);
	CHECK_ERR(change(id, 0, 0, IPC_NOWAIT), EAGAIN);
	CHECK_OK(change(id, 0, -1, 0));
	CHECK_OK(change(id, 0, 0, 0));
	CHECK_OK(semctl(id, 0, IPC_STAT, &ds));
	CHECK_EQ(ds.sem_nsems, 3);
	CHECK(ds.sem_otime > 1000000000);
	CHECK_ERR(semget(IPC_PRIVATE, 0, 0600), EINVAL);
	CHECK_ERR(semget(IPC_PRIVATE, 40000, 0600), EINVAL);
	CHECK_ERR(semop(id, NULL, 0), EINVAL);
	CHECK_ERR(semop(id, NULL, 1), EFAULT);
	CHECK_ERR(semop(id, NULL, 501), E2BIG);
	CHECK_OK(semctl(id, 0, IPC_RMID));
	CHECK_ERR(semctl(id, 0, GETVAL), EINVAL);
	CHECK_ERR(change(id, 0, 1, 0), EINVAL);
}

/* Several operations happen together or not at all. */
TEST(operations_are_atomic)
{
	int id = semget(IPC_PRIVATE, 2, 0600);
	struct sembuf both[] = { { 0, -1, 0 }, { 1, -1, 0 }, { 0, 2, 0 } };
	struct sembuf tries[] = { { 0, 1, 0 }, { 1, -1, IPC_NOWAIT } };
	pid_t pid;

	CHECK_OK(semctl(id, 0, SETVAL, 1));
	CHECK_ERR(semop(id, tries, 2), EAGAIN);
	CHECK_EQ(semctl(id, 0, GETVAL), 1);
	pid = CHILD(CHECK_OK(semop(id, both, 3)));
	while (semctl(id, 1, GETNCNT) != 1)
		sleep_ms(1);
	CHECK_EQ(semctl(id, 0, GETNCNT), 0);
	CHECK_EQ(semctl(id, 0, GETVAL), 1);
	CHECK_OK(change(id, 1, 1, 0));
	CHECK_EXITED(pid, 0);
	CHECK_EQ(semctl(id, 0, GETVAL), 2);
	CHECK_EQ(semctl(id, 1, GETVAL), 0);
	pid = CHILD(CHECK_OK(change(id, 0, 0, 0)));
	while (semctl(id, 0, GETZCNT) != 1)
		sleep_ms(1);
	CHECK_OK(change(id, 0, -2, 0));
	CHECK_EXITED(pid, 0);
	CHECK_OK(semctl(id, 0, IPC_RMID));
}

TEST(undo_at_the_end)
{
	int id = semget(IPC_PRIVATE, 2, 0600);

	CHECK_OK(semctl(id, 0, SETVAL, 5));
	CHECK_EXITED(CHILD(CHECK_OK(change(id, 0, -3, SEM_UNDO));
			   CHECK_OK(change(id, 1, 1, SEM_UNDO));
			   CHECK_EQ(semctl(id, 0, GETVAL), 2)),
		     0);
	CHECK_EQ(semctl(id, 0, GETVAL), 5);
	CHECK_EQ(semctl(id, 1, GETVAL), 0);
	CHECK_SIGNALED(CHILD(CHECK_OK(change(id, 0, -1, SEM_UNDO)); raise(SIGKILL)), SIGKILL);
	CHECK_EQ(semctl(id, 0, GETVAL), 5);
	/* A value that is set is not undone; a child of its own undoes nothing of its parent's. */
	CHECK_EXITED(CHILD({
			     CHECK_OK(change(id, 0, -1, SEM_UNDO));
			     CHECK_EXITED(CHILD(CHECK_EQ(semctl(id, 0, GETVAL), 4)), 0);
			     CHECK_EQ(semctl(id, 0, GETVAL), 4);
			     CHECK_OK(semctl(id, 0, SETVAL, 9));
		     }),
		     0);
	CHECK_EQ(semctl(id, 0, GETVAL), 9);
	CHECK_EXITED(CHILD(CHECK_OK(change(id, 0, 1, SEM_UNDO)); CHECK_OK(change(id, 0, -10, 0))),
		     0);
	CHECK_EQ(semctl(id, 0, GETVAL), 0);
	CHECK_OK(semctl(id, 0, IPC_RMID));
}

/* unshare undoes, as the end of the process would, and only once. */
TEST(undo_by_unshare)
{
	int id = semget(IPC_PRIVATE, 1, 0600);

	CHECK_OK(semctl(id, 0, SETVAL, 5));
	CHECK_EXITED(CHILD(CHECK_OK(change(id, 0, -3, SEM_UNDO)); CHECK_OK(unshare(CLONE_SYSVSEM));
			   CHECK_EQ(semctl(id, 0, GETVAL), 5);
			   CHECK_OK(change(id, 0, -1, SEM_UNDO));
			   CHECK_EQ(semctl(id, 0, GETVAL), 4)),
		     0);
	CHECK_EQ(semctl(id, 0, GETVAL), 5);
	CHECK_OK(semctl(id, 0, IPC_RMID));
}

TEST(waiting_for_a_semaphore)
{
	int id = semget(KEY, 1, IPC_CREAT | 0600);
	struct timespec t = { 0, 30000000 };
	struct sembuf down = { 0, -1, 0 };
	long long start = now_ms();
	pid_t pid;

	CHECK_ERR(semtimedop(id, &down, 1, &t), EAGAIN);
	CHECK(now_ms() - start >= 30);
	t.tv_nsec = -1;
	CHECK_ERR(semtimedop(id, &down, 1, &t), EINVAL);
	pid = CHILD(CHECK_ERR(semop(id, &down, 1), EIDRM));
	while (semctl(id, 0, GETNCNT) != 1)
		sleep_ms(1);
	CHECK_OK(semctl(id, 0, IPC_RMID));
	CHECK_EXITED(pid, 0);
	CHECK_ERR(semget(KEY, 1, 0600), ENOENT);
}

/* Two processes in turn, many times. */
TEST(semaphores_take_turns)
{
	int id = semget(IPC_PRIVATE, 2, 0600);
	pid_t pid = CHILD(for (int i = 0; i < 500; i++) {
		CHECK_OK(change(id, 0, -1, 0));
		CHECK_OK(change(id, 1, 1, 0));
	});

	for (int i = 0; i < 500; i++) {
		CHECK_OK(change(id, 0, 1, 0));
		CHECK_OK(change(id, 1, -1, 0));
	}
	CHECK_EXITED(pid, 0);
	CHECK_OK(semctl(id, 0, IPC_RMID));
}

/* --- message queues --- */

static struct message {
	long type;
	char text[9000];
} message;

static long send(int id, long type, const char *text)
{
	message.type = type;
	strcpy(message.text, text);
	return msgsnd(id, &message, strlen(text) + 1, IPC_NOWAIT);
}

static const char *receive(int id, long wanted, int flags)
{
	memset(&message, 0, sizeof(message));
	if (msgrcv(id, &message, sizeof(message.text), wanted, flags | IPC_NOWAIT) < 0)
		return errno_name(errno);
	return message.text;
}

TEST(messages_by_type)
{
	int id = msgget(IPC_PRIVATE, 0600);
	struct msqid_ds ds;

	CHECK_OK(send(id, 3, "three"));
	CHECK_OK(send(id, 1, "one"));
	CHECK_OK(send(id, 2, "two"));
	CHECK_OK(send(id, 1, "another one"));
	CHECK_OK(msgctl(id, IPC_STAT, &ds));
	CHECK_EQ(ds.msg_qnum, 4);
	CHECK_EQ(ds.__msg_cbytes, 26);
	CHECK_EQ(ds.msg_lspid, getpid());
	CHECK_STR(receive(id, 2, 0), "two");
	CHECK_STR(receive(id, -2, 0), "one");
	CHECK_EQ(message.type, 1);
	CHECK_STR(receive(id, 3, MSG_EXCEPT), "another one");
	CHECK_STR(receive(id, 7, 0), "ENOMSG");
	CHECK_STR(receive(id, 0, 0), "three");
	CHECK_STR(receive(id, 0, 0), "ENOMSG");
	CHECK_OK(send(id, 1, "a long text"));
	CHECK_ERR(msgrcv(id, &message, 4, 0, IPC_NOWAIT), E2BIG);
	CHECK_EQ(msgrcv(id, &message, 4, 0, MSG_NOERROR), 4);
	CHECK_STR(receive(id, 0, 0), "ENOMSG");
	CHECK_OK(msgctl(id, IPC_RMID, NULL));
	CHECK_STR(receive(id, 0, 0), "EINVAL");
}

TEST(full_queue)
{
	int id = msgget(IPC_PRIVATE, 0600), sent = 0;
	struct msqid_ds ds;
	pid_t pid;

	message.type = 1;
	while (msgsnd(id, &message, 1000, IPC_NOWAIT) == 0)
		sent++;
	CHECK_EQ(errno, EAGAIN);
	printf("%d\n", sent);
	pid = CHILD(CHECK_OK(msgsnd(id, &message, 1000, 0)));
	sleep_ms(20);
	CHECK_EQ(waitpid(pid, NULL, WNOHANG), 0);
	CHECK_EQ(msgrcv(id, &message, 9000, 0, 0), 1000);
	CHECK_EXITED(pid, 0);
	CHECK_OK(msgctl(id, IPC_STAT, &ds));
	printf("%lu %lu\n", (unsigned long)ds.msg_qnum, (unsigned long)ds.msg_qbytes);
	ds.msg_qbytes = 100;
	CHECK_OK(msgctl(id, IPC_SET, &ds));
	CHECK_ERR(msgsnd(id, &message, 1, IPC_NOWAIT), EAGAIN);
	pid = CHILD(CHECK_ERR(msgsnd(id, &message, 1, 0), EIDRM));
	sleep_ms(20);
	CHECK_OK(msgctl(id, IPC_RMID, NULL));
	CHECK_EXITED(pid, 0);
}

TEST(waiting_for_a_message)
{
	int id = msgget(KEY, IPC_CREAT | IPC_EXCL | 0600);
	pid_t pid = CHILD(CHECK_EQ(msgrcv(id, &message, 100, 5, 0), 5);
			  CHECK_STR(message.text, "text"));

	sleep_ms(10);
	CHECK_OK(send(id, 4, "other"));
	CHECK_OK(send(id, 5, "text"));
	CHECK_EXITED(pid, 0);
	pid = CHILD(CHECK_ERR(msgrcv(id, &message, 100, 5, 0), EIDRM));
	sleep_ms(10);
	CHECK_OK(msgctl(id, IPC_RMID, NULL));
	CHECK_EXITED(pid, 0);
}

TEST(errors_of_message_queues)
{
	int id = msgget(KEY, IPC_CREAT | IPC_EXCL | 0600);

	CHECK_ERR(msgget(KEY, IPC_CREAT | IPC_EXCL | 0600), EEXIST);
	CHECK_EQ(msgget(KEY, 0), id);
	CHECK_ERR(msgget(KEY + 1, 0), ENOENT);
	message.type = 0;
	CHECK_ERR(msgsnd(id, &message, 1, 0), EINVAL);
	message.type = 1;
	CHECK_ERR(msgsnd(id, &message, 8193, 0), EINVAL);
	CHECK_OK(msgsnd(id, &message, 0, 0));
	CHECK_EQ(msgrcv(id, &message, 0, 0, 0), 0);
	CHECK_ERR(msgrcv(id, &message, -1, 0, IPC_NOWAIT), EINVAL);
	CHECK_ERR(msgsnd(id, (void *)8, 1, 0), EFAULT);
	CHECK_ERR(msgsnd(12345678, &message, 1, 0), EINVAL);
	CHECK_EXITED(CHILD({
			     CHECK_OK(syscall(SYS_setresuid, 1000, 1000, 1000));
			     CHECK_ERR(msgget(KEY, 0600), EACCES);
			     CHECK_ERR(msgsnd(id, &message, 1, 0), EACCES);
			     CHECK_ERR(msgrcv(id, &message, 1, 0, IPC_NOWAIT), EACCES);
			     CHECK_ERR(msgctl(id, IPC_RMID, NULL), EPERM);
		     }),
		     0);
	CHECK_OK(msgctl(id, IPC_RMID, NULL));
}

/* /proc/sysvipc shows the objects; only columns that are the same everywhere are looked at. */
TEST(files_in_proc)
{
	static const char *const files[] = { "shm", "sem", "msg" };
	int shm = shmget(KEY, 12345, IPC_CREAT | 0640), sem = semget(KEY, 7, IPC_CREAT | 0604);
	int msg = msgget(KEY, IPC_CREAT | 0666), number;
	char path[40];

	for (unsigned i = 0; i < ARRAY_LEN(files); i++) {
		int key, id;
		unsigned mode, size;
		const char *text, *line;

		snprintf(path, sizeof(path), "/proc/sysvipc/%s", files[i]);
		text = read_file(path);
		printf("%.*s\n", (int)strcspn(text, "\n"), text);
		for (line = strchr(text, '\n'); line != NULL; line = strchr(line + 1, '\n')) {
			number = sscanf(line + 1, "%d %d %o %u", &key, &id, &mode, &size);
			if (number == 4 && key == KEY) {
				CHECK_EQ(id, i == 0 ? shm : i == 1 ? sem : msg);
				printf("%o %u\n", mode, size);
			}
		}
	}
	CHECK_OK(shmctl(shm, IPC_RMID, NULL));
	CHECK_OK(semctl(sem, 0, IPC_RMID));
	CHECK_OK(msgctl(msg, IPC_RMID, NULL));
}

/* Huge pages that nobody has set aside are memory that is not there; other sizes there are none. */
TEST(huge_pages)
{
	const int anonymous = MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB;
	const size_t size = 2 << 20;

	for (int shift = 0; shift < 30; shift += 7) {
		int flags = shift << MAP_HUGE_SHIFT;

		printf("2^%d: ", shift);
		SAY(mmap(NULL, size, PROT_READ, anonymous | flags, -1, 0));
		SAY(mmap(NULL, size, PROT_READ, MAP_SHARED | MAP_ANONYMOUS | MAP_HUGETLB | flags,
			 -1, 0));
		SAY(shmget(IPC_PRIVATE, size, 0600 | SHM_HUGETLB | flags));
	}
	SAY(mmap(NULL, 0, PROT_READ, anonymous, -1, 0));
	SAY(mmap(NULL, size, PROT_READ, MAP_PRIVATE | MAP_HUGETLB, open("/proc/self/exe", O_RDONLY),
		 0));
	SAY(shmget(IPC_PRIVATE, 0, 0600 | SHM_HUGETLB));
}
