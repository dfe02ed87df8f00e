"""Workloads as data: the files tests/debian/*.w and survey/programs/*.w.

One file per program:

    # a comment
    program: git
    packages: git ca-certificates
    memory: 512M

    == clone
    limit: 60
    env: GIT_AUTHOR_NAME=a
    --
    git init -q repo
    == gc
    stdin: some text
    --
    git gc

Keys above the first `==` hold for all workloads of the file, keys below one for it alone.  Between
`--` and the next `== name` is the script, to the letter.  docs: survey/README.md.

A mistake is a WorkloadError that names file and line; load() goes on and returns them all.
"""

import dataclasses
import fnmatch
import os
import re

SHELL = "/bin/sh"
MAX_LIMIT = 3600  # seconds
COMPARED = ("stdout", "stderr", "status")

_NAME = re.compile(r"[a-z0-9][a-z0-9.+_-]*\Z")
_KEY = re.compile(r"([a-z-]+):(?:\s+(.*?))?\s*\Z")
_SIZE = re.compile(r"([0-9]+)([KMG])\Z")
_UNITS = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}
_ESCAPES = {"n": "\n", "t": "\t", "\\": "\\", "0": "\0"}


class WorkloadError(Exception):
    """A mistake in a workload file; reads FILE:LINE: what is wrong."""

    def __init__(self, path, line, message):
        super().__init__(f"{path}:{line}: {message}")
        self.path, self.line, self.message = path, line, message


@dataclasses.dataclass
class Workload:
    """One thing that a user does with a program."""

    program: str
    case: str = ""
    path: str = ""  # the file it is from, and the line of its `==`
    line: int = 0
    packages: tuple = ()  # Debian packages that its root needs
    memory: int = 256 << 20  # bytes, of the guest
    limit: int = 30  # seconds, on an idle machine
    env: dict = dataclasses.field(default_factory=dict)
    stdin: bytes = b""
    files: tuple = ()  # paths on the host; their copies are in the work folder
    shell: str = SHELL
    tty: bool = False
    compare: frozenset = frozenset(("stdout", "status"))
    sort: bool = False  # compare sorted lines
    script: str = ""

    @property
    def name(self):
        """What it is called everywhere: PROGRAM.CASE."""
        return f"{self.program}.{self.case}"


def _size(text):
    match = _SIZE.match(text)
    if not match or int(match[1]) == 0:
        raise ValueError(f"not a size such as 256M: {text}")
    return int(match[1]) * _UNITS[match[2]]


def _seconds(text):
    if not text.isdecimal() or not 0 < int(text) <= MAX_LIMIT:
        raise ValueError(f"not a number of seconds from 1 to {MAX_LIMIT}: {text}")
    return int(text)


def _yes_no(text):
    if text not in ("yes", "no"):
        raise ValueError(f"neither yes nor no: {text}")
    return text == "yes"


def _compared(text):
    words = text.split()
    for word in words:
        if word not in COMPARED:
            raise ValueError(f"not one of {' '.join(COMPARED)}: {word}")
    if not words:
        raise ValueError("nothing to compare")
    return frozenset(words)


def _unescape(text):
    def one(match):
        if match[1] not in _ESCAPES:
            raise ValueError(f"unknown escape \\{match[1]}: there are \\n \\t \\0 \\\\")
        return _ESCAPES[match[1]]

    return re.sub(r"\\(.?)", one, text)


def _assignment(text):
    name, equals, value = text.partition("=")
    if not equals or not re.match(r"[A-Za-z_][A-Za-z0-9_]*\Z", name):
        raise ValueError(f"not NAME=VALUE: {text}")
    return name, value


class _Parser:
    """Reads one file, line by line."""

    def __init__(self, path):
        self.path = path
        self.folder = os.path.dirname(path)
        self.defaults = Workload(program="", path=path)
        self.current = self.defaults
        self.script = None  # lines, once behind `--`
        self.done = []
        self.seen = set()  # keys of this part that may be there once
        self.line = 0

    def fail(self, message, line=None):
        raise WorkloadError(self.path, line or self.line, message)

    # -- keys

    def key(self, name, value):
        """One `key: value` line."""
        setter = getattr(self, "set_" + name.replace("-", "_"), None)
        if setter is None:
            self.fail(f"unknown key: {name}")
        if name not in ("env", "file", "stdin"):
            if name in self.seen:
                self.fail(f"{name} is given twice")
            self.seen.add(name)
        try:
            setter(value)
        except ValueError as error:
            self.fail(f"{name}: {error}")

    def set_program(self, value):
        if self.current is not self.defaults:
            raise ValueError("belongs above the first ==")
        if not _NAME.match(value):
            raise ValueError(f"not a name of small letters, digits and . + _ -: {value}")
        self.current.program = value

    def set_packages(self, value):
        self.current.packages = tuple(value.split())

    def set_memory(self, value):
        self.current.memory = _size(value)

    def set_limit(self, value):
        self.current.limit = _seconds(value)

    def set_env(self, value):
        name, text = _assignment(value)
        self.current.env = {**self.current.env, name: text}

    def set_stdin(self, value):
        if "stdin-file" in self.seen:
            raise ValueError("there is a stdin-file already")
        before = self.current.stdin if "stdin" in self.seen else b""
        self.seen.add("stdin")
        self.current.stdin = before + (_unescape(value) + "\n").encode()

    def set_stdin_file(self, value):
        if "stdin" in self.seen:
            raise ValueError("there is a stdin already")
        with open(self.beside(value), "rb") as file:
            self.current.stdin = file.read()

    def set_file(self, value):
        self.current.files += (self.beside(value),)

    def set_shell(self, value):
        if not value.startswith("/") or " " in value:
            raise ValueError(f"not the path of a program: {value}")
        self.current.shell = value

    def set_tty(self, value):
        self.current.tty = _yes_no(value)

    def set_compare(self, value):
        self.current.compare = _compared(value)

    def set_sort(self, value):
        self.current.sort = _yes_no(value)

    def beside(self, name):
        """The path of a file beside the .w file."""
        if "/" in name or name in ("", ".", ".."):
            raise ValueError(f"not the name of a file beside {self.path}: {name}")
        path = os.path.join(self.folder, name)
        if not os.path.isfile(path):
            raise ValueError(f"there is no file {path}")
        return path

    # -- structure

    def begin(self, case):
        """A line `== case`."""
        self.end()
        if not _NAME.match(case):
            self.fail(f"not a name of small letters, digits and . + _ -: {case}")
        if any(w.case == case for w in self.done):
            self.fail(f"a second workload {case}")
        if not self.defaults.program:
            self.fail("no program: above the first ==")
        if not self.defaults.packages:
            self.fail("no packages: above the first ==")
        self.current = dataclasses.replace(self.defaults, case=case, line=self.line)
        self.seen = set()

    def end(self):
        """The workload that was being read is complete."""
        if self.current is self.defaults:
            return
        if self.script is None:
            self.fail(f"{self.current.case} has no script: no line --", self.current.line)
        while self.script and not self.script[-1].strip():
            self.script.pop()
        if not self.script:
            self.fail(f"the script of {self.current.case} is empty", self.current.line)
        self.current.script = "\n".join(self.script) + "\n"
        self.done.append(self.current)
        self.script = None

    def feed(self, text):
        """The next line."""
        self.line += 1
        if text.startswith("== "):
            self.begin(text[3:].strip())
        elif self.script is not None:
            self.script.append(text)
        elif not text.strip() or text.startswith("#"):
            pass
        elif text.rstrip() == "--":
            if self.current is self.defaults:
                self.fail("a script without a name: == NAME must come before --")
            self.script = []
        else:
            match = _KEY.match(text)
            if not match:
                self.fail(f"neither `key: value`, `== name` nor `--`: {text}")
            self.key(match[1], match[2] or "")


def parse(path):
    """The workloads of one file.  Raises WorkloadError."""
    parser = _Parser(path)
    try:
        with open(path, encoding="utf-8") as file:
            lines = file.read().split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise WorkloadError(path, 1, f"cannot be read: {error}") from error
    if lines[-1] == "":
        lines.pop()
    for text in lines:
        parser.feed(text)
    parser.end()
    if not parser.done:
        parser.fail("no workload: a line == NAME begins one", 1)
    return parser.done


def files_of(paths):
    """The .w files that paths, which are files or folders, lead to; in order."""
    found = []
    for path in paths:
        if os.path.isdir(path):
            names = sorted(os.listdir(path))
            found += [os.path.join(path, n) for n in names if n.endswith(".w")]
        else:
            found.append(path)
    return found


def load(paths):
    """All workloads of files and folders.  => (workloads, [WorkloadError])"""
    workloads, errors, where = [], [], {}
    for path in files_of(paths):
        try:
            for workload in parse(path):
                other = where.setdefault(workload.name, workload)
                if other is not workload:
                    raise WorkloadError(path, workload.line,
                                        f"{workload.name} is in {other.path}:{other.line} too")
                workloads.append(workload)
        except WorkloadError as error:
            errors.append(error)
    return workloads, errors


def select(workloads, patterns):
    """Those whose name, or program, one of the shell patterns matches; all if there are none."""
    if not patterns:
        return list(workloads)
    return [w for w in workloads
            if any(fnmatch.fnmatchcase(w.name, p) or fnmatch.fnmatchcase(w.program, p)
                   for p in patterns)]
