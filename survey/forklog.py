"""Reads a fork log (`flat run --forks FILE`; docs/FORK.md lists its lines) into processes and forks.

A log may end anywhere, since a guest may: what is not there is None.
"""

import dataclasses
import json

SPAWNS = ("vfork", "clone_vfork", "share")  # kinds of call whose child has its parent's memory


@dataclasses.dataclass
class Process:
    """One process, from its fork (or the start) to its end."""

    pid: int
    parent: "Process" = None
    born: int = 0  # ns, as all times
    died: int = None
    status: int = None  # as wait4 has it
    execs: list = dataclasses.field(default_factory=list)  # (time, path, argv)
    waits: list = dataclasses.field(default_factory=list)  # the log's lines
    tooks: list = dataclasses.field(default_factory=list)  # the log's lines
    left: dict = None  # the log's line: alive when the guest ended
    made_by: "Fork" = None

    def paused_with(self, time):
        """The processes that a pause of this one at a time stops: itself, and all above it that
        have not seen their child exec."""
        found = [self]
        process = self
        while process.parent is not None and not any(t < time for t, _, _ in process.execs) and \
                process.made_by is not None and process.made_by.kind not in SPAWNS:
            process = process.parent
            found.append(process)
        return found


@dataclasses.dataclass
class Fork:
    """One call, and how its pause ended."""

    time: int
    kind: str
    parent: Process
    child: Process
    tid: int
    comm: str
    exe: str  # path of the caller's program
    threads: int
    depth: int
    ip: tuple  # (path or None, offset)
    stack: list  # [(distance from sp, path, offset)]: return addresses
    sp: int = 0
    settid: int = None
    caller: tuple = None  # vfork: the place that called it
    end: str = None  # exec, exit, block, quantum, signal; None: the pause never ended
    ended: int = None
    call: str = None  # block
    on: str = None  # ... the file that its descriptor is
    signal: int = None
    pause: int = None
    pages: list = None  # [(where, offset, [(offset, length)])]; where: a path, heap, stack ...
    more: int = 0
    areas: dict = dataclasses.field(default_factory=dict)  # kind of memory: [pages, bytes]
    border: int = 0
    stuck: str = None  # fork=cow: killed in this call

    @property
    def later(self):
        """What became of the child: exec, exit, or alive when the guest ended."""
        if any(t >= self.time for t, _, _ in self.child.execs):
            return "exec"
        return "exit" if self.child.died is not None else "alive"


AREAS = ("own_stack", "other_stack", "data", "heap", "mmap")


class Log:
    """All of a log."""

    def __init__(self):
        self.processes = []
        self.forks = []
        self.failed = 0  # calls that were refused
        self.mode = None
        self.end = None  # how the guest ended: the word of the last line
        self.last = 0  # time of the last line
        self.switches = []  # (time, pid, tid)
        self._alive = {}  # pid: Process
        self._files = {}  # number: path
        self._open = {}  # pid of a child: the Fork whose pause lasts

    # -- lines

    def _process(self, pid):
        if pid not in self._alive:
            self._alive[pid] = Process(pid)
            self.processes.append(self._alive[pid])
        return self._alive[pid]

    def _place(self, number, offset):
        return self._files.get(number), offset

    def on_start(self, line):
        self.mode = line["fork"]

    def on_file(self, line):
        self._files[line["id"]] = line["path"]

    def on_fork(self, line):
        pid = line["child"]
        if line["error"]:
            self.failed += 1
            fork = self._open.pop(pid, None)
            if fork is not None:
                self.forks.remove(fork)
                self.processes.remove(fork.child)
                self._alive.pop(pid, None)
            return
        parent = self._process(line["pid"])
        child = Process(pid, parent, line["t"])
        self._alive[pid] = child
        self.processes.append(child)
        fork = Fork(line["t"], line["kind"], parent, child, line["tid"], line["comm"],
                    self._files.get(line["exe"]), line["threads"], line["depth"],
                    self._place(*line["ip"]),
                    [(slot, *self._place(f, o)) for slot, f, o in line["stack"]],
                    line["sp"], line.get("settid"),
                    self._place(*line["caller"]) if "caller" in line else None)
        child.made_by = fork
        self._open[pid] = fork
        self.forks.append(fork)

    def on_end(self, line):
        fork = self._open.pop(line["child"], None)
        if fork is None:
            return
        fork.end, fork.ended, fork.pause = line["end"], line["t"], line["pause"]
        fork.call, fork.on, fork.signal = line.get("call"), line.get("on"), line.get("signal")
        fork.more, fork.border = line.get("more", 0), line.get("border", 0)
        fork.areas = {a: line[a] for a in AREAS if a in line}
        if "pages" in line:
            fork.pages = [self._page(*page) for page in line["pages"]]

    def _page(self, where, offset, *pairs):
        if isinstance(where, int):
            where = self._files.get(where, "?")
        return where, offset, list(zip(pairs[::2], pairs[1::2]))

    def on_exec(self, line):
        self._process(line["pid"]).execs.append(
            (line["t"], self._files.get(line["file"]), line["argv"]))

    def on_exit(self, line):
        process = self._alive.pop(line["pid"], None)
        if process is not None:
            process.died, process.status = line["t"], line["status"]

    def on_wait(self, line):
        self._process(line["pid"]).waits.append(line)

    def on_took(self, line):
        self._process(line["pid"]).tooks.append(line)

    def on_left(self, line):
        self._process(line["pid"]).left = line

    def on_stuck(self, line):
        process = self._process(line["pid"])
        if process.made_by is not None:
            process.made_by.stuck = line["call"]

    def on_run(self, line):
        self.switches.append((line["t"], line["pid"], line["tid"]))

    def beside(self):
        """The most children that lived beside their parents at the same time, before they execed."""
        changes = []
        for fork in self.forks:
            if fork.kind in SPAWNS or fork.end in (None, "exec", "exit"):
                continue
            ends = [t for t, _, _ in fork.child.execs if t >= fork.time]
            changes += [(fork.ended, 1), (min([*ends, fork.child.died or self.last + 1]), -1)]
        now = most = 0
        for _, change in sorted(changes):
            now += change
            most = max(most, now)
        return most

    def on_machine(self, line):
        self.end = line["end"]

    def feed(self, text):
        """One line.  What cannot be read, the torn last line of a guest that died, is passed over."""
        try:
            line = json.loads(text)
            handler = getattr(self, "on_" + line["e"], None)
        except (ValueError, TypeError, KeyError):
            return
        self.last = max(self.last, line.get("t", 0))
        if handler is not None:
            handler(line)


def read(path):
    """=> Log"""
    log = Log()
    with open(path, encoding="utf-8", errors="replace") as file:
        for text in file:
            log.feed(text)
    return log
