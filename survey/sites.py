"""From a fork log to its fork sites: who forked where, what the children did and changed, and whom they
needed.  What comes out is plain data for JSON.

A site is the program and the place in a file that decided to fork: the first caller outside of the C
library.  The calls of a site are put into groups that are alike in all that a class depends on;
each group keeps one call as evidence.
"""

import hashlib

from survey import forklog, symbols

PAGE = 4096
PAGES_KEPT = 96  # of a group's example
WORDS = 400  # different words of the C library that a group names

# What a process got without a sleep.
GIFTS = {"data": "given data", "room": "given room", "end": "told the end", "status": "helped",
         "signal": "ended"}
WAITS = ("wait4", "waitid", "vfork", "clone", "clone3")  # calls that wait for children
SLEEPS = ("nanosleep", "clock_nanosleep")


def _bytes(spans):
    return sum(length for _, length in spans)


def changes(fork):
    """What the child changed before the end of the pause, in bytes of memory that differ, by kind: own
    (stack below the call), stack (that the parent still uses), heap, data (of programs and
    libraries), mmap; and the words of the C library's data, which fork() itself changes too, as
    {(path, offset)}.

    What the log counts exactly but does not tell page by page is taken from its sums."""
    found = dict.fromkeys(("own", "stack", "heap", "data", "mmap"), 0)
    libc = set()
    for where, offset, spans in fork.pages or ():
        if where == "stack":
            for start, length in spans:
                below = max(0, min(length, fork.border - (offset + start)))
                found["own"] += below
                found["stack"] += length - below
        elif where in ("heap", "mmap"):
            found[where] += _bytes(spans)
            if where == "mmap" and fork.settid is not None:
                found["mmap"] -= _settid(fork.settid, offset, spans)
        elif where == "stacks":
            found["stack"] += _bytes(spans)
        elif symbols.is_libc(where):
            for start, length in spans:
                libc.update((where, offset + at) for at in range(start, start + length, 8))
        else:
            found["data"] += _bytes(spans)
    if fork.more:
        for kind, area in (("heap", "heap"), ("data", "data"), ("mmap", "mmap")):
            found[kind] = max(found[kind], fork.areas.get(area, [0, 0])[1])
    return found, libc


def _settid(settid, offset, spans):
    """Bytes of the page that are the thread's own number, which the kernel writes."""
    word = (settid & ~7) - offset
    return 8 if any(start <= word < start + length for start, length in spans) else 0


def pages_of(fork):
    """Pages that were written, by kind."""
    return {name: area[0] for name, area in fork.areas.items()}


class _Dependence:
    """Did a child depend on its parent until it execed or ended?

    It did if somebody woke it, or gave it what it did not have to sleep for, who could not have done so
    had the parent stayed paused: the parent itself and all above it that the pause covers; processes
    that these made later; and any whose own doing until then, or whose making, depended on such."""

    def __init__(self, fork, log):
        self.fork = fork
        self.paused = fork.parent.paused_with(fork.time)
        self.by_pid = {}
        for process in log.processes:
            self.by_pid.setdefault(process.pid, []).append(process)
        self.end = min([t for t, _, _ in fork.child.execs if t >= fork.time], default=log.last + 1)
        self.free = {}  # id of a process: until then it did not depend on them

    def _waker(self, line):
        for process in self.by_pid.get(line["by"], ()):
            if process.born <= line["t"] and (process.died is None or process.died >= line["since"]):
                return process
        return None

    def _giver(self, line):
        born = [p for p in self.by_pid.get(line["by"], ()) if p.born <= line["at"]]
        return born[-1] if born else None

    def _helpers(self, process, until):
        """Who ended its sleeps and gave it something after the fork: [(when, process, line)]"""
        found = [(line["t"], self._waker(line), line) for line in process.waits
                 if self.fork.time < line["t"] and line["since"] <= until]
        found += [(line["at"], self._giver(line), line) for line in process.tooks
                  if self.fork.time < line["at"] and line["t"] <= until]
        return [f for f in found if f[1] is not None]

    def _of(self, process, until):
        """Did what the process did until then depend on them?  => who it was, or None"""
        if process in self.paused:
            return "the parent"
        if self.free.get(id(process), -1) >= until:
            return None
        self.free[id(process)] = until
        if process.born > self.fork.time and process.parent is not None:
            if process.parent in self.paused:
                return "a later child of the parent"
            who = self._of(process.parent, process.born)
            if who:
                return _through(who)
        for when, helper, line in self._helpers(process, until):
            who = line["t"] <= until and self._of(helper, when)
            if who:
                return _through(who)
        return None

    def find(self):
        """=> (what happened to the child, by whom, the log's line), or None"""
        child = self.fork.child
        self.free[id(child)] = self.end
        for when, helper, line in self._helpers(child, self.end):
            who = self._of(helper, when)
            if who:
                return GIFTS.get(line.get("what"), "woken"), who, line
        return None


def _through(who):
    """Somebody that hung on who."""
    return who if who.startswith("one that") else f"one that hung on {who}"


def _ends_by_itself(process, log):
    """Was one that was there when the run ended at work, or waiting for the time or for such?"""
    left = process.left
    if left is None:
        return False
    if left["does"] == "runs" or left.get("call") in SLEEPS:
        return True
    if left["does"] != "paused" and left.get("call") not in WAITS:
        return False
    children = [p for p in log.processes if p.parent is process and p.left is not None]
    return bool(children) and all(_ends_by_itself(p, log) for p in children)


def _fate(fork, log):
    """=> (why the child needs to live beside its parent or "", what it waited for)"""
    if fork.kind in forklog.SPAWNS or fork.end in ("exec", "exit"):
        return "", ""
    found = _Dependence(fork, log).find()
    if found:
        what, who, line = found
        on = f" on {_kind_of(line['on'])}" if line.get("on") else ""
        return f"{what} by {who}", line["call"] + on
    if fork.later == "alive" and not _ends_by_itself(fork.child, log):
        return "outlives the run", fork.call or fork.end or ""
    return "", ""


def _kind_of(on):
    """pipe:[12] is one pipe of many."""
    return on.partition(":")[0] if on.startswith(("pipe:", "socket:")) else on


def _example(fork, log, files):
    """The evidence that a group keeps."""
    frames = symbols.backtrace(files, fork)
    waits = [{"call": w["call"], "since": w["since"], "t": w["t"], "by": w["by"]}
             for w in fork.child.waits[:8]]
    execs = [(t, p, a) for t, p, a in fork.child.execs if t >= fork.time][:1]
    pages = [(where, offset, spans,
              "" if where in ("heap", "stack", "stacks", "mmap")
              else files.data_name(where, offset + (spans[0][0] if spans else 0)))
             for where, offset, spans in (fork.pages or ())[:PAGES_KEPT]]
    return {
        "time": fork.time, "ended": fork.ended, "pause": fork.pause, "pid": fork.parent.pid,
        "child": fork.child.pid, "comm": fork.comm, "depth": fork.depth, "threads": fork.threads,
        "kind": fork.kind, "end": fork.end, "call": fork.call, "on": fork.on, "border": fork.border,
        "frames": [{"text": f.text, "sure": f.sure} for f in frames],
        "pages": pages, "more": fork.more + max(0, len(fork.pages or ()) - PAGES_KEPT),
        "waits": waits, "exec": execs[0] if execs else None,
        "died": fork.child.died, "status": fork.child.status,
        "parent_died": fork.parent.died, "parent_execs": [t for t, _, _ in fork.parent.execs
                                                          if t > fork.time][:1],
        "last": log.last,
    }


def summarise(log, files):
    """=> [site], the most called first.  A fork whose pause was cut off by the end of the guest says
    nothing and is left out."""
    found = {}
    for fork in log.forks:
        if fork.end is None and fork.kind not in forklog.SPAWNS:
            continue
        frames = symbols.backtrace(files, fork)
        place = symbols.site(frames)
        key = (fork.exe, place.path, place.address, fork.kind)
        site = found.setdefault(key, {
            "program": fork.exe, "file": place.path, "address": place.address,
            "symbol": place.symbol, "via": symbols.via(frames), "kind": fork.kind, "count": 0,
            "groups": {}})
        site["count"] += 1
        _add(site["groups"], fork, log, files)
    sites = sorted(found.values(), key=lambda s: (-s["count"], s["program"] or "", s["address"]))
    for site in sites:
        site["groups"] = list(site["groups"].values())
    return sites


def _add(groups, fork, log, files):
    changed, libc = changes(fork)
    why, waited = _fate(fork, log)
    dirty = any(changed[k] for k in ("heap", "data", "mmap"))
    words = sorted(libc)[:WORDS]
    digest = hashlib.sha1(repr(words).encode()).hexdigest()[:12]
    key = (fork.end, fork.call, fork.threads > 1, fork.later, bool(changed["stack"]), dirty, digest,
           bool(why))
    group = groups.get(key)
    if group is None:
        group = groups[key] = {
            "end": fork.end, "call": fork.call, "threads": fork.threads, "later": fork.later,
            "why": why, "waited": waited, "count": 0, "libc": [list(w) for w in words],
            "bytes": dict.fromkeys(changed, 0), "pages": {}, "pause": 0,
            "example": _example(fork, log, files)}
    group["count"] += 1
    group["threads"] = max(group["threads"], fork.threads)
    group["pause"] += fork.pause or 0
    for kind, n in changed.items():
        group["bytes"][kind] += n
    for kind, n in pages_of(fork).items():
        group["pages"][kind] = group["pages"].get(kind, 0) + n
