"""The survey's results for other programs: JSON, CSV, JUnit XML."""

import csv
import io
import json
from xml.sax.saxutils import quoteattr

from survey import classify


def as_json(m):
    """Everything but the evidence."""
    return json.dumps({
        "commits": sorted({r["commit"] for r in m.records}),
        "dates": sorted({r["date"][:10] for r in m.records}),
        "packages": dict(sorted({k: v for r in m.records for k, v in r["packages"].items()}.items())),
        "shares": {what: {"counts": counts, "threaded": threads}
                   for what, counts, threads in m.shares()},
        "confusion": {mode: {p: {o: sorted(c.name for c in cases) for o, cases in row.items()}
                             for p, row in m.confusion(mode).items()} for mode in ("cow", "vfork")},
        "programs": [{
            "path": p.path, "class": p.hardest, "calls": p.calls, "threaded": p.threaded,
            "workloads": p.cases,
            "sites": [{"file": s.file, "address": s.address, "symbol": s.symbol, "via": s.via,
                       "call": s.kind, "count": s.count, "class": s.hardest,
                       "classes": _by_class(s)} for s in p.sites]} for p in m.programs],
        "workloads": [{
            "name": c.name, "class": None if c.cause else c.kind, "could_not_test": c.cause or None,
            "predicted": {k: v[0] for k, v in c.predicted.items()},
            "observed": {k: v[0] for k, v in c.observed.items()}} for c in m.cases],
        "never_forked": m.quiet,
    }, indent=1)


def _by_class(site):
    found = {}
    for kind, group, _ in site.groups:
        found[kind] = found.get(kind, 0) + group["count"]
    return found


def as_csv(m):
    """A line for each fork site."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(["program", "file", "address", "symbol", "call", "class", "calls", "threaded",
                    *classify.CLASSES, "workloads"])
    for site in m.sites:
        by_class = _by_class(site)
        table.writerow([
            site.program, site.file, f"{site.address:#x}", site.symbol, site.kind, site.hardest,
            site.count, sum(g["count"] for _, g, _ in site.groups if g["threads"] > 1),
            *(by_class.get(k, 0) for k in classify.CLASSES),
            " ".join(sorted({n for _, _, n in site.groups}))])
    return out.getvalue()


def _junit_case(suite, name, seconds, failure="", skipped=""):
    inner = ""
    if failure:
        inner = f"<failure message={quoteattr(failure)}/>"
    elif skipped:
        inner = f"<skipped message={quoteattr(skipped)}/>"
    return f"  <testcase classname={quoteattr(suite)} name={quoteattr(name)} time=\"{seconds}\">{inner}</testcase>\n"


def _safe(text):
    """What XML may hold."""
    return "".join(c if c >= " " or c == "\n" else "?" for c in text)


def as_junit(m):
    """full: is it as on Linux; cow and vfork: did the prediction come true?"""
    suites = []
    for mode in ("full", "cow", "vfork"):
        lines, failures, skipped = [], 0, 0
        for c in m.cases:
            record = c.records.get(mode)
            if record is None:
                continue
            failure = skip = ""
            if mode == "full":
                failure = c.cause
            elif c.cause or c.predicted[mode][0] == "leaks":
                skip = c.cause or "no prediction: the parent's memory is changed"
            elif c.predicted[mode][0] != c.observed[mode][0]:
                failure = f"predicted {c.predicted[mode][0]}, but it {c.observed[mode][0]}: " \
                    f"{c.predicted[mode][1]} {c.observed[mode][1]}"
            failures += bool(failure)
            skipped += bool(skip)
            lines.append(_junit_case(f"fork={mode}", c.name, record["seconds"], _safe(failure),
                                     _safe(skip)))
        suites.append(f' <testsuite name={quoteattr("fork=" + mode)} tests="{len(lines)}" '
                      f'failures="{failures}" skipped="{skipped}">\n{"".join(lines)} </testsuite>\n')
    return '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n' + "".join(suites) + \
        "</testsuites>\n"
