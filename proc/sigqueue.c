/* sigqueue.c: the queues of waiting signals, and tables of handlers. */
#include <asm/errno.h>

#include "lib/string.h"
#include "mm/slab.h"
#include "proc/sigqueue.h"
#include "proc/task.h"

/* Faults of the program itself: handled before all other signals. */
#define SYNCHRONOUS                                                                                \
	(SIG_BIT(SIGSEGV) | SIG_BIT(SIGBUS) | SIG_BIT(SIGILL) | SIG_BIT(SIGTRAP) |                 \
	 SIG_BIT(SIGFPE) | SIG_BIT(SIGSYS))

struct sigqueue_item {
	struct list link;
	bool forced;
	siginfo_t info;
};

static CACHE(item_cache, struct sigqueue_item);
static CACHE(sighand_cache, struct sighand);

void sigqueue_init(struct sigqueue *q)
{
	q->set = 0;
	q->count = 0;
	list_init(&q->infos);
}

static void item_free(struct sigqueue *q, struct sigqueue_item *it)
{
	list_remove(&it->link);
	q->count--;
	cache_free(&item_cache, it);
}

void sigqueue_remove(struct sigqueue *q, uint64_t set)
{
	struct sigqueue_item *it, *next;

	if ((q->set & set) == 0)
		return;
	q->set &= ~set;
	LIST_FOREACH_SAFE (it, next, &q->infos, link) {
		if ((SIG_BIT(it->info.si_signo) & set) != 0)
			item_free(q, it);
	}
}

void sigqueue_flush(struct sigqueue *q)
{
	sigqueue_remove(q, ~0ull);
}

int sigqueue_add(struct sigqueue *q, int signo, const siginfo_t *info, bool forced, uint64_t limit)
{
	bool by_kill = info != NULL && info->si_code == SI_USER;
	struct sigqueue_item *it = NULL;

	/* What comes by kill(2) or from the kernel has no limit if it can wait but once. */
	if ((signo < SIGRTMIN && (info == NULL || info->si_code >= 0)) || q->count < limit)
		it = cache_alloc(&item_cache);
	if (it == NULL && signo >= SIGRTMIN && info != NULL && !by_kill)
		return -EAGAIN;
	q->set |= SIG_BIT(signo);
	if (it == NULL)
		return 0;
	if (info != NULL)
		it->info = *info;
	else
		it->info.si_code = SI_KERNEL;
	it->info.si_signo = signo;
	it->forced = forced;
	list_append(&q->infos, &it->link);
	q->count++;
	return 0;
}

int sigqueue_take(struct sigqueue *q, uint64_t set, siginfo_t *info, bool *forced)
{
	uint64_t ready = q->set & set;
	struct sigqueue_item *it, *next;
	bool found = false, more = false;
	int signo;

	if (ready == 0)
		return 0;
	if ((ready & SYNCHRONOUS) != 0)
		ready &= SYNCHRONOUS;
	signo = __builtin_ctzll(ready) + 1;
	memset(info, 0, sizeof(*info));
	info->si_signo = signo;
	*forced = false;
	LIST_FOREACH_SAFE (it, next, &q->infos, link) {
		if (it->info.si_signo != signo)
			continue;
		if (found) {
			more = true;
			break;
		}
		found = true;
		*info = it->info;
		*forced = it->forced;
		item_free(q, it);
	}
	if (!more)
		q->set &= ~SIG_BIT(signo);
	return signo;
}

bool sigqueue_peek(const struct sigqueue *q, uint64_t before, siginfo_t *info)
{
	const struct sigqueue_item *it;

	LIST_FOREACH (it, &q->infos, link) {
		if (before-- == 0) {
			*info = it->info;
			return true;
		}
	}
	return false;
}

static bool is_of_timer(const struct sigqueue_item *it, int signo, int id)
{
	return it->info.si_signo == signo && it->info.si_code == SI_TIMER && it->info.si_tid == id;
}

void sigqueue_forget_timer(struct sigqueue *q, int signo, int id)
{
	struct sigqueue_item *it, *next;
	bool gone = false, more = false;

	LIST_FOREACH_SAFE (it, next, &q->infos, link) {
		if (is_of_timer(it, signo, id)) {
			item_free(q, it);
			gone = true;
		} else if (it->info.si_signo == signo) {
			more = true;
		}
	}
	if (gone && !more)
		q->set &= ~SIG_BIT(signo);
}

bool sigqueue_timer_overrun(const struct sigqueue *q, int signo, int id, int more)
{
	struct sigqueue_item *it;

	if ((q->set & SIG_BIT(signo)) == 0)
		return false;
	LIST_FOREACH (it, &q->infos, link) {
		if (is_of_timer(it, signo, id)) {
			it->info.si_overrun += more;
			return true;
		}
	}
	return false;
}

/* --- handlers --- */

struct sighand *sighand_create(void)
{
	struct sighand *h = cache_alloc(&sighand_cache);

	if (h == NULL)
		return NULL;
	ref_init(&h->ref);
	return h;
}

struct sighand *sighand_copy(const struct sighand *from)
{
	struct sighand *h = sighand_create();

	if (h != NULL)
		memcpy(h->action, from->action, sizeof(h->action));
	return h;
}

void sighand_put(struct sighand *h)
{
	if (ref_put(&h->ref))
		cache_free(&sighand_cache, h);
}

void sighand_exec(struct sighand *h)
{
	for (unsigned i = 0; i < SIG_MAX; i++) {
		struct ksigaction *sa = &h->action[i];
		bool ignored = sa->handler == (uintptr_t)SIG_IGN;

		*sa = (struct ksigaction){ 0 };
		if (ignored)
			sa->handler = (uintptr_t)SIG_IGN;
	}
}
