"""From records to what the report says: workloads with their outcomes, programs with their sites, and
the totals."""

import dataclasses

from survey import classify, run

WORKS, FAILS = "works", "fails"


@dataclasses.dataclass
class Case:
    """One workload."""

    name: str
    records: dict  # mode: record
    cause: str = ""  # not "": could not be tested, and why
    predicted: dict = dataclasses.field(default_factory=dict)  # mode: (verdict, why)
    observed: dict = dataclasses.field(default_factory=dict)  # mode: (works or fails, why)
    kind: str = "none"  # its hardest class

    @property
    def full(self):
        """The record with the sites."""
        return self.records.get("full") or {}

    @property
    def sites(self):
        """Its fork sites."""
        return self.full.get("sites") or []


@dataclasses.dataclass
class Site:
    """One fork site, over all workloads."""

    program: str
    file: str
    address: int
    symbol: str
    via: list
    kind: str  # of call
    count: int = 0
    groups: list = dataclasses.field(default_factory=list)  # (class, group, name of the workload)
    hardest: str = "none"

    @property
    def where(self):
        """FILE+0xADDRESS, as short as it is clear."""
        file = "" if self.file == self.program else (self.file or "?").rsplit("/", 1)[-1]
        return f"{file}+{self.address:#x}"


@dataclasses.dataclass
class Program:
    """One executable that made processes."""

    path: str
    sites: list
    cases: list  # names of workloads
    hardest: str = "none"
    threaded: int = 0  # calls while other threads ran

    @property
    def name(self):
        """Its file's name."""
        return self.path.rsplit("/", 1)[-1]

    @property
    def calls(self):
        """All of them."""
        return sum(s.count for s in self.sites)


def _cause(case):
    """Why it could not be tested, or ""."""
    native, full = case.records.get("native"), case.records.get("full")
    if native is None or full is None:
        return "it was not run" if full is None else "there is no reference"
    if not native["ok"]:
        return f"on Linux: {native['end']} {native['reason']}".strip()
    if full["ok"]:
        return ""
    if full.get("unsteady"):
        return "its output is not the same twice on Linux"
    if full["end"] != "exit":
        return f"{full['end']} {full['reason']}".strip()
    return _difference(full)


def _difference(record):
    """A difference in one line, with what was said about it."""
    found = record["differences"]
    changed = [d for d in found if d[:1] in "+-" and d[:3] not in ("+++", "---")]
    first = changed[0] if changed and not found[0].startswith("status") else found[0]
    said = record["stderr"].strip().splitlines()
    return first + (f"; it said: {said[-1]}" if said else "")


def _observe(record):
    """=> (works or fails, why)"""
    if record["stuck"]:
        stuck = record["stuck"][0]
        return FAILS, f"{stuck['comm']} waited in {stuck['call']} for ever and was killed"
    if record["ok"]:
        return WORKS, ""
    if record["end"] != "exit":
        return FAILS, f"{record['end']} {record['reason']}".strip()
    return FAILS, _difference(record)


class Model:
    """Everything that a report shows."""

    def __init__(self, records):
        self.records = records
        by_name = {}
        for (name, mode), record in run.newest(records).items():
            by_name.setdefault(name, {})[mode] = record
        self.cases = [Case(name, by_name[name]) for name in sorted(by_name)]
        for case in self.cases:
            case.cause = _cause(case)
        self.tested = [c for c in self.cases if not c.cause]
        self.untested = [c for c in self.cases if c.cause]
        self.ignored = classify.baseline([c.full for c in self.tested])
        for case in self.tested:
            self._judge(case)
        self.sites = self._sites()
        self.programs = self._programs()
        self.quiet = self._quiet()

    def _judge(self, case):
        case.predicted = classify.predict(case.sites, self.ignored)
        for mode in ("cow", "vfork"):
            if mode in case.records:
                case.observed[mode] = _observe(case.records[mode])
        case.kind = classify.hardest(classify.class_of(s, g, self.ignored)
                                     for s in case.sites for g in s["groups"])

    def _sites(self):
        found = {}
        for case in self.tested:
            for raw in case.sites:
                key = (raw["program"], raw["file"], raw["address"], raw["kind"])
                site = found.setdefault(key, Site(*key[:3], raw["symbol"], raw["via"], raw["kind"]))
                site.count += raw["count"]
                site.groups += [(classify.class_of(raw, g, self.ignored), g, case.name)
                                for g in raw["groups"]]
        for site in found.values():
            site.hardest = classify.hardest(k for k, _, _ in site.groups)
        return sorted(found.values(), key=lambda s: (s.program or "", -s.count, s.address))

    def _programs(self):
        found = {}
        for site in self.sites:
            program = found.setdefault(site.program, Program(site.program or "?", [], []))
            program.sites.append(site)
            program.cases = sorted({*program.cases, *(n for _, _, n in site.groups)})
            program.threaded += sum(g["count"] for _, g, _ in site.groups if g["threads"] > 1)
            program.hardest = classify.hardest([program.hardest, site.hardest])
        return sorted(found.values(), key=lambda p: (p.name, p.path))

    def _quiet(self):
        """Executables that ran and never made a process."""
        ran = {p for c in self.tested for p in c.full.get("executables") or ()}
        return sorted(ran - {p.path for p in self.programs})

    # -- totals

    def shares(self):
        """[(what, {class: count}, {class: count with threads})] for programs, sites and calls"""
        none = dict.fromkeys(classify.CLASSES, 0)
        rows = [("programs", dict(none), dict(none)), ("fork sites", dict(none), dict(none)),
                ("calls", dict(none), dict(none))]
        for program in self.programs:
            rows[0][1][program.hardest] += 1
            rows[0][2][program.hardest] += program.threaded > 0
        for site in self.sites:
            rows[1][1][site.hardest] += 1
            rows[1][2][site.hardest] += any(g["threads"] > 1 for _, g, _ in site.groups)
            for kind, group, _ in site.groups:
                rows[2][1][kind] += group["count"]
                rows[2][2][kind] += group["count"] if group["threads"] > 1 else 0
        return rows

    def amounts(self):
        """{class: (calls, pages, bytes)} written by children before their pause was over"""
        found = dict.fromkeys(classify.CLASSES, (0, 0, 0))
        for site in self.sites:
            for kind, group, _ in site.groups:
                calls, pages, size = found[kind]
                found[kind] = (calls + group["count"], pages + sum(group["pages"].values()),
                               size + classify.leaked(group, self.ignored) * group["count"])
        return found

    def confusion(self, mode):
        """{predicted: {observed: [Case]}}"""
        found = {}
        for case in self.tested:
            if mode in case.observed:
                row = found.setdefault(case.predicted[mode][0], {WORKS: [], FAILS: []})
                row[case.observed[mode][0]].append(case)
        return found

    def agreement(self, mode):
        """=> (times that the prediction was right, times it was made); `leaks` predicts nothing"""
        right = made = 0
        for predicted, row in self.confusion(mode).items():
            if predicted == "leaks":
                continue
            right += len(row[predicted])
            made += len(row[WORKS]) + len(row[FAILS])
        return right, made
