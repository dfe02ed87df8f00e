"""flat map: a picture of the one address space with all processes in it, as an SVG.

A guest runs with `forklog=map`: the kernel writes what each process has mapped into the fork log
whenever there are more views than ever before, and when somebody writes "map" to /proc/flatshare.
Drawn is the last picture that was asked for, or else that with the most processes.

Each window that is in use is a block; the views of a family, which see it by turns, stand side by
side.  Heights grow with the logarithm of sizes, and gaps are cut out.
"""

import dataclasses
import json
import math
import sys
from html import escape

from survey import record

PAGE = 4096
WIDTH, LEFT, COLUMN, GAP = 1000, 150, 200, 12
PARTS = (  # of the pages of a range: key in the log, what it says
    ("own", "this process's alone"),
    ("shared", "shared, copied when written"),
    ("borrowed", "its paused parent's"),
    ("file", "a file's or everybody's page"),
)
STYLE = """
svg { font: 11px system-ui, sans-serif; background: #fff; --fg: #1b1f24; --dim: #59636e; --line: #8c959f;
--own: #bc4c00; --shared: #1f6feb; --borrowed: #9a86fd; --file: #1a7f64; --none: #eef1f4; }
@media (prefers-color-scheme: dark) { svg { background: #0d1117; --fg: #e6edf3; --dim: #9aa4ae; --line: #59636e;
--own: #f0883e; --shared: #58a6ff; --borrowed: #7d6bd8; --file: #2ea88a; --none: #21262d; } }
text { fill: var(--fg); } .d { fill: var(--dim); } .b { font-weight: 600; } .h { font-size: 16px; font-weight: 600; }
.box { fill: var(--none); stroke: var(--line); } .win { fill: none; stroke: var(--line); stroke-dasharray: 3 3; }
"""


@dataclasses.dataclass
class Picture:
    """What the log says of one moment."""

    time: int
    asked: bool
    areas: list  # [(start, end, name)] of the kernel
    views: list = dataclasses.field(default_factory=list)  # lines


def read(path):
    """=> [Picture], {number: path of a file}"""
    pictures, files = [], {}
    with open(path, encoding="utf-8", errors="replace") as log:
        for text in log:
            try:
                line = json.loads(text)
                event = line["e"]
            except (ValueError, TypeError, KeyError):
                continue
            if event == "file":
                files[line["id"]] = line["path"]
            elif event == "map":
                pictures.append(Picture(line["t"], line["asked"], line["areas"]))
            elif event == "view" and pictures:
                pictures[-1].views.append(line)
    return pictures, files


def choose(pictures):
    """The last one that was asked for; else the one with the most views, the last of them."""
    asked = [p for p in pictures if p.asked]
    if asked:
        return asked[-1]
    return max(reversed(pictures), key=lambda p: len(p.views), default=None)


def size_text(n):
    """12345678 -> 11.8 MiB"""
    for unit, size in (("TiB", 1 << 40), ("GiB", 1 << 30), ("MiB", 1 << 20)):
        if n >= size:
            return f"{n / size:.3g} {unit}"
    return f"{n / 1024:.3g} KiB"


class Drawing:
    """SVG text that grows downwards."""

    def __init__(self):
        self.out, self.y = [], 20.0

    def text(self, x, y, text, kind=""):
        """A line of text."""
        self.out.append(f'<text x="{x:.1f}" y="{y:.1f}" class="{kind}">{escape(text)}</text>')

    def rect(self, x, y, w, h, attributes, title=""):
        """A box."""
        inner = f"<title>{escape(title)}</title>" if title else ""
        self.out.append(f'<rect x="{x:.1f}" y="{y:.1f}" width="{w:.1f}" height="{h:.1f}" {attributes}>'
                        f"{inner}</rect>")

    def svg(self):
        """All of it."""
        return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{self.y + 10:.0f}" '
                f'viewBox="0 0 {WIDTH} {self.y + 10:.0f}"><style>{STYLE}</style>{"".join(self.out)}</svg>\n')


def _height(size):
    return min(44.0, 11 + 3 * math.log2(max(1, size / PAGE)))


def _scale(views):
    """Where the ranges of some views are drawn: {boundary: y}, highest address first; the height."""
    ranges = [(v[0], v[1]) for view in views for v in view["vmas"]]
    points = sorted({p for r in ranges for p in r}, reverse=True)
    place, y = {}, 0.0
    for i, point in enumerate(points):
        place[point] = y
        if i + 1 < len(points):
            low = points[i + 1]
            used = any(start <= low and point <= end for start, end in ranges)
            y += _height(point - low) if used else 8
    return place, y


def _name(vma, files):
    kind, number = vma[3], vma[4]
    if kind in ("heap", "stack", "stubs"):
        return f"[{kind}]"
    return files.get(number, "?").rsplit("/", 1)[-1] if number >= 0 else "anonymous"


def _access(bits):
    return "".join(c if bits & b else "-" for c, b in (("r", 1), ("w", 2), ("x", 4)))


def _range(drawing, x, y, h, vma, files):
    start, end, bits, _, number, *counts = vma
    pages = (end - start) // PAGE
    told = ", ".join(f"{n} {what}" for n, (_, what) in zip(counts, PARTS) if n) or "none touched"
    title = (f"{files.get(number, _name(vma, files))}\n{start:#x}-{end:#x} {_access(bits)} "
             f"{size_text(end - start)}\npages: {told}")
    drawing.rect(x, y, COLUMN, h, 'class="box"', title)
    at = x
    for n, (part, _) in zip(counts, PARTS):
        w = COLUMN * n / pages
        if w:
            drawing.rect(at, y, max(w, 1.0), h, f'fill="var(--{part})" fill-opacity=".75"', title)
            at += w
    if h > 10:
        drawing.text(x + 4, y + min(h - 2, 11), f"{_name(vma, files)} {_access(bits)}"[:34])


def _state(view, by_id):
    if view["paused"]:
        return "paused"
    if view["under"]:
        below = by_id.get(view["under"])
        return f"shadow over {below['pid']}" if below else "shadow"
    return "in the page table" if view["installed"] else "on its own"


def _window(drawing, number, views, files):
    by_id = {v["id"]: v for v in views}
    place, height = _scale(views)
    per_row = (WIDTH - LEFT) // (COLUMN + GAP)
    for row in range(0, len(views), per_row):
        top = drawing.y + 34
        drawing.text(0, drawing.y + 12, f"window {number}", "b")
        drawing.text(0, drawing.y + 26, f"{views[0]['base']:#x}", "d")
        last = -99.0
        for point, y in place.items():
            if y - last >= 11:
                drawing.text(14, top + y + 9, f"+{point - views[0]['base']:#x}", "d")
                last = y
        for i, view in enumerate(views[row:row + per_row]):
            x = LEFT + i * (COLUMN + GAP)
            others = f", {view['tasks']} threads" if view["tasks"] > 1 else ""
            drawing.text(x, drawing.y + 12, f"{view['comm']} ({view['pid']}){others}", "b")
            drawing.text(x, drawing.y + 26, _state(view, by_id), "d")
            for vma in view["vmas"]:
                y = place[vma[1]]
                _range(drawing, x, top + y, place[vma[0]] - y, vma, files)
        drawing.rect(LEFT - 6, drawing.y - 4, WIDTH - LEFT + 4, height + 46, 'class="win"')
        drawing.y = top + height + 26


def draw(picture, files):
    """=> SVG text"""
    drawing = Drawing()
    pages = [sum(v[5 + i] for view in picture.views for v in view["vmas"]) for i in range(len(PARTS))]
    drawing.text(0, drawing.y, f"One address space, {picture.time / 1e6:.1f} ms after the boot", "h")
    drawing.y += 14
    x = 0
    for (part, what), n in zip(PARTS, pages):
        drawing.rect(x, drawing.y, 11, 11, f'fill="var(--{part})"')
        text = f"{what}: {size_text(n * PAGE)}"
        drawing.text(x + 16, drawing.y + 10, text)
        x += 40 + 6 * len(text)
    drawing.y += 30
    for start, end, name in picture.areas:
        drawing.rect(LEFT, drawing.y, 3 * COLUMN + 2 * GAP, 18, 'class="box"')
        drawing.text(0, drawing.y + 13, f"{start:#x}", "d")
        drawing.text(LEFT + 4, drawing.y + 13, f"kernel: {name}, {size_text(end - start)}")
        drawing.y += 22
    drawing.y += 14
    windows = {}
    for view in picture.views:
        windows.setdefault(view["window"], []).append(view)
    for number in sorted(windows, reverse=True):
        _window(drawing, number, windows[number], files)
    return drawing.svg()


def _picture(path):
    """The map that the log at path holds, as SVG; None: there is none."""
    pictures, files = read(path)
    picture = choose(pictures)
    if picture is None:
        print("flat map: the guest ended before there was a process", file=sys.stderr)
        return None
    return draw(picture, files)


def main(argv):
    """=> exit status: the program's"""
    return record.main(
        argv, "map",
        "Run PROGRAM in a guest and draw its address space to FILE, an SVG: of the moment "
        "with the most processes, or of that when somebody in the guest wrote "
        "\"map\" to /proc/flatshare.  All other options are those of flat run, `-it -- sh` for a shell.",
        "map", _picture)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
