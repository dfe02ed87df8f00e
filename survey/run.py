"""Runs workloads: on Linux for reference, and in guests with each kind of fork.

A workload's runs follow each other, several workloads go on at the same time.  Each run is one record,
a line of DIR/results.jsonl, written in one piece; DIR/logs has what a run said and its fork log.  What
is in the file already is not run again (--resume), and whatever stops this, the file stays valid.
"""

import concurrent.futures
import dataclasses
import datetime
import gzip
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time

from survey import command, compare, forklog, guest, host, sites, symbols

MODES = ("full", "cow", "vfork")
RESULTS = "results.jsonl"
SHOWN = 4000  # characters of an output that a record keeps
LINES = 30  # of a difference
FORMAT = 1
HANG_SECONDS, HANG_FACTOR = 20, 4  # a hang: that much more than the run with fork=full took
HANG_MOST = 4  # ... times the children that lived side by side in it, at most so many: now they take turns


class Results:
    """The file of records: appended to by any number of writers, a line at a time."""

    def __init__(self, folder):
        self.path = os.path.join(folder, RESULTS)
        self.logs = os.path.join(folder, "logs")
        os.makedirs(self.logs, exist_ok=True)

    def append(self, record):
        """One line, by one write."""
        line = json.dumps(record, separators=(",", ":")).encode() + b"\n"
        fd = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o666)
        try:
            if os.write(fd, line) != len(line):
                raise OSError(f"{self.path}: no room for a record")
        finally:
            os.close(fd)


def load(path):
    """The records of a results file, or of a folder that has one.  A line that is torn or no record is
    passed over.  => ([record], number of bad lines)"""
    if os.path.isdir(path):
        path = os.path.join(path, RESULTS)
    records, bad = [], 0
    with open(path, encoding="utf-8", errors="replace") as file:
        for line in file:
            try:
                record = json.loads(line)
                if record["format"] != FORMAT or not isinstance(record["workload"], str):
                    raise ValueError("another format")
                records.append(record)
            except (ValueError, KeyError, TypeError):
                bad += 1
    return records, bad


def newest(records):
    """=> {(workload, mode): record}, the last one of each"""
    return {(r["workload"], r["mode"]): r for r in records}


def versions(folder):
    """The packages of a root: {name: version}."""
    found, name = {}, None
    try:
        with open(os.path.join(folder, "var/lib/dpkg/status"), encoding="utf-8") as file:
            for line in file:
                key, _, value = line.rstrip("\n").partition(": ")
                if key == "Package":
                    name = value
                elif key == "Version" and name:
                    found[name] = value
    except (OSError, TypeError):
        pass
    return found


def folder_size(folder):
    """Bytes of the files below a folder."""
    total = 0
    for where, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(where, name)).st_size + 512
            except OSError:
                pass
    return total


def kernel_commit():
    """What `git describe` says of this checkout."""
    done = subprocess.run(["git", "-C", guest.REPOSITORY, "describe", "--always", "--dirty"],
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
    return done.stdout.strip() or "unknown"


class Progress:
    """Says what is done and what is running: a line that changes on a terminal, else a line a run."""

    def __init__(self, total, stream=sys.stderr):
        self.total, self.done, self.bad = total, 0, 0
        self.stream, self.live = stream, stream.isatty()
        self.running = {}  # name: when it began
        self.lock = threading.Lock()

    def _show(self):
        if not self.live:
            return
        now = time.monotonic()
        names = ", ".join(f"{n} {now - t:.0f} s" for n, t in sorted(self.running.items(),
                                                                   key=lambda x: x[1]))
        width = shutil.get_terminal_size().columns - 1
        text = f"[{self.done}/{self.total}] {self.bad} differ; running: {names}"
        self.stream.write("\r\033[K" + text[:width])
        self.stream.flush()

    def begin(self, name):
        """A run begins."""
        with self.lock:
            self.running[name] = time.monotonic()
            self._show()

    def end(self, name, text, good):
        """It has ended."""
        with self.lock:
            took = time.monotonic() - self.running.pop(name, time.monotonic())
            self.done += 1
            self.bad += not good
            if self.live:
                self.stream.write("\r\033[K")
            running = "" if self.live else "".join(f" ({n} runs)" for n in sorted(self.running))
            self.stream.write(f"[{self.done}/{self.total}] {name}: {text}, {took:.1f} s{running}\n")
            self.stream.flush()
            self._show()

    def skip(self, n):
        """Runs that will not be needed."""
        with self.lock:
            self.total -= n


def _text(data):
    text = data.decode("utf-8", "backslashreplace")
    return text if len(text) <= SHOWN else text[:SHOWN // 2] + "\n...\n" + text[-SHOWN // 2:]


class Survey:
    """All runs of one call of `flat survey`."""

    def __init__(self, results, root, folder, options, progress):
        self.results, self.root, self.folder, self.options = results, root, folder, options
        self.files = symbols.Files(folder)
        self.versions = versions(folder)
        self.commit = kernel_commit()
        # A folder as a root is packed into the guest's memory, an image is not.
        self.extra = folder_size(root) * 5 // 4 if root and os.path.isdir(root) else 0
        self.progress = progress
        self.lock = threading.Lock()

    # -- records

    def _record(self, workload, mode, outcome):
        versions_ = {p: self.versions[p] for p in workload.packages if p in self.versions}
        return {
            "format": FORMAT, "workload": workload.name, "program": workload.program,
            "mode": mode, "end": outcome.end, "status": outcome.status,
            "reason": outcome.reason, "seconds": round(outcome.seconds, 2),
            "stdout": _text(outcome.stdout), "stderr": _text(outcome.stderr),
            "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
            "commit": self.commit, "packages": versions_, "script": workload.script,
            "source": os.path.relpath(workload.path, guest.REPOSITORY),
            "line": workload.line,
        }

    def _keep_log(self, name, kind, data):
        with open(os.path.join(self.results.logs, f"{name}.{kind}"), "wb") as file:
            file.write(data)

    # -- runs

    def on_linux(self, workload):
        """The reference.  => (Outcome, record)"""
        outcome = host.run(workload, self.folder, self.options.factor)
        record = self._record(workload, "native", outcome)
        record["ok"] = outcome.end == "exit"
        return outcome, record

    def in_guest(self, workload, mode, reference, factor):
        """One run.  => record; None: it was stopped"""
        with tempfile.TemporaryDirectory(prefix="flat-survey-") as folder:
            path = os.path.join(folder, "forks")
            words = ["--icount", "--forks", path]
            if mode != "full":
                words += ["--append", f"fork={mode}"]
            larger = dataclasses.replace(workload, memory=workload.memory + self.extra)
            outcome = guest.run(larger, self.root, factor, words)
            if outcome.end == "stopped":
                return None
            log = forklog.read(path) if os.path.exists(path) else forklog.Log()
            name = f"{workload.name}.{mode}"
            if os.path.exists(path):
                with open(path, "rb") as raw:
                    self._keep_log(name, "forks.gz", gzip.compress(raw.read(), 6))
        self._keep_log(name, "stdout", outcome.stdout)
        self._keep_log(name, "stderr", outcome.stderr)
        record = self._record(workload, mode, outcome)
        if log.end in ("panic", "boot"):
            record["end"] = log.end
        found = compare.differences(workload, reference, outcome)
        record["ok"] = not found
        record["differences"] = found[:LINES]
        record["forks"] = len(log.forks)
        record["beside"] = log.beside()
        record["refused"] = log.failed
        record["processes"] = len(log.processes)
        record["executables"] = sorted({p for x in log.processes for _, p, _ in x.execs if p})
        record["stuck"] = [{"comm": f.comm, "pid": f.child.pid, "call": f.stuck}
                           for f in log.forks if f.stuck][:8]
        if mode == "full":
            with self.lock:  # reading the root's files is done once
                record["sites"] = sites.summarise(log, self.files)
        return record

    def _steady(self, workload, reference):
        """Does Linux say the same when it is asked again?"""
        again = host.run(workload, self.folder, self.options.factor)
        return again.end == "stopped" or not compare.differences(workload, reference, again)

    def run(self, workload, modes):
        """All runs of a workload."""
        self.progress.begin(f"{workload.name} native")
        reference, record = self.on_linux(workload)
        if reference.end == "stopped":
            return
        if "native" in modes:
            self.results.append(record)
        self.progress.end(f"{workload.name} native", _said(record), record["ok"])
        factor = self.options.factor
        for mode in MODES:
            if mode not in modes or command.stopping.is_set():
                continue
            name = f"{workload.name} {mode}"
            self.progress.begin(name)
            record = self.in_guest(workload, mode, reference, factor)
            if record is None:
                return
            # What is to hang in the other modes need not do so for long.
            if mode == "full" and record["ok"]:
                turns = min(HANG_MOST, max(1, record["beside"]))
                patience = HANG_SECONDS + HANG_FACTOR * turns * record["seconds"]
                factor = min(factor, patience / workload.limit)
            if mode == "full" and not record["ok"] and not self._steady(workload, reference):
                record["unsteady"] = True
            self.results.append(record)
            self.progress.end(name, _said(record), record["ok"])

    def run_all(self, todo):
        """todo: [(workload, modes)].  Returns when all is done, or stopped by ^C (False)."""
        pool = concurrent.futures.ThreadPoolExecutor(self.options.jobs)
        waiting = [pool.submit(self.run, w, modes) for w, modes in todo]
        try:
            for done in concurrent.futures.as_completed(waiting):
                done.result()
        except (KeyboardInterrupt, OSError):
            command.stopping.set()
            for job in waiting:
                job.cancel()
            pool.shutdown(wait=True)
            if not isinstance(sys.exc_info()[1], KeyboardInterrupt):
                raise
            return False
        pool.shutdown()
        return True


def _said(record):
    """A run in a few words."""
    if record["end"] != "exit":
        return record["end"] + (f": {record['reason']}" if record["reason"] else "")
    forks = "" if record["mode"] == "native" else f", {record['forks']} forks"
    if record["ok"]:
        return f"status {record['status']}{forks}"
    return f"differs ({record['differences'][0]}){forks}"


def todo_of(chosen, modes, done):
    """What is left to do: [(workload, modes)].  done: {(workload, mode): record}"""
    wanted = ["native", *modes]
    left = [(w, [m for m in wanted if (w.name, m) not in done]) for w in chosen]
    return [(w, m) for w, m in left if m]
