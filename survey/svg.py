"""Pictures for the report, as SVG text.  Colours are the page's CSS variables, so that they follow its
light and dark schemes; whatever a colour says is said in words, too."""

from html import escape

from survey import classify

WIDTH = 720
AREAS = ("own", "stack", "heap", "data", "mmap", "libc")


def _svg(width, height, body, label):
    return (f'<div class="scroll"><svg viewBox="0 0 {width} {height}" role="img" '
            f'aria-label="{escape(label)}" style="max-width:{width}px">{body}</svg></div>')


def _rect(x, y, w, h, style, title=""):
    inner = f"<title>{escape(title)}</title>" if title else ""
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{w:.1f}" height="{h:.1f}" {style}>{inner}</rect>'


def _text(x, y, text, extra=""):
    return f'<text x="{x:.1f}" y="{y:.1f}" {extra}>{escape(text)}</text>'


def shares(rows):
    """Bars of 100 per cent: one for each row (what, {class: n}, {class: n with threads})."""
    left, bar, step = 96, 26, 58
    body = []
    for i, (what, counts, threads) in enumerate(rows):
        y, x, total = 8 + i * step, left, sum(counts.values())
        body.append(_text(0, y + 17, what, 'class="b"'))
        body.append(_text(0, y + 32, f"{total:,}", 'class="s"'))
        for kind in classify.CLASSES:
            n = counts[kind]
            if not n:
                continue
            w = (WIDTH - left) * n / total
            title = f"{what}: {classify.TITLES[kind]}: {n} of {total}" + (
                f", {threads[kind]} with threads" if threads[kind] else "")
            body.append(_rect(x, y, max(w - 1, 0.5), bar, f'fill="var(--{kind})"', title))
            share = f"{100 * n / total:.0f} %"
            if w > 34:
                body.append(_text(x + 4, y + 17, share, 'class="on"'))
            if w > 74:
                body.append(_text(x + 2, y + bar + 12, classify.TITLES[kind], 'class="s"'))
            x += w
    return _svg(WIDTH, 8 + len(rows) * step, "".join(body), "Shares of the classes")


# -- pages that a child changed


def _kind_of(page, border, libc):
    where, offset, spans, _ = page
    if where == "stack":
        return "own" if not spans or offset + spans[-1][0] < border else "stack"
    if where in ("heap", "mmap"):
        return where
    if where == "stacks":
        return "stack"
    return "libc" if libc(where) else "data"


def _page_title(page, kind):
    where, offset, spans, name = page
    size = sum(n for _, n in spans)
    at = f"{where}{offset:+#x}" if where in ("stack", "heap") else f"{where} {offset:#x}"
    if not spans:
        return f"{kind}: {at}: written, not changed"
    places = ", ".join(f"{start:#x}+{n}" for start, n in spans[:6])
    return f"{kind}: {at}: {size} bytes at {places}" + (f" ({name})" if name else "")


def strip(example, libc):
    """A row for each kind of memory, a cell for each page that the child wrote; how high it is
    filled: the part of it that it changed."""
    cell, step, left = 12, 14, 62
    per_row = (WIDTH - left) // step
    body, y = [], 4
    for kind in AREAS:
        pages = [p for p in example["pages"] if _kind_of(p, example["border"], libc) == kind]
        if not pages:
            continue
        body.append(_text(0, y + 10, kind, 'class="b"'))
        for i, page in enumerate(pages):
            x, row = left + i % per_row * step, y + i // per_row * step
            size = sum(n for _, n in page[2])
            title = _page_title(page, kind)
            body.append(_rect(x, row, cell, cell, f'class="cell" stroke="var(--{kind}-area)"', title))
            if size:
                fill = max(2.0, cell * min(1, size / 4096))
                body.append(_rect(x, row + cell - fill, cell, fill, f'fill="var(--{kind}-area)"',
                                  title))
        y += (len(pages) - 1) // per_row * step + step + 4
    if example["more"]:
        body.append(_text(left, y + 8, f"and {example['more']} pages more", 'class="t"'))
        y += 14
    return _svg(WIDTH, y, "".join(body), "Pages that the child wrote") if body else ""


# -- the two lives around a fork


def _ns(n):
    for unit, size in (("s", 1e9), ("ms", 1e6), ("µs", 1e3)):
        if n >= size:
            return f"{n / size:.3g} {unit}"
    return f"{n} ns"


def timeline(example):
    """Parent and child from the call on: running, paused, on the parent's memory, beside it."""
    begin, ended, last = example["time"], example["ended"], example["last"]
    executed = example["exec"][0] if example["exec"] else None
    marks = [t for t in (ended, executed, example["died"]) if t is not None]
    until = min(last, begin + int(1.25 * (max(marks, default=last) - begin)) + 1)
    left, top, lane = 62, 16, 22
    scale = (WIDTH - left - 4) / max(1, until - begin)

    def bar(start, end, y, state, title):
        start, end = max(start, begin), min(end, until)
        if end <= start:
            return ""
        x, w = left + (start - begin) * scale, (end - start) * scale
        text = _text(x + 3, y + 13, state, 'class="lane"') if w > 7 * len(state) else ""
        return _rect(x, y, max(w, 1.5), 18, f'class="l-{state.split()[0]}"', title) + text

    pause_end = ended if ended is not None else until
    body = [_text(0, top + 13, "parent", 'class="b"'), _text(0, top + lane + 13, "child", 'class="b"')]
    waits = example["kind"] != "share"
    body.append(bar(begin, pause_end if waits else begin, top, "paused",
                    f"paused for {_ns(example['pause'] or 0)}"))
    gone = example["parent_died"] or until
    body.append(bar(pause_end if waits else begin, gone, top, "runs", "the parent runs"))
    y = top + lane
    body.append(bar(begin, pause_end, y, "shadow", "on its parent's memory"))
    ends = executed or example["died"] or until
    body.append(bar(pause_end, ends, y, "split", "with a memory of its own"))
    for wait in example["waits"]:
        if wait["since"] < ends:
            body.append(bar(max(wait["since"], pause_end), min(wait["t"], ends), y, "waits",
                            f"in {wait['call']}, ended by {_by(wait['by'])}"))
    if executed:
        body.append(bar(executed, example["died"] or until, y, "exec",
                        f"has become {example['exec'][1]}"))
    for t in (ended, example["died"]):
        if t is not None and t <= until:
            x = left + (t - begin) * scale
            body.append(f'<path d="M{x:.1f} {top - 2}V{top + 2 * lane}" class="mark"/>')
            if t == ended:
                side = 'text-anchor="end" ' if x > WIDTH - 120 else ""
                call = f": {example['call']}" if example["call"] else ""
                body.append(_text(x + (-3 if side else 3), top - 5, f"{example['end']}{call}", side + 'class="t"'))
    y = top + 2 * lane + 10
    body.append(_text(left, y, "fork", 'class="t"'))
    body.append(_text(WIDTH - 4, y, f"+{_ns(until - begin)}", 'class="t" text-anchor="end"'))
    return _svg(WIDTH, y + 4, "".join(body), "Timeline of parent and child")


def _by(pid):
    return {0: "an interrupt", -1: "the time"}.get(pid, f"process {pid}")
