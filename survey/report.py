"""The report: one HTML page that needs nothing else, and the same as JSON, CSV, JUnit XML and text.

The page works without JavaScript; with it, a click on a column's head sorts the table.
"""

import os
import sys
from html import escape

from survey import classify, export, model, run, svg, symbols

EVIDENCE = 3  # groups of a site that are shown in full
SCRIPT = """
document.querySelectorAll('table.sort').forEach(t=>{const b=t.tBodies[0];
t.querySelectorAll('th').forEach((h,i)=>{h.dataset.sort='';h.tabIndex=0;const go=()=>{
const down=h.getAttribute('aria-sort')==='ascending';
t.querySelectorAll('th').forEach(x=>x.removeAttribute('aria-sort'));
h.setAttribute('aria-sort',down?'descending':'ascending');
const v=r=>{const c=r.cells[i];return c.dataset.v??c.textContent};
[...b.rows].sort((x,y)=>{const p=v(x),q=v(y),n=p-q;
return (isNaN(n)?p.localeCompare(q):n)*(down?-1:1)}).forEach(r=>b.append(r))};
h.onclick=go;h.onkeydown=e=>{if(e.key==='Enter')go()}})});
const open=()=>{const e=document.getElementById(decodeURIComponent(location.hash.slice(1)));
for(let d=e;d;d=d.parentElement)if(d.tagName==='DETAILS')d.open=true;
e?.querySelector('details')?.setAttribute('open','');e?.scrollIntoView()};
addEventListener('hashchange',open);open();
"""


def chip(kind):
    """The name of a class on its colour."""
    return f'<span class="chip" style="background:var(--{kind})">{classify.TITLES[kind]}</span>'


def number(n):
    """1234567 -> 1,234,567"""
    return f"{n:,}"


def percent(n, total):
    """Of a total that may be 0."""
    return f"{100 * n / total:.0f} %" if total else "none"


def anchor(text):
    """A name for a part of the page."""
    return escape(text.strip("/").replace("/", "-").replace(" ", "-"), quote=True)


CONTROLS = {i: 0x2400 + i for i in range(32) if chr(i) not in "\t\n"} | {0x7f: 0x2421}


def visible(text):
    """What a program said, for a page: control characters, which HTML forbids, as their pictures."""
    return escape(text.replace("\r\n", "\n").translate(CONTROLS))


def table(head, rows, numbers=(), sortable=False, sort_values=None):
    """Rows of HTML cells.  numbers: columns that are aligned as such."""
    mark = lambda i: ' class="n"' if i in numbers else ""
    out = [f'<div class="scroll"><table{" class=sort" if sortable else ""}><thead><tr>']
    out += [f"<th{mark(i)}>{h}</th>" for i, h in enumerate(head)]
    out.append("</tr></thead><tbody>")
    for r, row in enumerate(rows):
        cells = []
        for i, cell in enumerate(row):
            value = sort_values[r][i] if sort_values and sort_values[r][i] is not None else None
            data = f' data-v="{escape(str(value), quote=True)}"' if value is not None else ""
            cells.append(f"<td{mark(i)}{data}>{cell}</td>")
        out.append("<tr>" + "".join(cells) + "</tr>")
    out.append("</tbody></table></div>")
    return "".join(out)


# -- the totals


def _about(m):
    dates = sorted(r["date"] for r in m.records)
    commits = sorted({r["commit"] for r in m.records})
    days = sorted({d[:10] for d in dates})
    return (f'<p class="dim">{days[0]}{" to " + days[-1] if len(days) > 1 else ""}, '
            f'Flatshare {escape(", ".join(commits))}, {len(m.cases)} workloads, '
            f"{len(m.records)} runs.</p>")


def _figures(m):
    shares = {what: counts for what, counts, _ in m.shares()}
    programs, calls = shares["programs"], shares["calls"]
    n, k = sum(programs.values()), sum(calls.values())
    light = sum(programs[c] for c in ("none", "clean", "stack"))
    paused = sum(programs[c] for c in ("dirty", "exit"))
    boxes = [
        (percent(light, n), "of the programs do with vfork"),
        (percent(paused, n), "want a copy of what the child writes, while the parent is paused"),
        (percent(programs["split"], n), "have a fork that must live beside its parent"),
        (percent(calls["split"], k), f"of {number(k)} calls are such forks"),
    ]
    for mode in ("cow", "vfork"):
        right, made = m.agreement(mode)
        if made:
            boxes.append((percent(right, made), f"of {made} predictions for fork={mode} came true"))
    return '<div class="figures">' + "".join(
        f"<div><b>{a}</b>{escape(b)}</div>" for a, b in boxes) + "</div>"


def _classes(m):
    shares = m.shares()
    amounts = m.amounts()
    meaning = {
        "none": "never forks, or only by vfork or posix_spawn",
        "clean": "execs having changed nothing of the parent’s but its own stack below the call",
        "stack": "… changed stack that the parent still uses",
        "dirty": "… changed heap or data",
        "exit": "never execs, does its work and exits without needing its parent",
        "split": "blocked on its parent, or lived on beside it",
    }
    rows = []
    for kind in classify.CLASSES:
        calls, pages, size = amounts[kind]
        rows.append([chip(kind), meaning[kind], classify.WORKS_WITH[kind]] +
                    [f"{counts[kind]}" + (f' <span class="dim">({threads[kind]})</span>'
                                          if threads[kind] else "")
                     for _, counts, threads in shares] +
                    [f"{pages / calls:.1f}" if calls else "", number(size // calls) if calls else ""])
    note = ('<p class="dim">In parentheses: with a call while other threads ran. Pages and bytes are means per '
            "call, at the end of the pause: pages that the child wrote, and bytes of heap and data in "
            "which it then differed from its parent, which a plain vfork would have left there. "
            f"Words of the C library that every fork changes ({len(m.ignored)}) are fork()’s own doing and "
            "are not counted.</p>")
    return table(["class", "meaning", "works with", "programs", "sites", "calls", "pages", "bytes"],
                 rows, numbers=(3, 4, 5, 6, 7)) + note


def _confusion(m):
    out = []
    for mode, what in (("cow", "copies on write, the parent paused until its child has left"),
                       ("vfork", "the child runs in its parent’s memory; the stack is put back")):
        found = m.confusion(mode)
        if not found:
            continue
        out.append(f"<h3>fork={mode}: {what}</h3>")
        rows = []
        for predicted in ("works", "leaks", "fails"):
            row = found.get(predicted)
            if row:
                rows.append([predicted, len(row["works"]), len(row["fails"])])
        right, made = m.agreement(mode)
        out.append(table(["predicted", "worked", "failed"], rows, numbers=(1, 2)))
        text = f"{right} of {made} predictions came true."
        if "leaks" in found:
            failed = len(found["leaks"]["fails"])
            text += (" “Leaks” is none of them: the parent’s memory is changed behind its back, which "
                     f"it may or may not mind; it did in {failed} of "
                     f"{failed + len(found['leaks']['works'])} cases.")
        out.append(f"<p>{text}</p>")
        wrong = [c for p, row in found.items() if p != "leaks" for o, cases in row.items() if o != p
                 for c in cases]
        if wrong:
            items = "".join(f'<li><a href="#w-{anchor(c.name)}">{escape(c.name)}</a>: predicted '
                            f"{c.predicted[mode][0]}{_because(c.predicted[mode][1])}; it "
                            f"{'worked' if c.observed[mode][0] == 'works' else 'failed'}"
                            f"{_because(c.observed[mode][1])}</li>" for c in wrong)
            out.append(f"<details><summary>The {len(wrong)} that did not</summary><ul>{items}</ul></details>")
    return "".join(out)


def _because(why):
    return f" ({escape(why)})" if why else ""


# -- programs


def _program_table(m):
    rows, values = [], []
    for p in m.programs:
        counts = {k: 0 for k in classify.CLASSES}
        for site in p.sites:
            for kind, group, _ in site.groups:
                counts[kind] += group["count"]
        does = ", ".join(f"{classify.TITLES[k]} {number(n)}" for k, n in counts.items() if n)
        rows.append([f'<a href="#p-{anchor(p.path)}">{escape(p.name)}</a>', chip(p.hardest),
                     len(p.sites), number(p.calls), number(p.threaded) if p.threaded else "",
                     len(p.cases), escape(does)])
        values.append([p.name, classify.CLASSES.index(p.hardest), None, p.calls, p.threaded, None, None])
    return table(["program", "hardest", "sites", "calls", "threaded", "workloads", "calls by class"],
                 rows, numbers=(2, 3, 4, 5), sortable=True, sort_values=values)


def _ends(group):
    if group["end"] is None:
        return "cut off by the end of the run"
    text = {"exec": "exec", "exit": "exit", "quantum": "ran for 10 ms", "signal": "a signal came",
            "block": f"blocked in {group['call']}"}.get(group["end"], group["end"])
    if group["end"] not in ("exec", "exit"):
        text += {"exec": ", execed later", "exit": ", exited later",
                 "alive": ", was there to the end"}[group["later"]]
    return text


def _sum_of(group, ignored):
    n = group["count"]
    parts = [f"{k} {number(v // n)}" for k, v in group["bytes"].items() if v // n]
    words = sum(1 for w in group["libc"] if tuple(w) not in ignored)
    if words:
        parts.append(f"libc {8 * words}")
    return ", ".join(parts) or "nothing"


def _need(group):
    """Why it needs its parent, or ""."""
    why, waited = group["why"], group["waited"]
    return why + (f" in {waited}" if why and waited else "")


def _evidence(m, kind, group, case):
    e = group["example"]
    trace = "\n".join(("  " if f["sure"] else "? ") + f["text"] for f in e["frames"])
    names = [f"{where.rsplit('/', 1)[-1]}: {name}" for where, _, spans, name in e["pages"]
             if name and spans and not symbols.is_libc(where)]
    where = f"<p>Changed, among others: {escape(', '.join(sorted(set(names))[:12]))}</p>" if names else ""
    pages = svg.strip(e, symbols.is_libc)
    pages = f"<h4>Pages that the child wrote until then</h4>{pages}{where}" if pages else ""
    became = f"; it became <code>{escape(e['exec'][2] or e['exec'][1] or '')}</code>" if e["exec"] else ""
    return (f'<div class="evidence"><p>{chip(kind)} {escape(_ends(group))}'
            f"{'; ' + escape(_need(group)) if group['why'] else ''}: "
            f"for example process {e['pid']} ({escape(e['comm'])}) made {e['child']} in "
            f'<a href="#w-{anchor(case)}">{escape(case)}</a>{became}.</p>'
            f"{svg.timeline(e)}<pre>{escape(trace)}</pre>{pages}</div>")


def _site(m, site):
    rows = []
    merged = {}
    for kind, group, case in site.groups:
        key = (kind, _ends(group), group["why"], group["waited"])
        merged.setdefault(key, []).append((group, case))
    order = sorted(merged, key=lambda k: -classify.CLASSES.index(k[0]))
    for key in order:
        groups = [g for g, _ in merged[key]]
        n = sum(g["count"] for g in groups)
        largest = max(groups, key=lambda g: g["count"])
        rows.append([chip(key[0]), escape(key[1]),
                     escape(_need(largest)), number(n),
                     number(sum(g["count"] for g in groups if g["threads"] > 1)) or "",
                     escape(_sum_of(largest, m.ignored)) if site.kind not in classify.SPAWNS else "",
                     number(sum(g["pause"] for g in groups) // n // 1000)])
    shown = "".join(_evidence(m, k[0], *max(merged[k], key=lambda gc: gc[0]["count"]))
                    for k in order[:EVIDENCE])
    name = escape(site.symbol) or "<span class=dim>no symbol</span>"
    through = f" through {escape(' ← '.join(reversed(site.via)))}" if site.via else ""
    head = ["class", "the child", "needs its parent", "calls", "threaded",
            "bytes changed, a call", "pause, µs"]
    return (f"<h3>{name} <code>{escape(site.where)}</code> {chip(site.hardest)} "
            f'<span class="dim">{number(site.count)} calls of {site.kind}{through}</span></h3>'
            f"{table(head, rows, numbers=(3, 4, 6))}"
            f"<details><summary>Evidence</summary>{shown}</details>")


def _program_part(m, p):
    cases = ", ".join(f'<a href="#w-{anchor(c)}">{escape(c)}</a>' for c in p.cases[:30])
    more = f" and {len(p.cases) - 30} more" if len(p.cases) > 30 else ""
    sites = "".join(_site(m, s) for s in sorted(
        p.sites, key=lambda s: (-classify.CLASSES.index(s.hardest), -s.count)))
    return (f'<section class="program" id="p-{anchor(p.path)}"><details><summary><b>{escape(p.name)}</b> '
            f'{chip(p.hardest)} <span class="dim">{escape(p.path)}, {len(p.sites)} sites, '
            f"{number(p.calls)} calls</span></summary>{sites}"
            f'<p class="dim">Seen in {cases}{more}</p></details></section>')


# -- workloads


def _outcome(case, mode):
    record = case.records.get(mode)
    if record is None:
        return '<span class="dim">not run</span>'
    if mode == "full":
        return '<span class="good">as on Linux</span>' if record["ok"] else \
            f'<span class="bad">differs</span>'
    verdict, why = case.observed.get(mode, ("", ""))
    if verdict == "works":
        return '<span class="good">worked</span>'
    return f'<span class="bad">failed</span>{_because(why[:120])}'


def _workload(case):
    any_record = next(iter(case.records.values()))
    rows = []
    for mode in run.MODES:
        record = case.records.get(mode)
        if record is None:
            continue
        predicted = case.predicted.get(mode, ("", "")) if not case.cause else ("", "")
        rows.append([f"fork={mode}", escape(predicted[0]) + _because(predicted[1]),
                     _outcome(case, mode), record["forks"], f"{record['seconds']:.1f}"])
    logs = []
    for mode in ("native", *run.MODES):
        record = case.records.get(mode)
        if record is None or mode != "native" and record["ok"]:
            continue
        text = "\n".join(record.get("differences") or [])
        for stream in ("stdout", "stderr"):
            if record[stream].strip():
                text += f"\n--- {stream}\n{record[stream]}"
        logs.append(f"<h4>{'Linux' if mode == 'native' else 'fork=' + mode}: {record['end']}, status "
                    f"{record['status']}</h4><pre>{visible(text.strip() or 'nothing')}</pre>")
    packages = ", ".join(f"{k} {v}" for k, v in any_record["packages"].items())
    return (f'<section class="program" id="w-{anchor(case.name)}"><details><summary><b>{escape(case.name)}</b> '
            + (f'<span class="bad">could not test</span> <span class="dim">{escape(case.cause[:160])}</span>'
               if case.cause else chip(case.kind)) +
            f"</summary><p class=dim>{escape(any_record['source'])}:{any_record['line']}; {escape(packages)}</p>"
            f"<pre>{visible(any_record['script'])}</pre>"
            + table(["", "predicted", "observed", "forks", "seconds"], rows, numbers=(3, 4)) +
            f"<p>Again: <code>./flat survey --only {escape(case.name)}</code></p>"
            + "".join(logs) + "</details></section>")


def _untested(m):
    if not m.untested:
        return "<p>None.</p>"
    rows = [[f'<a href="#w-{anchor(c.name)}">{escape(c.name)}</a>', escape(c.cause[:300])]
            for c in m.untested]
    return table(["workload", "cause"], rows, sortable=True)


def page(m, title):
    """=> the HTML text"""
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "report.css"),
              encoding="utf-8") as file:
        style = file.read()
    quiet = ", ".join(sorted({p.rsplit("/", 1)[-1] for p in m.quiet}))
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title><style>{style}</style></head><body>
<h1>{escape(title)}</h1>
{_about(m)}
<p class="lead">Each workload ran in a guest of its own that gives a forked child its parent’s memory and writes down what
the child does with it until it execs or exits; then with a fork that never lets the parent run beside its child
(<code>fork=cow</code>) and with one that is a vfork (<code>fork=vfork</code>), to see whether what the first run predicts is so.
A run is right if its output and status are those of the same script on Linux.</p>
{_figures(m)}
<h2>What forks need</h2>
{svg.shares(m.shares())}
{_classes(m)}
<h2>Predicted and observed</h2>
<p>From the run with fork=full alone it is predicted how a workload fares with the others.</p>
{_confusion(m)}
<h2>Programs</h2>
<p>Executables that made a process in a workload that could be tested; their class is that of their hardest site.</p>
{_program_table(m)}
<p class="dim">{len(m.quiet)} other executables ran and made none: {escape(quiet)}.</p>
<h2>Could not test</h2>
<p>{len(m.untested)} of {len(m.cases)} workloads. They count in no class.</p>
{_untested(m)}
<h2>Each program</h2>
{"".join(_program_part(m, p) for p in m.programs)}
<h2>Each workload</h2>
{"".join(_workload(c) for c in m.cases)}
<script>{SCRIPT}</script>
</body></html>
"""


def summary(m):
    """The totals as text for a terminal."""
    out = [f"{len(m.tested)} workloads tested, {len(m.untested)} could not be"]
    shares = m.shares()
    out.append(f"{'':14}" + "".join(f"{what:>16}" for what, _, _ in shares))
    for kind in classify.CLASSES:
        cells = "".join(f"{counts[kind]:>8} {percent(counts[kind], sum(counts.values())):>7}"
                        for _, counts, _ in shares)
        out.append(f"{classify.TITLES[kind]:14}{cells}")
    for mode in ("cow", "vfork"):
        right, made = m.agreement(mode)
        if made:
            out.append(f"fork={mode}: {right} of {made} predictions came true")
    return "\n".join(out)


def command(options):
    """`flat survey report`.  => exit status"""
    try:
        records, bad = run.load(options.source)
    except OSError as error:
        print(f"flat survey: {error.filename}: {error.strerror}", file=sys.stderr)
        return 125
    if not records:
        print(f"flat survey: {options.source}: no records", file=sys.stderr)
        return 125
    m = model.Model(list(run.newest(records).values()))
    out = options.output or os.path.join(options.source, "report")
    os.makedirs(out, exist_ok=True)
    for name, text in (("index.html", page(m, options.title)), ("survey.json", export.as_json(m)),
                       ("sites.csv", export.as_csv(m)), ("junit.xml", export.as_junit(m)),
                       ("summary.txt", summary(m) + "\n")):
        with open(os.path.join(out, name), "w", encoding="utf-8") as file:
            file.write(text)
    print(summary(m))
    if bad:
        print(f"{bad} lines of the results were no records")
    print(os.path.join(out, "index.html"))
    return 0
