/* changes.h: which pages of a window were changed, for flushing translations: see changes.c.
 * No function here fails; without memory for a log everything is flushed instead. */
#ifndef MM_CHANGES_H
#define MM_CHANGES_H

#include "mm/view.h"

struct change_log;

/* The time of birth of a new view: later than that of all others. */
uint64_t changes_birth(void);
/* The log of a window; NULL: no memory, which all others take. */
struct change_log *changes_create(void);
void changes_destroy(struct change_log *log);

/* A leaf was changed; write: the program may write there now. */
void changes_record(const struct pane *p, uintptr_t addr, bool write);
/* Leaves were changed, and nobody knows which. */
void changes_lose(const struct pane *p);
/* Entry e of this level (1 or LEVEL_TOP), which covers addr, got its write bit back. */
void changes_regained(const struct pane *p, pte_t e, int level, uintptr_t addr);

/* View `new` has taken old's place in p's window, in the machine's page table; all translations of
 * the window that may be cached were right for old.  covers: new is a shadow over old.
 * => true: what is not right for new was flushed; false: everything must be */
bool changes_switch(const struct pane *p, const struct kin *old, const struct kin *new,
		    bool covers);
/* The last of a family was taken out of the page table in p's window: flush all of it.
 * => false: everything must be flushed */
bool changes_forget(const struct pane *p, const struct kin *last);

#endif
