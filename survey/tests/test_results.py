"""Results: files of records, shards, merging, and the report with all that it writes."""

import csv
import html.parser
import io
import json
import os
import tempfile
import unittest
import xml.etree.ElementTree

from survey import __main__ as main
from survey import export, merge, model, report, run, workload
from survey.tests.test_forklog import Log


def record(name, mode, **more):
    """A record as run.py makes one."""
    return {"format": run.FORMAT, "workload": name, "program": name.split(".")[0], "mode": mode,
            "end": "exit", "status": 0, "reason": "", "seconds": 1.5, "stdout": "", "stderr": "",
            "date": "2024-01-01T00:00:00+00:00", "commit": "abc", "packages": {"x": "1"},
            "script": "true\n", "source": "x.w", "line": 3, "ok": True, "differences": [],
            "forks": 1, "stuck": [], **more}


def sites_of(end, **more):
    """The sites of a log with one fork."""
    log = Log()
    log.fork(1, 2)
    log.end(1, 2, end, [["heap", 0, 8, 8], ["stack", -8, 0, 8], ["mmap", 4096]], **more)
    if end != "block":
        log.say(end, pid=2, ppid=1, file=0, argv="<&>", status=0)
    return log.sites()


def records():
    """Three workloads that were tested and two that could not be."""
    found = []
    for name, end, cow, vfork in (("a.one", "exec", True, True), ("b.two", "exit", True, False),
                                  ("c.three", "block", False, False)):
        found += [record(name, "native"),
                  record(name, "full", sites=sites_of(end, call="read"), executables=["/bin/sh", "/bin/ls"]),
                  record(name, "cow", ok=cow, differences=[] if cow else ["status 1, on Linux 0"]),
                  record(name, "vfork", ok=vfork, differences=[] if vfork else ["timeout"])]
    found += [record("d.four", "native"),
              record("d.four", "full", ok=False, differences=["--- stdout <x>", "+b"], stderr="no & way")]
    found += [record("e.five", "native", ok=False, end="timeout"), record("e.five", "full", ok=False,
                                                                           differences=["x"])]
    return found


class Folders(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name


class Results(Folders):
    def test_append_and_load(self):
        results = run.Results(self.folder)
        results.append(record("a.b", "full"))
        with open(results.path, "a", encoding="utf-8") as file:
            file.write('{"format":1,"workl\n[]\n')
        results.append(record("a.b", "cow"))
        found, bad = run.load(self.folder)
        self.assertEqual([r["mode"] for r in found], ["full", "cow"])
        self.assertEqual(bad, 2)

    def test_what_is_left_to_do(self):
        workloads = [workload.Workload(program="p", case=c) for c in "abc"]
        done = {("p.a", m): {} for m in ("native", "full", "cow")}
        done.update({("p.b", "full"): {}})
        left = [(w.name, m) for w, m in run.todo_of(workloads, ["full", "cow"], done)]
        self.assertEqual(left, [("p.b", ["native", "cow"]), ("p.c", ["native", "full", "cow"])])

    def test_merge_keeps_the_newest(self):
        for name, date, status in (("x", "2024-01-02", 5), ("y", "2024-01-01", 6)):
            results = run.Results(f"{self.folder}/{name}")
            results.append(record("a.b", "full", date=date, status=status))
            results.append(record(f"{name}.b", "full"))
            with open(f"{results.logs}/{name}", "w", encoding="ascii"):
                pass
        sources = [f"{self.folder}/x", f"{self.folder}/y"]
        self.assertEqual(merge.merge(sources, f"{self.folder}/z"), (3, 0))
        found, _ = run.load(f"{self.folder}/z")
        self.assertEqual({r["workload"]: r["status"] for r in found}, {"a.b": 5, "x.b": 0, "y.b": 0})
        self.assertEqual(sorted(os.listdir(f"{self.folder}/z/logs")), ["x", "y"])

    def test_shards(self):
        self.assertEqual(main.shard("2/3"), (2, 3))
        for text in ("0/3", "4/3", "a/b", "1", "1/"):
            with self.assertRaises(Exception):
                main.shard(text)


class Page(html.parser.HTMLParser):
    """Checks that tags close what they open, and collects names and links."""

    VOID = ("meta", "br", "path", "rect", "link")

    def __init__(self):
        super().__init__()
        self.open, self.ids, self.links, self.outside = [], set(), [], []

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.ids.add(attrs.get("id"))
        if "href" in attrs:
            self.links.append(attrs["href"])
        self.outside += [attrs[k] for k in ("src",) if k in attrs]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)
        if tag not in self.VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        if tag in self.VOID or tag == "rect":
            return
        last = self.open.pop()
        if last != tag:
            raise AssertionError(f"</{tag}> closes <{last}> at {self.getpos()}")


class Report(Folders):
    def setUp(self):
        super().setUp()
        self.model = model.Model(records())

    def test_what_was_tested(self):
        self.assertEqual([c.name for c in self.model.tested], ["a.one", "b.two", "c.three"])
        self.assertEqual({c.name: c.cause for c in self.model.untested},
                         {"d.four": "+b; it said: no & way", "e.five": "on Linux: timeout"})

    def test_totals(self):
        rows = {what: counts for what, counts, _ in self.model.shares()}
        self.assertEqual(rows["programs"]["split"], 1)
        self.assertEqual({k: n for k, n in rows["calls"].items() if n},
                         {"dirty": 1, "exit": 1, "split": 1})
        self.assertEqual(self.model.quiet, ["/bin/ls"])

    def test_confusion(self):
        found = self.model.confusion("cow")
        self.assertEqual([c.name for c in found["works"]["works"]], ["a.one", "b.two"])
        self.assertEqual([c.name for c in found["fails"]["fails"]], ["c.three"])
        self.assertEqual(self.model.agreement("cow"), (3, 3))
        self.assertEqual(self.model.agreement("vfork"), (1, 1))
        self.assertEqual(len(self.model.confusion("vfork")["leaks"]["fails"]), 1)

    def test_a_killed_child_is_no_success(self):
        changed = records()
        for r in changed:
            if r["workload"] == "a.one" and r["mode"] == "cow":
                r["stuck"] = [{"comm": "sh", "pid": 2, "call": "read"}]
        self.assertEqual(model.Model(changed).agreement("cow"), (2, 3))

    def test_the_page_is_whole_and_stands_alone(self):
        text = report.page(self.model, "A <title>")
        page = Page()
        page.feed(text)
        page.close()
        self.assertEqual(page.open, [])
        self.assertEqual(page.outside, [])
        for link in page.links:
            self.assertTrue(link.startswith("#"), link)
            self.assertIn(link[1:], page.ids)
        self.assertNotIn("<&>", text)
        self.assertIn("A &lt;title&gt;", text)

    def test_control_characters_are_shown(self):
        self.assertEqual(report.visible("a\x1b[1m\x00<\x7f>\r\n\tb\r"),
                         "a\u241b[1m\u2400&lt;\u2421&gt;\n\tb\u240d")

    def test_other_formats(self):
        data = json.loads(export.as_json(self.model))
        self.assertEqual(data["workloads"][3]["could_not_test"], "+b; it said: no & way")
        rows = list(csv.DictReader(io.StringIO(export.as_csv(self.model))))
        self.assertEqual(sum(int(r["calls"]) for r in rows), 3)
        suites = xml.etree.ElementTree.fromstring(export.as_junit(self.model))
        self.assertEqual([(s.get("name"), s.get("tests"), s.get("failures")) for s in suites],
                         [("fork=full", "5", "2"), ("fork=cow", "3", "0"), ("fork=vfork", "3", "0")])

    def test_the_command(self):
        results = run.Results(self.folder)
        for r in records():
            results.append(r)
        self.assertEqual(main.main(["report", self.folder, "-o", self.folder + "/out"]), 0)
        self.assertEqual(sorted(os.listdir(self.folder + "/out")),
                         ["index.html", "junit.xml", "sites.csv", "summary.txt", "survey.json"])


if __name__ == "__main__":
    unittest.main()
