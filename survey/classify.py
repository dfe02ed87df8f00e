"""What a fork needed, and what that lets one expect: the classes of the survey.

From easy to hard; a site has the class of its hardest call, a program that of its hardest site.

    none    never forks, or only by vfork and posix_spawn
    clean   execs having changed nothing of the parent's but its own stack below the call
    stack   execs having changed stack that the parent still uses
    dirty   execs having changed heap or data
    exit    never execs, does its work and exits without needing its parent
    split   blocked on its parent, or lived on beside it

Each call of fork() changes some words of the C library's own data (its lock, the thread's number).
They are no doing of the program's and are not counted: the words that every fork of the survey
with this C library has changed.
"""

CLASSES = ("none", "clean", "stack", "dirty", "exit", "split")
TITLES = {
    "none": "none / spawn", "clean": "exec, clean", "stack": "exec, stack", "dirty": "exec, dirty",
    "exit": "exit", "split": "split",
}
WORKS_WITH = {
    "none": "anything",
    "clean": "fork as vfork",
    "stack": "vfork with the stack saved",
    "dirty": "copy-on-write, parent paused",
    "exit": "copy-on-write, parent paused",
    "split": "a true fork",
}
SPAWNS = ("vfork", "clone_vfork", "share")


def hardest(classes):
    """The hardest of some classes; "none" if there are none."""
    return max(classes, key=CLASSES.index, default="none")


def baseline(records):
    """The words of C libraries that every fork in these records changed: {(path, offset)}."""
    common = {}  # path of a C library: set, or absent
    for record in records:
        for site in record.get("sites") or ():
            if site["kind"] in SPAWNS:
                continue
            for group in site["groups"]:
                _narrow(common, group)
    return set().union(*common.values()) if common else set()


def _narrow(common, group):
    by_path = {}
    for path, offset in group["libc"]:
        by_path.setdefault(path, set()).add((path, offset))
    if group["end"] is None:
        return
    for path, words in by_path.items():
        if path in common:
            common[path] &= words
        else:
            common[path] = words


def leaked(group, ignored):
    """Bytes per call of the parent's heap and data that a child in its memory would have changed."""
    words = sum(1 for path, offset in group["libc"] if (path, offset) not in ignored)
    total = sum(group["bytes"].get(k, 0) for k in ("heap", "data", "mmap"))
    return total // group["count"] + 8 * words


def class_of(site, group, ignored):
    """The class of the calls of a group."""
    if site["kind"] in SPAWNS:
        return "none"
    if group["why"]:
        return "split"
    if group["later"] != "exec":
        return "exit"
    if leaked(group, ignored):
        return "dirty"
    return "stack" if group["bytes"].get("stack") else "clean"


def predict(sites, ignored):
    """=> {mode: (verdict, why)}; verdict: works, leaks (the parent's memory is changed: it may work)
    or fails."""
    cow, vfork = ("works", ""), ("works", "")
    for site in sites:
        for group in site["groups"]:
            kind = class_of(site, group, ignored)
            where = site["symbol"] or f"{site['address']:#x}"
            if kind == "split":
                cow = ("fails", f"{where}: {group['why']}")
                vfork = ("fails", f"{where}: needs a true fork")
            elif kind in ("dirty", "exit") and vfork[0] != "fails":
                n = leaked(group, ignored)
                if n:
                    vfork = ("leaks", f"{where}: {n} bytes of the parent's are changed")
    return {"cow": cow, "vfork": vfork}


def tally(sites, ignored):
    """=> {class: [sites, calls, threaded calls, bytes, pages]} of some sites"""
    found = {c: [0, 0, 0, 0, 0] for c in CLASSES}
    for site in sites:
        kinds = []
        for group in site["groups"]:
            kind = class_of(site, group, ignored)
            kinds.append(kind)
            row = found[kind]
            row[1] += group["count"]
            row[2] += group["count"] if group["threads"] > 1 else 0
            row[3] += leaked(group, ignored) * group["count"]
            row[4] += sum(n for k, n in group["pages"].items() if k != "own_stack")
        found[hardest(kinds)][0] += 1
    return found
