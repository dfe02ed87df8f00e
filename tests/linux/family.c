/* family.c: what the members of a family of processes see at the same addresses.
 *
 * A walk of chance: whoever has the turn looks whether all of its memory is as it left it, changes
 * some of it in various ways, may fork or end, and hands the turn on to any other member.  Each knows
 * its own memory by a list that it keeps; a translation of another member's page shows up as a
 * difference.  On Linux the walk is the same. */
#include "harness.h"

#include <sys/prctl.h>

#define MEMBERS 6
#define PAGES	40

static struct walk {
	unsigned seed;
	int steps;
	int bad; /* page that was wrong, plus 1 */
	int bad_step;
	int alive[MEMBERS];
} * walk;

static int turn_pipe[MEMBERS][2];
static char *area;
static unsigned expected[PAGES];

static unsigned chance(unsigned n)
{
	walk->seed = walk->seed * 1103515245u + 12345u;
	return (walk->seed >> 8) % n;
}

static unsigned *word(unsigned page)
{
	return (unsigned *)(area + page * PAGE + page * 8);
}

static void look(void)
{
	for (unsigned i = 0; i < PAGES && walk->bad == 0; i++) {
		if (*(volatile unsigned *)word(i) != expected[i]) {
			walk->bad = (int)i + 1;
			walk->bad_step = walk->steps;
		}
	}
}

static void put(unsigned page)
{
	expected[page] = chance(1u << 20) + 1;
	*(volatile unsigned *)word(page) = expected[page];
}

static void change(void)
{
	unsigned page = chance(PAGES), n = 1 + chance(3);
	char *at = area + page * PAGE;

	if (page + n > PAGES)
		n = PAGES - page;
	switch (chance(8)) {
	case 0:
		CHECK_OK(madvise(at, n * PAGE, MADV_DONTNEED));
		memset(expected + page, 0, n * sizeof(*expected));
		break;
	case 1:
		CHECK_OK(munmap(at, n * PAGE));
		CHECK(mmap(at, n * PAGE, PROT_READ | PROT_WRITE,
			   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == at);
		memset(expected + page, 0, n * sizeof(*expected));
		break;
	case 2:
		CHECK_OK(mprotect(at, n * PAGE, PROT_READ));
		look();
		CHECK_OK(mprotect(at, n * PAGE, PROT_READ | PROT_WRITE));
		put(page);
		break;
	default: put(page); break;
	}
}

static int free_slot(void)
{
	for (int i = 1; i < MEMBERS; i++)
		if (!walk->alive[i])
			return i;
	return -1;
}

static int somebody(int me)
{
	int first = (int)chance(MEMBERS);

	for (int i = 0; i < MEMBERS; i++) {
		int m = (first + i) % MEMBERS;
		if (m != me && walk->alive[m])
			return m;
	}
	return me;
}

static int others(void)
{
	int n = 0;

	for (int i = 1; i < MEMBERS; i++)
		n += walk->alive[i];
	return n;
}

static void hand_on(int me)
{
	write_all(turn_pipe[somebody(me)][1], "", 1);
}

static void leave(int me)
{
	walk->alive[me] = 0;
	hand_on(me);
	_exit(0);
}

/* One turn of member `me`.  => the member that this process is now: a child comes out of it, too */
static int turn(int me)
{
	char c;

	CHECK_EQ(read_all(turn_pipe[me][0], &c, 1), 1);
	look();
	if (me != 0 && (walk->steps <= 0 || walk->bad || chance(12) == 0))
		leave(me);
	walk->steps--;
	for (unsigned i = chance(6); i > 0; i--)
		change();
	int slot = free_slot();
	if (slot > 0 && walk->steps > 0 && chance(4) == 0) {
		walk->alive[slot] = 1;
		pid_t pid = fork();
		CHECK(pid >= 0);
		if (pid == 0) {
			/* Some change their parent's memory before they need it no more, some do not. */
			for (unsigned i = slot % 3; i > 0; i--)
				put(i * 7);
			return slot;
		}
	}
	look();
	hand_on(me);
	return me;
}

static void random_walk(unsigned seed, int steps)
{
	int me = 0;

	walk = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	area = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	CHECK(walk != MAP_FAILED && area != MAP_FAILED);
	for (int i = 0; i < MEMBERS; i++)
		CHECK_OK(pipe(turn_pipe[i]));
	CHECK_OK(prctl(PR_SET_CHILD_SUBREAPER, 1));
	signal(SIGCHLD, SIG_IGN);
	*walk = (struct walk){ .seed = seed, .steps = steps, .alive = { 1 } };
	hand_on(0);
	while (me != 0 || walk->steps > 0 || others())
		me = turn(me);
	while (wait(NULL) > 0 || errno != ECHILD)
		;
	if (walk->bad)
		harness_fail(__FILE__, __LINE__, "page %d was wrong, %d steps before the end",
			     walk->bad - 1, walk->bad_step);
}

TEST(members_see_their_own_memory)
{
	random_walk(1, 1500);
}

TEST(members_see_their_own_memory_again)
{
	random_walk(20251, 1500);
}
