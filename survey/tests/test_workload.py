"""The loader of workload files: what it reads, and where it says that mistakes are."""

import os
import tempfile
import unittest

from survey import workload


class Files(unittest.TestCase):
    """Tests that write workload files into a folder of their own."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def write(self, text, name="x.w"):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return path

    def parse(self, text):
        return workload.parse(self.write(text))

    def mistake(self, text):
        """The line and the message of the one mistake in text."""
        with self.assertRaises(workload.WorkloadError) as caught:
            self.parse(text)
        return caught.exception.line, caught.exception.message


HEAD = "program: git\npackages: git make\n"


class Reading(Files):
    def test_defaults(self):
        (w,) = self.parse(HEAD + "== a\n--\ntrue\n")
        self.assertEqual((w.name, w.packages, w.memory, w.limit, w.shell, w.tty, w.sort),
                         ("git.a", ("git", "make"), 256 << 20, 30, "/bin/sh", False, False))
        self.assertEqual((w.stdin, w.env, w.compare, w.script),
                         (b"", {}, {"stdout", "status"}, "true\n"))

    def test_keys_of_the_file_and_of_a_workload(self):
        a, b = self.parse(HEAD + "limit: 5\nenv: A=1\n== a\nlimit: 7\nenv: B=x=y\n--\n1\n"
                          "== b\ncompare: stderr status\nsort: yes\ntty: yes\nmemory: 1G\n--\n2\n")
        self.assertEqual((a.limit, a.env), (7, {"A": "1", "B": "x=y"}))
        self.assertEqual((b.limit, b.env), (5, {"A": "1"}))
        self.assertEqual((b.compare, b.sort, b.tty, b.memory),
                         ({"stderr", "status"}, True, True, 1 << 30))

    def test_the_script_is_taken_to_the_letter(self):
        a, b = self.parse(HEAD + "== a\n--\n# not a comment\n\nx: y\n--\n  z ==\n\n\n== b\n--\nq\n")
        self.assertEqual(a.script, "# not a comment\n\nx: y\n--\n  z ==\n")
        self.assertEqual(b.script, "q\n")

    def test_stdin(self):
        (w,) = self.parse(HEAD + "== a\nstdin: one\\ttwo\nstdin: three\\\\\n--\ncat\n")
        self.assertEqual(w.stdin, b"one\ttwo\nthree\\\n")
        self.write("bytes", "in")
        (w,) = self.parse(HEAD + "stdin: x\n== a\nstdin-file: in\n--\ncat\n")
        self.assertEqual(w.stdin, b"bytes")

    def test_a_workload_has_its_own_stdin(self):
        (w,) = self.parse(HEAD + "stdin: file\n== a\nstdin: mine\n--\ncat\n")
        self.assertEqual(w.stdin, b"mine\n")

    def test_files(self):
        self.write("", "one")
        self.write("", "two")
        a, b = self.parse(HEAD + "file: one\n== a\nfile: two\n--\n1\n== b\n--\n2\n")
        self.assertEqual([os.path.basename(f) for f in a.files], ["one", "two"])
        self.assertEqual([os.path.basename(f) for f in b.files], ["one"])


class Mistakes(Files):
    def test_line_and_words(self):
        for text, line, words in (
                (HEAD + "colour: red\n", 3, "unknown key"),
                (HEAD + "memory: 12\n", 3, "not a size"),
                (HEAD + "memory: 0M\n", 3, "not a size"),
                (HEAD + "limit: soon\n", 3, "not a number"),
                (HEAD + "limit: 3\nlimit: 4\n", 4, "twice"),
                (HEAD + "tty: maybe\n", 3, "neither yes nor no"),
                (HEAD + "compare: colour\n", 3, "not one of"),
                (HEAD + "compare:\n", 3, "nothing to compare"),
                (HEAD + "env: =1\n", 3, "NAME=VALUE"),
                (HEAD + "stdin: \\q\n", 3, "escape"),
                (HEAD + "stdin: a\nstdin-file: x.w\n", 4, "already"),
                (HEAD + "file: nosuch\n", 3, "no file"),
                (HEAD + "file: ../x\n", 3, "not the name"),
                (HEAD + "shell: sh\n", 3, "not the path"),
                (HEAD + "words\n", 3, "neither"),
                (HEAD + "--\ntrue\n", 3, "without a name"),
                (HEAD, 1, "no workload"),
                (HEAD + "== a\n== b\n--\ntrue\n", 3, "no script"),
                (HEAD + "== a\n--\n\n", 3, "empty"),
                (HEAD + "== A\n--\ntrue\n", 3, "not a name"),
                (HEAD + "== a\n--\n1\n== a\n--\n2\n", 6, "a second"),
                (HEAD + "== a\nprogram: x\n--\n1\n", 4, "above the first"),
                ("packages: x\n== a\n--\n1\n", 2, "no program"),
                ("program: x\n== a\n--\n1\n", 2, "no packages"),
                ("program: X\n", 1, "not a name")):
            got_line, message = self.mistake(text)
            self.assertIn(words, message)
            self.assertEqual(got_line, line, text)

    def test_all_files_are_looked_at(self):
        self.write(HEAD + "== a\n--\n1\n", "a.w")
        bad = self.write("x\n", "b.w")
        again = self.write(HEAD + "== a\n--\n1\n", "c.w")
        self.write("not a workload file", "README")
        found, errors = workload.load([self.folder])
        self.assertEqual([w.name for w in found], ["git.a"])
        self.assertEqual([str(e).split(": ")[0] for e in errors], [f"{bad}:1", f"{again}:3"])

    def test_a_missing_file(self):
        _, errors = workload.load([self.folder + "/nosuch.w"])
        self.assertIn("cannot be read", str(errors[0]))


class Selecting(Files):
    def test_patterns(self):
        found = self.parse(HEAD + "== a\n--\n1\n== b\n--\n1\n")
        names = lambda *patterns: [w.case for w in workload.select(found, patterns)]
        self.assertEqual(names(), ["a", "b"])
        self.assertEqual(names("git"), ["a", "b"])
        self.assertEqual(names("*.b", "nosuch"), ["b"])


class Shipped(unittest.TestCase):
    def test_the_files_of_this_repository(self):
        here = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
        _, errors = workload.load([os.path.join(here, d) for d in ("tests/debian", "survey/programs")
                                   if os.path.isdir(os.path.join(here, d))])
        self.assertEqual([str(e) for e in errors], [])


if __name__ == "__main__":
    unittest.main()
