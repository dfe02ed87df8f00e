"""One command with its input, outputs, time limit and, if wanted, a terminal.

The command gets a session of its own; when it ends, or has to, nothing of its process group is left.
Its outputs are kept up to FLOOD bytes; more is a result of its own.
"""

import dataclasses
import fcntl
import os
import pty
import selectors
import signal
import struct
import subprocess
import termios
import threading
import time

FLOOD = 16 << 20  # bytes of output after which a command is ended
ROWS, COLUMNS = 24, 80  # of a terminal
LOOK = 0.5  # seconds between two looks at `stopping`

stopping = threading.Event()  # set: all commands end at once, as `stopped`


@dataclasses.dataclass
class Outcome:
    """How a run ended.  `end`: exit (status is the program's, 128 + N for signal N), timeout,
    flood (too much output), stopped, or failed (it could not be run: reason says why)."""

    end: str
    status: int = -1
    stdout: bytes = b""
    stderr: bytes = b""
    seconds: float = 0.0
    reason: str = ""


class _Streams:
    """Feeds stdin and collects the outputs until all are closed, or it must stop."""

    def __init__(self, source, sinks, data, is_tty):
        self.selector = selectors.DefaultSelector()
        self.data = memoryview(data)
        self.is_tty = is_tty
        self.got = {fd: bytearray() for fd in sinks}
        self.size = 0
        for fd in sinks:
            os.set_blocking(fd, False)
            self.selector.register(fd, selectors.EVENT_READ | (
                selectors.EVENT_WRITE if fd == source and data else 0))
        if source not in sinks:
            os.set_blocking(source, False)
            self.selector.register(source, selectors.EVENT_WRITE)
        self.open = set(sinks)

    def write(self, fd):
        """More input for it; after the last byte, its end."""
        try:
            done = os.write(fd, self.data[:4096]) if self.data else 0
            self.data = self.data[done:]
        except BlockingIOError:
            return
        except OSError:  # it does not read, or is gone
            self.data = self.data[:0]
        if self.data:
            return
        if self.is_tty:
            self.selector.modify(fd, selectors.EVENT_READ)
        else:
            self.selector.unregister(fd)
            os.close(fd)

    def read(self, fd):
        """What it has written."""
        try:
            chunk = os.read(fd, 65536)
        except BlockingIOError:
            return
        except OSError:  # a terminal whose other end is closed
            chunk = b""
        self.got[fd] += chunk
        self.size += len(chunk)
        if not chunk:
            self.selector.unregister(fd)
            self.open.discard(fd)

    def pump(self, deadline):
        """=> "" when all outputs are closed; else "timeout", "flood" or "stopped"."""
        while self.open:
            left = deadline - time.monotonic()
            if left <= 0:
                return "timeout"
            if self.size > FLOOD:
                return "flood"
            if stopping.is_set():
                return "stopped"
            for key, events in self.selector.select(min(left, LOOK)):
                if events & selectors.EVENT_WRITE:
                    self.write(key.fd)
                if events & selectors.EVENT_READ:
                    self.read(key.fd)
        return ""


def _start(argv, terminal):
    """=> (process, fd to write to, fds to read from)"""
    if not terminal:
        process = subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, start_new_session=True)
        return process, os.dup(process.stdin.fileno()), [os.dup(process.stdout.fileno()),
                                                         os.dup(process.stderr.fileno())]
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("4H", ROWS, COLUMNS, 0, 0))
    process = subprocess.Popen(["setsid", "-c", "--", *argv], stdin=theirs, stdout=theirs,
                               stderr=theirs)
    os.close(theirs)
    return process, ours, [ours]


def _kill(process):
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def run(argv, stdin=b"", limit=60.0, terminal=False):
    """Run argv for at most limit seconds.  => Outcome, without a judgement of the status"""
    begin = time.monotonic()
    try:
        process, source, sinks = _start(argv, terminal)
    except OSError as error:
        return Outcome("failed", reason=f"{argv[0]}: {error.strerror}")
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream:
            stream.close()
    streams = _Streams(source, sinks, stdin, terminal)
    try:
        end = streams.pump(begin + limit)
        if not end:
            try:
                process.wait(max(0.1, begin + limit - time.monotonic()))
            except subprocess.TimeoutExpired:
                end = "timeout"
    finally:
        _kill(process)
        process.wait()
        for fd in sinks:
            os.close(fd)
    status = process.returncode
    return Outcome(end or "exit", status if status >= 0 else 128 - status,
                   bytes(streams.got[sinks[0]]), b"" if terminal else bytes(streams.got[sinks[1]]),
                   time.monotonic() - begin)
