/* unix_name.c: what AF_UNIX sockets are called, and their options. */
#include "harness.h"

#include <netdb.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#define OFFSET offsetof(struct sockaddr_un, sun_path)

static struct sockaddr_un address;

/* `len` bytes of path, which may hold NULs. */
static socklen_t name_of(const char *path, size_t len)
{
	memset(&address, 'Z', sizeof(address));
	address.sun_family = AF_UNIX;
	memcpy(address.sun_path, path, len);
	return (socklen_t)(OFFSET + len);
}

static int bind_name(int fd, const char *path, size_t len)
{
	len = name_of(path, len);
	return bind(fd, (struct sockaddr *)&address, (socklen_t)len);
}

static int connect_name(int fd, const char *path, size_t len)
{
	len = name_of(path, len);
	return connect(fd, (struct sockaddr *)&address, (socklen_t)len);
}

static int bind_path(int fd, const char *path)
{
	return bind_name(fd, path, strlen(path) + 1);
}

static int make(int type)
{
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	CHECK_OK(fd);
	return fd;
}

static socklen_t own_name(int fd)
{
	socklen_t len = sizeof(address);

	memset(&address, 0, sizeof(address));
	CHECK_OK(getsockname(fd, (struct sockaddr *)&address, &len));
	return len;
}

/* A name in the file system is a node of its own kind, with the umask taken off. */
TEST(bind_makes_a_node)
{
	struct stat st;
	int s = make(SOCK_STREAM);

	umask(027);
	CHECK_OK(bind_path(s, "s"));
	CHECK_OK(stat("s", &st));
	CHECK_EQ(st.st_mode, S_IFSOCK | 0750);
	CHECK_EQ(own_name(s), OFFSET + 2);
	CHECK_STR(address.sun_path, "s");
	CHECK_ERR(bind_path(s, "t"), EINVAL); /* once only */
	CHECK_ERR(access("t", F_OK), ENOENT);
	CHECK_ERR(bind_path(make(SOCK_STREAM), "s"), EADDRINUSE);
	CHECK_ERR(bind_path(s, "s"), EADDRINUSE);
	close(s);
	CHECK_OK(stat("s", &st)); /* it stays */
	CHECK_ERR(bind_path(make(SOCK_STREAM), "s"), EADDRINUSE);
	CHECK_OK(unlink("s"));
	s = make(SOCK_STREAM);
	CHECK_OK(fchmod(s, 0600));
	CHECK_OK(bind_path(s, "s"));
	CHECK_OK(stat("s", &st));
	CHECK_EQ(st.st_mode, S_IFSOCK | 0600);
	int p = open("/proc/self/fd", O_RDONLY | O_DIRECTORY);
	CHECK_OK(p);
}

/* Links: a dangling one is in the way of bind; connect follows. */
TEST(links)
{
	int s = make(SOCK_STREAM);

	CHECK_OK(symlink("target", "link"));
	CHECK_ERR(bind_path(s, "link"), EADDRINUSE);
	CHECK_OK(bind_path(s, "target"));
	CHECK_OK(listen(s, 5));
	CHECK_OK(connect_name(make(SOCK_STREAM), "link", 5));
	CHECK_OK(mkdir("d", 0755));
	CHECK_OK(symlink("d", "dlink"));
	int t = make(SOCK_STREAM);
	CHECK_OK(bind_path(t, "dlink/s"));
	CHECK_OK(access("d/s", F_OK));
	CHECK_STR((own_name(t), address.sun_path), "dlink/s");
	/* the socket is the node, whatever it is called */
	CHECK_OK(rename("target", "renamed"));
	CHECK_OK(link("renamed", "hard"));
	CHECK_OK(connect_name(make(SOCK_STREAM), "renamed", 8));
	CHECK_OK(unlink("renamed"));
	CHECK_OK(connect_name(make(SOCK_STREAM), "hard", 5));
	CHECK_STR((own_name(s), address.sun_path), "target");
}

/* Errors of bind on paths. */
TEST(bind_errors)
{
	int s = make(SOCK_STREAM);
	char longest[108];

	CHECK_ERR(bind_path(s, "no/such"), ENOENT);
	write_file("plain", "");
	CHECK_ERR(bind_path(s, "plain"), EADDRINUSE);
	CHECK_ERR(bind_path(s, "plain/x"), ENOTDIR);
	CHECK_ERR(bind_path(s, "."), EADDRINUSE);
	CHECK_ERR(bind_path(s, "/"), EADDRINUSE);
	CHECK_ERR(bind_path(s, "new/"), ENOENT);
	name_of("x", 2);
	CHECK_ERR(bind(s, (struct sockaddr *)&address, 1), EINVAL);
	CHECK_ERR(bind(s, (struct sockaddr *)&address, sizeof(address) + 1), EINVAL);
	CHECK_ERR(bind(s, (struct sockaddr *)&address, 129), EINVAL);
	CHECK_ERR(bind(s, (struct sockaddr *)&address, (socklen_t)-1), EINVAL);
	CHECK_ERR(bind(s, (struct sockaddr *)8, 10), EFAULT);
	CHECK_ERR(bind(s, NULL, 0), EINVAL);
	address.sun_family = AF_INET;
	CHECK_ERR(bind(s, (struct sockaddr *)&address, 5), EINVAL);
	CHECK_ERR(bind(0, (struct sockaddr *)&address, 5), ENOTSOCK);
	CHECK_ERR(bind(99, (struct sockaddr *)&address, 5), EBADF);
	/* a path without a NUL, up to the very end */
	CHECK_OK(bind_name(s, "abc", 3));
	CHECK_OK(access("abc", F_OK));
	CHECK_EQ(own_name(s), OFFSET + 4);
	memset(longest, 'x', sizeof(longest));
	s = make(SOCK_STREAM);
	CHECK_OK(bind_name(s, longest, sizeof(longest)));
	char room[200];
	socklen_t len = sizeof(room);
	CHECK_OK(getsockname(s, (struct sockaddr *)room, &len));
	CHECK_EQ(len, OFFSET + 109);
	/* what is behind the NUL does not matter */
	s = make(SOCK_STREAM);
	CHECK_OK(bind_name(s, "short\0tail", 10));
	CHECK_EQ(own_name(s), OFFSET + 6);
	CHECK_OK(access("short", F_OK));
}

/* Permissions: writing to the node, searching the way to it. */
TEST(permissions)
{
	int s = make(SOCK_STREAM);

	if (geteuid() != 0)
		harness_skip("needs root");
	umask(0);
	CHECK_OK(chmod(".", 0777));
	CHECK_OK(bind_path(s, "s"));
	CHECK_OK(listen(s, 5));
	CHECK_OK(chmod("s", 0755));
	CHECK_OK(mkdir("closed", 0700));
	CHECK_OK(mkdir("open", 0755));
	pid_t pid = CHILD(CHECK_OK(setgid(1000)); CHECK_OK(setuid(1000));
			  CHECK_ERR(connect_name(make(SOCK_STREAM), "s", 2), EACCES);
			  CHECK_ERR(bind_path(make(SOCK_STREAM), "closed/s"), EACCES);
			  CHECK_ERR(bind_path(make(SOCK_STREAM), "open/s"), EACCES));
	CHECK_EXITED(pid, 0);
	CHECK_OK(chmod("s", 0722));
	pid = CHILD(CHECK_OK(setgid(1000)); CHECK_OK(setuid(1000));
		    CHECK_OK(connect_name(make(SOCK_STREAM), "s", 2));
		    CHECK_OK(bind_path(make(SOCK_STREAM), "mine")));
	CHECK_EXITED(pid, 0);
	struct stat st;
	CHECK_OK(stat("mine", &st));
	CHECK_EQ(st.st_uid, 1000);
	CHECK_EQ(st.st_gid, 1000);
}

/* Abstract names: any bytes, by their length; gone with the socket. */
TEST(abstract_names)
{
	int a = make(SOCK_STREAM), b = make(SOCK_STREAM), c = make(SOCK_DGRAM);
	char name[32];
	int n = snprintf(name + 1, sizeof(name) - 1, "test-%d", getpid()) + 1;

	name[0] = '\0';
	CHECK_OK(bind_name(a, name, (size_t)n));
	CHECK_EQ(own_name(a), OFFSET + (size_t)n);
	CHECK(memcmp(address.sun_path, name, (size_t)n) == 0);
	CHECK_ERR(bind_name(b, name, (size_t)n), EADDRINUSE);
	CHECK_OK(bind_name(c, name, (size_t)n));     /* another type is another name */
	CHECK_OK(bind_name(b, name, (size_t)n + 1)); /* one NUL more, too */
	CHECK_OK(listen(a, 5));
	CHECK_OK(connect_name(make(SOCK_STREAM), name, (size_t)n));
	CHECK_ERR(connect_name(make(SOCK_STREAM), name, (size_t)n - 1), ECONNREFUSED);
	CHECK_ERR(connect_name(make(SOCK_STREAM), name, (size_t)n + 1), ECONNREFUSED);
	CHECK_ERR(connect_name(make(SOCK_SEQPACKET), name, (size_t)n), ECONNREFUSED);
	CHECK_OK(connect_name(make(SOCK_DGRAM), name, (size_t)n));
	CHECK_ERR(bind_name(a, name, (size_t)n - 1), EINVAL);
	close(a);
	CHECK_ERR(connect_name(make(SOCK_STREAM), name, (size_t)n), ECONNREFUSED);
	a = make(SOCK_STREAM);
	CHECK_OK(bind_name(a, name, (size_t)n));
}

/* bind with nothing but the family chooses a name of five hexadecimal digits. */
TEST(autobind)
{
	int a = make(SOCK_DGRAM), b = make(SOCK_DGRAM), on = 1;
	struct sockaddr_un first;

	name_of("", 0);
	CHECK_OK(bind(a, (struct sockaddr *)&address, sizeof(sa_family_t)));
	CHECK_OK(bind(a, (struct sockaddr *)&address, sizeof(sa_family_t))); /* again: nothing */
	CHECK_EQ(own_name(a), OFFSET + 6);
	first = address;
	CHECK_EQ(address.sun_path[0], 0);
	for (int i = 1; i < 6; i++)
		CHECK(strchr("0123456789abcdef", address.sun_path[i]) != NULL);
	CHECK_ERR(bind_path(a, "x"), EINVAL);
	CHECK_OK(setsockopt(b, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)));
	CHECK_EQ(own_name(b), OFFSET);
	CHECK_OK(connect(b, (struct sockaddr *)&first, OFFSET + 6));
	CHECK_EQ(own_name(b), OFFSET + 6); /* who wants credentials gets a name */
	CHECK(memcmp(&first, &address, OFFSET + 6) != 0);
}

/* getsockname cuts what does not fit and says how long it is. */
TEST(short_buffers_for_names)
{
	int s = make(SOCK_STREAM);
	socklen_t len = 3;

	CHECK_OK(bind_path(s, "name"));
	memset(&address, '-', sizeof(address));
	CHECK_OK(getsockname(s, (struct sockaddr *)&address, &len));
	CHECK_EQ(len, OFFSET + 5);
	CHECK(address.sun_path[0] == 'n' && address.sun_path[1] == '-');
	len = 0;
	CHECK_OK(getsockname(s, (struct sockaddr *)&address, &len));
	CHECK_EQ(len, OFFSET + 5);
	len = (socklen_t)-1;
	CHECK_ERR(getsockname(s, (struct sockaddr *)&address, &len), EINVAL);
	CHECK_ERR(getsockname(s, (struct sockaddr *)&address, NULL), EFAULT);
	len = sizeof(address);
	CHECK_ERR(getsockname(s, NULL, &len), EFAULT);
	CHECK_ERR(getsockname(0, (struct sockaddr *)&address, &len), ENOTSOCK);
	CHECK_ERR(getpeername(99, (struct sockaddr *)&address, &len), EBADF);
}

/* /proc/net/unix lists names and states. */
TEST(proc_net_unix)
{
	int s = make(SOCK_STREAM), d = make(SOCK_DGRAM);
	char want[2][100], line[512];
	char abstract[32];
	int n = snprintf(abstract + 1, sizeof(abstract) - 1, "proc-%d", getpid()) + 1;
	int found = 0;
	struct stat st;

	abstract[0] = '\0';
	CHECK_OK(bind_path(s, "proc-name"));
	CHECK_OK(listen(s, 5));
	CHECK_OK(bind_name(d, abstract, (size_t)n));
	CHECK_OK(fstat(s, &st));
	snprintf(want[0], 100, " 00000000 00010000 0001 01 %5lu proc-name\n",
		 (unsigned long)st.st_ino);
	CHECK_OK(fstat(d, &st));
	snprintf(want[1], 100, " 00000000 00000000 0002 01 %5lu @%s\n", (unsigned long)st.st_ino,
		 abstract + 1);
	FILE *f = fopen("/proc/net/unix", "r");
	CHECK(f != NULL && fgets(line, sizeof(line), f) != NULL);
	CHECK_STR(line, "Num       RefCount Protocol Flags    Type St Inode Path\n");
	while (fgets(line, sizeof(line), f) != NULL) {
		char *fields = strstr(line, " 00000000 000");
		found += fields != NULL &&
			 (strcmp(fields, want[0]) == 0 || strcmp(fields, want[1]) == 0);
	}
	fclose(f);
	CHECK_EQ(found, 2);
}

/* --- socket(2) --- */

/* What socket and socketpair refuse. */
TEST(families_types_protocols)
{
	int v[2];

	for (int type = -1; type < 14; type++) {
		int fd = socket(AF_UNIX, type, 0);
		printf("type %d: %s\n", type, fd < 0 ? errno_name(errno) : "ok");
	}
	CHECK_OK(socket(AF_UNIX, SOCK_STREAM, AF_UNIX));
	CHECK_ERR(socket(AF_UNIX, SOCK_STREAM, 2), EPROTONOSUPPORT);
	CHECK_ERR(socket(AF_UNIX, SOCK_STREAM, -1), EPROTONOSUPPORT);
	CHECK_ERR(socket(-1, SOCK_STREAM, 0), EAFNOSUPPORT);
	CHECK_ERR(socket(0, SOCK_STREAM, 0), EAFNOSUPPORT);
	CHECK_ERR(socket(45, SOCK_STREAM, 0), EAFNOSUPPORT);
	CHECK_ERR(socket(1000, SOCK_STREAM, 0), EAFNOSUPPORT);
	CHECK_ERR(socket(45, 11, 0), EINVAL);
	CHECK_ERR(socket(1000, 11, 0), EAFNOSUPPORT);
	CHECK_ERR(syscall(SYS_socket, AF_UNIX, SOCK_STREAM | 0x100000, 0), EINVAL);
	CHECK_ERR(socketpair(45, SOCK_STREAM, 0, v), EAFNOSUPPORT);
	CHECK_ERR(socketpair(AF_UNIX, 4, 0, v), ESOCKTNOSUPPORT);
	CHECK_ERR(socketpair(AF_UNIX, SOCK_STREAM, 7, v), EPROTONOSUPPORT);
	CHECK_ERR(socketpair(AF_UNIX, SOCK_STREAM, 0, (int *)8), EFAULT);
	CHECK_ERR(syscall(SYS_socketpair, AF_UNIX, SOCK_STREAM | 0x100000, 0, v), EINVAL);
	int raw = socket(AF_UNIX, SOCK_RAW, 0), type;
	socklen_t len = sizeof(type);
	CHECK_OK(getsockopt(raw, SOL_SOCKET, SO_TYPE, &type, &len));
	CHECK_EQ(type, SOCK_DGRAM);
}

/* Looking up a name: numbers need nobody; others fail at once where there is no network. */
TEST(names_of_machines)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *found;

	CHECK_EQ(getaddrinfo("127.0.0.1", "80", &hints, &found), 0);
	CHECK_EQ(found->ai_family, AF_INET);
	freeaddrinfo(found);
	CHECK_EQ(getaddrinfo("::1", "80", &hints, &found), 0);
	CHECK_EQ(found->ai_family, AF_INET6);
	freeaddrinfo(found);
	hints.ai_flags = AI_NUMERICHOST;
	CHECK_EQ(getaddrinfo("no.such.name.invalid", "80", &hints, &found), EAI_NONAME);
	if (!on_flatshare())
		return; /* it may ask the network, which takes time */
	long long start = now_ms();
	hints.ai_flags = 0;
	CHECK(getaddrinfo("no.such.name.invalid", "80", &hints, &found) != 0);
	CHECK(now_ms() - start < 2000);
}

/* --- options --- */

static void show(int fd, int option, const char *name)
{
	int value[8] = { 0 };
	socklen_t len = sizeof(value);

	errno = 0;
	int r = getsockopt(fd, SOL_SOCKET, option, value, &len);
	printf("%s: %d %s len %u %d %d\n", name, r, errno_name(errno), len, value[0],
	       len > 4 ? value[1] : 0);
}

#define SHOW(fd, option) show(fd, option, #option)

/* First values, and what can be set. */
TEST(option_values)
{
	int s = make(SOCK_STREAM), d = make(SOCK_DGRAM);
	static const int flags[] = { SO_DEBUG,	   SO_REUSEADDR, SO_DONTROUTE,
				     SO_BROADCAST, SO_KEEPALIVE, SO_OOBINLINE,
				     SO_PASSCRED,  SO_PASSSEC,	 SO_TIMESTAMP };

	SHOW(s, SO_TYPE);
	SHOW(d, SO_TYPE);
	SHOW(s, SO_DOMAIN);
	SHOW(s, SO_PROTOCOL);
	SHOW(s, SO_ACCEPTCONN);
	SHOW(s, SO_ERROR);
	SHOW(s, SO_SNDBUF);
	SHOW(s, SO_RCVBUF);
	SHOW(s, SO_RCVLOWAT);
	SHOW(s, SO_SNDLOWAT);
	SHOW(s, SO_LINGER);
	SHOW(s, SO_RCVTIMEO);
	SHOW(s, SO_SNDTIMEO);
	SHOW(s, SO_PEEK_OFF);
	SHOW(s, SO_PRIORITY);
	SHOW(s, SO_MARK);
	SHOW(s, SO_REUSEPORT);
	SHOW(s, SO_BSDCOMPAT);
	SHOW(s, SO_PEERCRED);
	SHOW(s, SO_PEERSEC);
	SHOW(s, 1000);
	for (size_t i = 0; i < ARRAY_LEN(flags); i++) {
		int on = 5, off = 0;
		CHECK_OK(setsockopt(s, SOL_SOCKET, flags[i], &on, sizeof(on)));
		show(s, flags[i], "on");
		CHECK_OK(setsockopt(s, SOL_SOCKET, flags[i], &off, sizeof(off)));
		show(s, flags[i], "off");
	}
	CHECK_OK(bind_path(s, "s"));
	CHECK_OK(listen(s, 1));
	SHOW(s, SO_ACCEPTCONN);
}

/* Numbers that are bounded, doubled, or need a privilege. */
TEST(option_limits)
{
	int s = make(SOCK_STREAM), n;
	struct {
		int on, seconds;
	} linger = { 1, 7 };
	static const int sizes[] = { 0, 1, 1000, 2304, 5000, 100000, -1 };

	for (size_t i = 0; i < ARRAY_LEN(sizes) - 1; i++) {
		CHECK_OK(setsockopt(s, SOL_SOCKET, SO_SNDBUF, &sizes[i], sizeof(int)));
		CHECK_OK(setsockopt(s, SOL_SOCKET, SO_RCVBUF, &sizes[i], sizeof(int)));
		SHOW(s, SO_SNDBUF);
		SHOW(s, SO_RCVBUF);
	}
	n = 8 << 20;
	if (geteuid() == 0) {
		CHECK_OK(setsockopt(s, SOL_SOCKET, SO_SNDBUFFORCE, &n, sizeof(n)));
		SHOW(s, SO_SNDBUF);
	}
	n = -5;
	CHECK_OK(setsockopt(s, SOL_SOCKET, SO_RCVLOWAT, &n, sizeof(n)));
	SHOW(s, SO_RCVLOWAT);
	n = 0;
	CHECK_OK(setsockopt(s, SOL_SOCKET, SO_RCVLOWAT, &n, sizeof(n)));
	SHOW(s, SO_RCVLOWAT);
	CHECK_OK(setsockopt(s, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)));
	SHOW(s, SO_LINGER);
	linger.on = 0;
	linger.seconds = 9;
	CHECK_OK(setsockopt(s, SOL_SOCKET, SO_LINGER, &linger, sizeof(linger)));
	SHOW(s, SO_LINGER);
	n = 1;
	CHECK_ERR(setsockopt(s, SOL_SOCKET, SO_REUSEPORT, &n, sizeof(n)), EOPNOTSUPP);
	CHECK_ERR(setsockopt(s, SOL_SOCKET, SO_TYPE, &n, sizeof(n)), ENOPROTOOPT);
	CHECK_ERR(setsockopt(s, SOL_SOCKET, SO_ERROR, &n, sizeof(n)), ENOPROTOOPT);
	CHECK_ERR(setsockopt(s, SOL_SOCKET, SO_SNDLOWAT, &n, sizeof(n)), ENOPROTOOPT);
	CHECK_ERR(setsockopt(s, SOL_SOCKET, 1000, &n, sizeof(n)), ENOPROTOOPT);
	CHECK_ERR(setsockopt(s, 6, 1, &n, sizeof(n)), EOPNOTSUPP);
	CHECK_ERR(setsockopt(s, SOL_SOCKET, SO_LINGER, &linger, 4), EINVAL);
	CHECK_ERR(setsockopt(s, SOL_SOCKET, SO_PASSCRED, &n, 3), EINVAL);
	CHECK_ERR(setsockopt(s, SOL_SOCKET, SO_PASSCRED, &n, (socklen_t)-1), EINVAL);
	CHECK_ERR(setsockopt(s, SOL_SOCKET, SO_PASSCRED, (void *)8, 4), EFAULT);
	if (geteuid() == 0) {
		pid_t pid = CHILD(
			CHECK_OK(setuid(1000)); n = 7;
			CHECK_ERR(setsockopt(s, SOL_SOCKET, SO_SNDBUFFORCE, &n, sizeof(n)), EPERM);
			CHECK_ERR(setsockopt(s, SOL_SOCKET, SO_RCVBUFFORCE, &n, sizeof(n)), EPERM);
			CHECK_ERR(setsockopt(s, SOL_SOCKET, SO_MARK, &n, sizeof(n)), EPERM);
			CHECK_ERR(setsockopt(s, SOL_SOCKET, SO_PRIORITY, &n, sizeof(n)), EPERM);
			n = 6; CHECK_OK(setsockopt(s, SOL_SOCKET, SO_PRIORITY, &n, sizeof(n))));
		CHECK_EXITED(pid, 0);
		SHOW(s, SO_PRIORITY);
	}
}

/* Time limits as they are kept. */
TEST(option_times)
{
	int s = make(SOCK_STREAM);
	struct timeval tv = { 3, 40000 };

	CHECK_OK(setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)));
	tv = (struct timeval){ 0, 0 };
	socklen_t len = sizeof(tv);
	CHECK_OK(getsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &tv, &len));
	CHECK_EQ(tv.tv_sec, 3);
	CHECK_EQ(tv.tv_usec, 40000);
	CHECK_EQ(len, sizeof(tv));
	tv.tv_usec = 1000000;
	CHECK_ERR(setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)), EDOM);
	tv.tv_usec = -1;
	CHECK_ERR(setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, &tv, sizeof(tv)), EDOM);
	CHECK_ERR(setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, &tv, 8), EINVAL);
	tv = (struct timeval){ 0, 0 };
	CHECK_OK(setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)));
	CHECK_OK(getsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &tv, &len));
	CHECK_EQ(tv.tv_sec, 0);
	int v[2];
	char b;
	CHECK_OK(socketpair(AF_UNIX, SOCK_STREAM, 0, v));
	tv = (struct timeval){ -1, 0 }; /* no time at all */
	CHECK_OK(setsockopt(v[0], SOL_SOCKET, SO_RCVTIMEO, &tv, sizeof(tv)));
	CHECK_ERR(read(v[0], &b, 1), EAGAIN);
}

/* The answer of getsockopt is cut to the room for it. */
TEST(option_lengths)
{
	int s = make(SOCK_STREAM), value = -1;
	socklen_t len = 1;

	CHECK_OK(getsockopt(s, SOL_SOCKET, SO_TYPE, &value, &len));
	CHECK_EQ(len, 1);
	CHECK_EQ(value, (int)0xffffff01);
	len = 0;
	CHECK_OK(getsockopt(s, SOL_SOCKET, SO_TYPE, NULL, &len));
	CHECK_EQ(len, 0);
	len = 100;
	CHECK_OK(getsockopt(s, SOL_SOCKET, SO_TYPE, &value, &len));
	CHECK_EQ(len, 4);
	len = (socklen_t)-1;
	CHECK_ERR(getsockopt(s, SOL_SOCKET, SO_TYPE, &value, &len), EINVAL);
	len = 4;
	CHECK_ERR(getsockopt(s, SOL_SOCKET, SO_TYPE, (void *)8, &len), EFAULT);
	CHECK_ERR(getsockopt(s, SOL_SOCKET, SO_TYPE, &value, (void *)8), EFAULT);
	CHECK_ERR(getsockopt(s, 6, 1, &value, &len), EOPNOTSUPP);
	CHECK_ERR(getsockopt(0, SOL_SOCKET, SO_TYPE, &value, &len), ENOTSOCK);
	CHECK_ERR(getsockopt(99, SOL_SOCKET, SO_TYPE, &value, &len), EBADF);
	CHECK_ERR(setsockopt(99, SOL_SOCKET, SO_TYPE, &value, len), EBADF);
}

/* SO_PEERNAME: the peer's address, of exactly as many bytes as are asked for. */
TEST(peer_name_option)
{
	int s = make(SOCK_STREAM), c = make(SOCK_STREAM);
	char room[128];
	socklen_t len = 4;

	CHECK_OK(bind_path(s, "s"));
	CHECK_OK(listen(s, 5));
	CHECK_ERR(getsockopt(c, SOL_SOCKET, 28, room, &len), ENOTCONN);
	CHECK_OK(connect_name(c, "s", 2));
	CHECK_OK(getsockopt(c, SOL_SOCKET, 28, room, &len));
	CHECK_EQ(len, 4);
	CHECK_STR(room + 2, "s");
	len = 5;
	CHECK_ERR(getsockopt(c, SOL_SOCKET, 28, room, &len), EINVAL);
}
