/* pty_session.c: hang-ups, sessions and job control at a pseudo terminal. */
#include "terminal.h"

/* --- hang-ups --- */

TEST(master_closed)
{
	char buf[8];
	struct termios t;

	open_pair();
	type("abc\r");
	close(master);
	CHECK_EQ(read(slave, buf, 8), 0);
	CHECK_EQ(read(slave, buf, 8), 0);
	CHECK_ERR(write(slave, "x", 1), EIO);
	CHECK_ERR(tcgetattr(slave, &t), EIO);
	CHECK_ERR(tcsetpgrp(slave, getpgrp()), ENOTTY);
	CHECK_ERR(ioctl(slave, TIOCSCTTY, 0), EIO);
	show_poll("slave", slave);
	close(slave);
}

TEST(blocked_reader_when_the_master_goes)
{
	gate_open(&(struct gate){ { 0 } });
	pid_t pid;
	char c;

	open_pair();
	pid = CHILD(close(master); ssize_t n = read(slave, &c, 1); _exit(n == 0		? 40
									 : errno == EIO ? 41
											: 42));
	close(slave);
	sleep_ms(50);
	close(master);
	CHECK_EXITED(pid, 41);
}

TEST(blocked_writer_when_the_master_goes)
{
	static char data[65536];
	pid_t pid;

	open_pair();
	pid = CHILD(close(master); signal(SIGPIPE, SIG_DFL);
		    while (write(slave, data, sizeof(data)) > 0); _exit(errno == EIO ? 41 : 42));
	close(slave);
	sleep_ms(50);
	close(master);
	CHECK_EXITED(pid, 41);
}

TEST(slave_closed)
{
	char buf[16];

	open_pair();
	write_all(slave, "rest\n", 5);
	close(slave);
	CHECK_EQ(read(master, buf, 16), 6);
	CHECK_ERR(read(master, buf, 16), EIO);
	CHECK_EQ(write(master, "kept\r", 5), 5); /* for the next one */
	slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	CHECK_EQ(read(slave, buf, 16), 5);
	close_pair();
}

TEST(settings_outlive_the_slave)
{
	struct termios t;

	open_pair();
	change(0, 0, 0, 0, 0, ECHO);
	close(slave);
	slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	CHECK_OK(tcgetattr(slave, &t));
	CHECK_EQ(t.c_lflag & ECHO, 0);
	close_pair();
}

/* --- sessions --- */

/* A child that leads a session with the slave as its terminal, and runs fn.  The master is open in the
 * parent only. */
static pid_t session(int (*fn)(void))
{
	pid_t pid = fork();

	CHECK_OK(pid);
	if (pid == 0) {
		close(master);
		setsid();
		CHECK_OK(ioctl(slave, TIOCSCTTY, 0));
		_exit(fn());
	}
	return pid;
}

static int wait_here(void)
{
	write_all(slave, "!", 1);
	while (pause() < 0)
		;
	return 1;
}

static void wait_for_mark(void)
{
	char c = 0;

	while (c != '!')
		CHECK_EQ(read(master, &c, 1), 1);
}

TEST(typed_signals)
{
	static const struct {
		const char *text;
		int sig;
	} t[] = { { "\003", SIGINT }, { "\034", SIGQUIT } };

	for (size_t i = 0; i < ARRAY_LEN(t); i++) {
		pid_t pid;
		open_pair();
		pid = session(wait_here);
		wait_for_mark();
		type("abc");
		show_screen("typed");
		type(t[i].text);
		CHECK_SIGNALED(pid, t[i].sig);
		show_screen("echo");
		show_input("flushed");
		close_pair();
	}
}

TEST(signals_from_the_master)
{
	static const int sigs[] = { SIGINT, SIGQUIT };

	for (size_t i = 0; i < ARRAY_LEN(sigs); i++) {
		pid_t pid;
		open_pair();
		pid = session(wait_here);
		wait_for_mark();
		CHECK_OK(ioctl(master, TIOCSIG, sigs[i]));
		CHECK_SIGNALED(pid, sigs[i]);
		close_pair();
	}
	open_pair();
	CHECK_ERR(ioctl(master, TIOCSIG, SIGKILL), EINVAL);
	close_pair();
}

TEST(hang_up_kills_the_session)
{
	pid_t pid;

	open_pair();
	pid = session(wait_here);
	wait_for_mark();
	close(slave);
	close(master);
	CHECK_SIGNALED(pid, SIGHUP);
}

static int foreground_child(void)
{
	struct gate g;
	pid_t pid;

	signal(SIGHUP, SIG_IGN);
	signal(SIGTTOU, SIG_IGN);
	gate_open(&g);
	pid = CHILD(setpgid(0, 0); tcsetpgrp(slave, getpid()); signal(SIGHUP, SIG_DFL);
		    gate_signal(&g); for (;;) pause());
	gate_wait(&g);
	write_all(slave, "!", 1);
	/* The leader is told of the hang-up; its group in the foreground only when it ends. */
	while (tcgetsid(slave) == getpid())
		sleep_ms(5);
	sleep_ms(20);
	CHECK_EQ(waitpid(pid, NULL, WNOHANG), 0);
	CHECK_ERR(open("/dev/tty", O_RDWR), ENXIO);
	kill(pid, SIGKILL);
	CHECK_SIGNALED(pid, SIGKILL);
	return 3;
}

TEST(hang_up_takes_the_terminal_away)
{
	pid_t pid;

	open_pair();
	pid = session(foreground_child);
	wait_for_mark();
	close(slave);
	close(master);
	CHECK_EXITED(pid, 3);
}

static int leave_a_child(void)
{
	struct gate g;

	signal(SIGTTOU, SIG_IGN);
	gate_open(&g);
	CHILD(setpgid(0, 0); tcsetpgrp(slave, getpid()); gate_signal(&g); for (;;) pause());
	gate_wait(&g);
	return 5;
}

/* When its leader ends, the group in the foreground gets SIGHUP and the terminal is free. */
TEST(end_of_a_leader)
{
	char buf[8];
	pid_t pid;

	open_pair();
	pid = session(leave_a_child);
	CHECK_EXITED(pid, 5);
	close(slave);
	CHECK_ERR(read(master, buf, 8), EIO); /* only when the child is gone too */
	slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	pid = session(wait_here);
	wait_for_mark();
	kill(pid, SIGKILL);
	CHECK_SIGNALED(pid, SIGKILL);
	close_pair();
}

static int look_at_session(void)
{
	pid_t other;
	int fd;

	signal(SIGHUP, SIG_IGN); /* TIOCNOTTY sends it */
	CHECK_EQ(tcgetsid(slave), getpid());
	CHECK_EQ(tcgetpgrp(slave), getpgrp());
	CHECK_OK(ioctl(slave, TIOCSCTTY, 0)); /* again */
	CHECK_ERR(tcsetpgrp(slave, 999999), ESRCH);
	CHECK_ERR(tcsetpgrp(slave, 1), EPERM);
	CHECK_ERR(tcsetpgrp(slave, -1), EINVAL);
	fd = open("/dev/tty", O_RDWR);
	CHECK_OK(fd);
	CHECK_OK(ioctl(fd, TIOCNOTTY));
	CHECK_ERR(open("/dev/tty", O_RDWR), ENXIO);
	CHECK_ERR(tcgetpgrp(slave), ENOTTY);
	CHECK_ERR(ioctl(slave, TIOCNOTTY), ENOTTY);
	close(fd);
	/* By opening: not with O_NOCTTY, not for writing alone. */
	char name[64];
	CHECK_EQ(ttyname_r(slave, name, sizeof(name)), 0);
	fd = open(name, O_RDWR | O_NOCTTY);
	CHECK_EQ(fcntl(fd, F_GETFL) & O_NOCTTY, 0);
	CHECK_ERR(tcgetsid(fd), ENOTTY);
	close(fd);
	fd = open(name, O_WRONLY);
	CHECK_ERR(tcgetsid(fd), ENOTTY);
	close(fd);
	fd = open(name, O_RDONLY);
	CHECK_EQ(tcgetsid(fd), getpid());
	/* Another session cannot have it, unless it is taken by force. */
	other = CHILD(setsid(); CHECK_ERR(ioctl(slave, TIOCSCTTY, 0), EPERM);
		      int again = open(name, O_RDWR); CHECK_OK(again);
		      CHECK_ERR(tcgetsid(again), ENOTTY); CHECK_OK(ioctl(slave, TIOCSCTTY, 1));
		      CHECK_EQ(tcgetsid(slave), getpid()); _exit(8));
	CHECK_EXITED(other, 8);
	CHECK_ERR(tcgetsid(fd), ENOTTY);
	other = CHILD(CHECK_ERR(ioctl(slave, TIOCSCTTY, 0), EPERM)); /* no leader */
	CHECK_EXITED(other, 0);
	return 4;
}

TEST(controlling_terminal)
{
	pid_t pid, pgrp = -1;

	open_pair();
	CHECK_ERR(tcgetpgrp(slave), ENOTTY);
	CHECK_OK(ioctl(master, TIOCGPGRP, &pgrp)); /* the owner of a master may ask */
	CHECK_EQ(pgrp, 0);
	CHECK_ERR(ioctl(master, TIOCGSID, &pgrp), ENOTTY);
	pid = session(look_at_session);
	CHECK_EXITED(pid, 4);
	pid = session(wait_here);
	wait_for_mark();
	CHECK_OK(ioctl(master, TIOCGPGRP, &pgrp));
	CHECK_EQ(pgrp, pid);
	CHECK_OK(ioctl(master, TIOCGSID, &pgrp));
	CHECK_EQ(pgrp, pid);
	CHECK_ERR(tcsetpgrp(master, pid), ENOTTY);
	kill(pid, SIGKILL);
	CHECK_SIGNALED(pid, SIGKILL);
	close_pair();
}

static int winch_child(void)
{
	sigset_t set;
	int sig;

	sigemptyset(&set);
	sigaddset(&set, SIGWINCH);
	sigprocmask(SIG_BLOCK, &set, NULL);
	write_all(slave, "!", 1);
	CHECK_EQ(sigwait(&set, &sig), 0);
	write_all(slave, "!", 1);
	CHECK_EQ(sigwait(&set, &sig), 0);
	return 6;
}

TEST(window_size_signals)
{
	struct winsize size = { 10, 20, 0, 0 };
	pid_t pid;

	open_pair();
	pid = session(winch_child);
	wait_for_mark();
	CHECK_OK(ioctl(master, TIOCSWINSZ, &size));
	wait_for_mark();
	CHECK_OK(ioctl(master, TIOCSWINSZ, &size)); /* no change, no signal */
	sleep_ms(20);
	CHECK_EQ(waitpid(pid, NULL, WNOHANG), 0);
	size.ws_row = 11;
	CHECK_OK(ioctl(slave, TIOCSWINSZ, &size));
	CHECK_EXITED(pid, 6);
	close_pair();
}

static int job_control(void)
{
	int status;
	char c;
	pid_t pid;
	struct termios t;

	tcgetattr(slave, &t);
	pid = CHILD(setpgid(0, 0); read(slave, &c, 1));
	setpgid(pid, pid);
	CHECK_EQ(waitpid(pid, &status, WUNTRACED), pid);
	CHECK_EQ(WSTOPSIG(status), SIGTTIN);
	kill(pid, SIGKILL);
	CHECK_SIGNALED(pid, SIGKILL);

	pid = CHILD(setpgid(0, 0); signal(SIGTTIN, SIG_IGN); CHECK_ERR(read(slave, &c, 1), EIO));
	CHECK_EXITED(pid, 0);

	pid = CHILD(setpgid(0, 0); tcsetattr(slave, TCSANOW, &t));
	setpgid(pid, pid);
	CHECK_EQ(waitpid(pid, &status, WUNTRACED), pid);
	CHECK_EQ(WSTOPSIG(status), SIGTTOU);
	kill(pid, SIGKILL);
	CHECK_SIGNALED(pid, SIGKILL);

	pid = CHILD(setpgid(0, 0); CHECK_EQ(write(slave, "w", 1), 1));
	CHECK_EXITED(pid, 0);
	t.c_lflag |= TOSTOP;
	CHECK_OK(tcsetattr(slave, TCSANOW, &t));
	pid = CHILD(setpgid(0, 0); write(slave, "w", 1));
	setpgid(pid, pid);
	CHECK_EQ(waitpid(pid, &status, WUNTRACED), pid);
	CHECK_EQ(WSTOPSIG(status), SIGTTOU);
	kill(pid, SIGKILL);
	CHECK_SIGNALED(pid, SIGKILL);
	pid = CHILD(setpgid(0, 0); signal(SIGTTOU, SIG_IGN); CHECK_EQ(write(slave, "v", 1), 1));
	CHECK_EXITED(pid, 0);

	/* ^Z stops the group in the foreground. */
	pid = CHILD(for (;;) pause());
	setpgid(pid, pid);
	CHECK_OK(tcsetpgrp(slave, pid));
	signal(SIGTTOU, SIG_IGN);
	write_all(slave, "!", 1);
	CHECK_EQ(waitpid(pid, &status, WUNTRACED), pid);
	CHECK_EQ(WSTOPSIG(status), SIGTSTP);
	CHECK_OK(tcsetpgrp(slave, getpgrp()));
	kill(pid, SIGKILL);
	CHECK_SIGNALED(pid, SIGKILL);
	return 9;
}

TEST(background_groups)
{
	pid_t pid;

	open_pair();
	pid = session(job_control);
	wait_for_mark();
	type("\032");
	CHECK_EXITED(pid, 9);
	show_screen("rest");
	close_pair();
}

static int choose_groups(void)
{
	pid_t gone = CHILD(setpgid(0, 0)), other = CHILD(pause());
	siginfo_t info;

	CHECK_OK(waitid(P_PID, (id_t)gone, &info, WEXITED | WNOWAIT));
	CHECK_OK(tcsetpgrp(slave, gone));
	CHECK_EQ(tcgetpgrp(slave), gone);
	signal(SIGTTOU, SIG_IGN);
	CHECK_OK(tcsetpgrp(slave, other));
	CHECK_EQ(tcgetpgrp(slave), other);
	CHECK_OK(tcsetpgrp(slave, getpid()));
	CHECK_EQ(waitpid(gone, NULL, 0), gone);
	CHECK_ERR(tcsetpgrp(slave, gone), ESRCH);
	CHECK_ERR(tcsetpgrp(slave, 0), ESRCH);
	CHECK_ERR(tcsetpgrp(slave, 1), EPERM);
	CHECK_OK(kill(other, SIGKILL));
	CHECK_SIGNALED(other, SIGKILL);
	return 4;
}

/* A shell may make a job the foreground whose processes have all ended, but not been waited for. */
TEST(foreground_of_zombies)
{
	open_pair();
	CHECK_EXITED(session(choose_groups), 4);
	close_pair();
}

TEST(exclusive_use)
{
	int fd;

	open_pair();
	CHECK_OK(ioctl(slave, TIOCEXCL));
	fd = open(ptsname(master), O_RDWR | O_NOCTTY); /* root may */
	CHECK_OK(fd);
	close(fd);
	CHECK_OK(chmod(ptsname(master), 0666));
	CHECK_EXITED(CHILD(CHECK_OK(setresuid(1, 1, 1));
			   CHECK_ERR(open(ptsname(master), O_RDWR | O_NOCTTY), EBUSY)),
		     0);
	CHECK_OK(ioctl(slave, TIOCNXCL));
	CHECK_EXITED(CHILD(CHECK_OK(setresuid(1, 1, 1));
			   CHECK_OK(open(ptsname(master), O_RDWR | O_NOCTTY))),
		     0);
	close_pair();
}

static int hang_self_up(void)
{
	char buf[4];

	signal(SIGHUP, SIG_IGN);
	CHECK_OK(ioctl(slave, TIOCVHANGUP));
	CHECK_EQ(read(slave, buf, 4), 0);
	CHECK_ERR(write(slave, "x", 1), EIO);
	CHECK_ERR(open("/dev/tty", O_RDWR), ENXIO);
	return 2;
}

/* TIOCVHANGUP makes open files useless; the terminal can be opened anew. */
TEST(vhangup)
{
	pid_t pid;

	open_pair();
	pid = session(hang_self_up);
	CHECK_EXITED(pid, 2);
	CHECK_ERR(write(slave, "x", 1), EIO);
	close(slave);
	slave = open(ptsname(master), O_RDWR | O_NOCTTY);
	CHECK_OK(slave);
	write_all(slave, "new", 3);
	show_screen("new");
	close_pair();
}

static int vhangup_self(void)
{
	char buf[4];

	signal(SIGHUP, SIG_IGN);
	CHECK_OK(vhangup());
	CHECK_EQ(read(slave, buf, 4), 0);
	return 2;
}

TEST(vhangup_of_the_own_terminal)
{
	pid_t pid;

	open_pair();
	pid = session(vhangup_self);
	CHECK_EXITED(pid, 2);
	CHECK_EXITED(CHILD(CHECK_OK(setresuid(1, 1, 1)); CHECK_ERR(vhangup(), EPERM)), 0);
	close_pair();
}

TEST(counts_in_proc)
{
	char before[16];

	snprintf(before, sizeof(before), "%s", read_file("/proc/sys/kernel/pty/nr"));
	open_pair();
	CHECK_EQ(atoi(read_file("/proc/sys/kernel/pty/nr")), atoi(before) + 1);
	close_pair();
	CHECK(strstr(read_file("/proc/devices"), "136 pts\n") != NULL);
}
