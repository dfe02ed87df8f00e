"""flat trace: a picture in time of what the processes of a guest do, for chrome://tracing or Perfetto.

From the fork log with switches: each process is a process of the trace.  Its first track says what its
memory is at any time (its own, a shadow on its parent's, paused under one, split from its parent's),
its threads' tracks say when they had the CPU, and arrows lead from each fork to the child and from
there to the exec that ended it.
"""

import json
import sys

from survey import forklog, record

MEMORY = 0  # the number of the track of states: no thread has it
COLOURS = {"paused": "grey", "shadow": "thread_state_iowait", "split": "terrible",
           "own": "thread_state_running", "borrowed": "thread_state_runnable"}


class Writer:
    """Collects events.  Times are nanoseconds since the guest's boot."""

    def __init__(self):
        self.events = []
        self.arrows = 0

    def add(self, phase, name, process, thread, time, **more):
        """One event."""
        self.events.append({"ph": phase, "name": name, "pid": process, "tid": thread,
                            "ts": time / 1000, **more})

    def slice(self, name, process, thread, start, end, **more):
        """Something that lasts."""
        if end > start:
            self.add("X", name, process, thread, start, dur=(end - start) / 1000, **more)

    def arrow(self, name, start, end):
        """From (process, thread, time) to another."""
        self.arrows += 1
        self.add("s", name, *start, id=self.arrows, cat="flow")
        self.add("f", name, *end, id=self.arrows, cat="flow", bp="e")


def number_processes(log):
    """Each process gets a number of its own in the trace: its pid, unless an earlier one had it."""
    numbers, taken = {}, set()
    for process in log.processes:
        number = process.pid
        while number in taken:
            number += 1 << 16
        taken.add(number)
        numbers[id(process)] = number
    return numbers


def _end(process, log):
    return log.last if process.died is None else process.died


def _runs(log, writer, numbers):
    """Who had the CPU, by the switches."""
    alive = {}  # pid: processes, oldest first
    for process in log.processes:
        alive.setdefault(process.pid, []).append(process)
    for (start, pid, tid), (end, _, _) in zip(log.switches, [*log.switches[1:], (log.last, 0, 0)]):
        for process in reversed(alive.get(pid, ())):
            if process.born <= start:
                writer.slice("runs", numbers[id(process)], tid, start, end)
                break


def _memory(process, log, writer, number, made):
    """The track of states of one process."""
    changes = [(process.born, "own")]  # (time, state from then on)
    fork = process.made_by
    if fork is not None:
        state = "borrowed" if fork.kind in forklog.SPAWNS else "shadow"
        changes = [(process.born, state)]
        if fork.ended is not None and fork.end not in ("exec", "exit"):
            changes.append((fork.ended, "split"))
    changes += [(t, "own") for t, _, _ in process.execs]
    for child in made:
        if child.kind == "share":
            continue
        before = [s for t, s in sorted(changes) if t <= child.time][-1:] or ["own"]
        changes.append((child.time, "paused"))
        if child.ended is not None:
            changes.append((child.ended, "split" if before[0] == "shadow" and child.end not in (
                "exec", "exit") else before[0]))
    changes.sort(key=lambda c: c[0])
    changes = [c for i, c in enumerate(changes) if i == 0 or changes[i - 1][1] != c[1]]
    ends = [t for t, _ in changes[1:]] + [_end(process, log)]
    for (start, state), end in zip(changes, ends):
        writer.slice(state, number, MEMORY, start, end, cname=COLOURS[state])


def _names(process, log, writer, number):
    title = process.execs[-1][2] if process.execs else (
        process.made_by.comm if process.made_by else "?")
    writer.add("M", "process_name", number, MEMORY, 0, args={"name": title[:60]})
    writer.add("M", "process_sort_index", number, MEMORY, 0, args={"sort_index": process.born // 1000})
    writer.add("M", "thread_name", number, MEMORY, 0, args={"name": "memory"})
    for time, path, argv in process.execs:
        writer.add("i", f"exec {path}", number, process.pid, time, s="p", args={"argv": argv})
    if process.died is not None:
        writer.add("i", "exit", number, process.pid, process.died, s="p",
                   args={"status": process.status})


def convert(log):
    """=> what Chrome calls a trace in JSON's object format"""
    writer, numbers = Writer(), number_processes(log)
    made = {}
    for fork in log.forks:
        made.setdefault(id(fork.parent), []).append(fork)
    for process in log.processes:
        number = numbers[id(process)]
        _names(process, log, writer, number)
        _memory(process, log, writer, number, made.get(id(process), ()))
    _runs(log, writer, numbers)
    for fork in log.forks:
        parent, child = numbers[id(fork.parent)], numbers[id(fork.child)]
        writer.arrow(fork.kind, (parent, MEMORY, fork.time), (child, MEMORY, fork.child.born + 1))
        if fork.ended is not None:
            why = fork.end + (f" in {fork.call}" if fork.call else "")
            writer.add("i", f"pause ends: {why}", parent, MEMORY, fork.ended, s="t",
                       args={"child": fork.child.pid, "pages": len(fork.pages or ())})
            writer.arrow(fork.end, (child, MEMORY, fork.ended - 1), (parent, MEMORY, fork.ended))
    writer.events.sort(key=lambda e: e["ts"])
    return {"traceEvents": writer.events, "displayTimeUnit": "ns"}


def main(argv):
    """=> exit status: the program's"""
    return record.main(
        argv, "trace",
        "Run PROGRAM in a guest and write what its processes did, in time, to FILE: "
        "a trace for https://ui.perfetto.dev or chrome://tracing.  All other options are those of "
        "flat run, `-it -- sh` for a shell to play with.", "switches",
        lambda path: json.dumps(convert(forklog.read(path)), separators=(",", ":")))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
