"""Commands with limits, a workload on this machine, and the comparison of two outcomes."""

import os
import shutil
import subprocess
import tempfile
import time
import unittest

from survey import command, compare, host, workload

BUSYBOX = "build/deps/busybox/busybox"


class Commands(unittest.TestCase):
    def test_streams_and_status(self):
        got = command.run(["sh", "-c", "cat; echo err >&2; exit 7"], b"x" * 300000)
        self.assertEqual((got.end, got.status, len(got.stdout), got.stderr),
                         ("exit", 7, 300000, b"err\n"))

    def test_a_signal(self):
        self.assertEqual(command.run(["sh", "-c", "kill -9 $$"]).status, 137)

    def test_the_signals_of_process_1(self):
        lead = ("import os; from survey import enter; os.setsid = print; enter.lead(); "
                "os.execlp('sh', 'sh', '-c', 'kill -HUP $$')")
        got = command.run(["sh", "-c", 'trap "" HUP INT QUIT; exec python3 -c "$0"', lead])
        self.assertEqual(got.status, 129)

    def test_one_that_does_not_read(self):
        self.assertEqual(command.run(["true"], b"x" * 300000).status, 0)

    def test_a_time_limit_ends_all_of_its_group(self):
        begin = time.monotonic()
        got = command.run(["sh", "-c", "echo first; sleep 60 & sleep 60"], limit=0.5)
        self.assertEqual((got.end, got.stdout), ("timeout", b"first\n"))
        self.assertLess(time.monotonic() - begin, 20)

    def test_too_much_output(self):
        self.assertEqual(command.run(["yes"]).end, "flood")

    def test_a_program_that_is_not_there(self):
        got = command.run(["/nosuch"])
        self.assertEqual((got.end, got.reason[:8]), ("failed", "/nosuch:"))

    def test_a_terminal(self):
        got = command.run(["sh", "-c", "stty size; read x; echo got $x; exit 3"], b"line\n",
                          terminal=True)
        self.assertEqual((got.end, got.status), ("exit", 3))
        self.assertIn(b"24 80", got.stdout)
        self.assertIn(b"got line", got.stdout)


def may_enter():
    """May we make the namespaces that host.run needs, and is there a program for the root?"""
    return (os.path.exists(BUSYBOX) and shutil.which("unshare") and
            subprocess.run(["unshare", "-m", "true"], stderr=subprocess.DEVNULL,
                           check=False).returncode == 0)


@unittest.skipUnless(may_enter(), "needs root and a busybox that was built")
class Host(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = folder.name
        os.mkdir(self.root + "/bin")
        shutil.copy(BUSYBOX, self.root + "/bin/sh")
        shutil.copy(BUSYBOX, self.root + "/bin/busybox")

    def run_script(self, script, **keys):
        return host.run(workload.Workload(program="p", case="c", script=script, **keys), self.root)

    def test_what_a_workload_sees(self):
        with tempfile.NamedTemporaryFile("w", suffix="data") as data:
            data.write("content")
            data.flush()
            got = self.run_script(
                "busybox pwd; echo $A $HOME; busybox cat; busybox cat *data; echo; echo $$\n"
                "echo x >/written; busybox ls /dev /proc/1/comm >/dev/null; exit 5\n",
                stdin=b"input\n", env={"A": "a b"}, files=(data.name,))
        self.assertEqual((got.end, got.status, got.stdout, got.stderr),
                         ("exit", 5, b"/tmp/w\na b /root\ninput\ncontent\n1\n", b""))
        self.assertFalse(os.path.exists(self.root + "/written"))

    def test_what_is_left_behind_ends(self):
        got = self.run_script("busybox sleep 1000 &\necho done\n")
        self.assertEqual((got.end, got.stdout), ("exit", b"done\n"))

    def test_a_root_without_a_shell(self):
        os.remove(self.root + "/bin/sh")
        got = self.run_script("true\n")
        self.assertEqual((got.end, got.reason[:7]), ("failed", "enter: "))


class Comparing(unittest.TestCase):
    def differences(self, ours, theirs, **keys):
        w = workload.Workload(program="p", **keys)
        return compare.differences(w, command.Outcome("exit", 0, *theirs),
                                   command.Outcome("exit", 0, *ours))

    def test_streams(self):
        self.assertEqual(self.differences((b"a\n", b"x"), (b"a\n", b"y")), [])
        self.assertIn("-b", self.differences((b"a\n",), (b"b\n",)))
        self.assertEqual(self.differences((b"a",), (b"a\n",)),
                         ["stdout: the ends of the lines differ"])
        self.assertNotEqual(self.differences((b"a\n", b"x"), (b"a\n", b"y"),
                                             compare=frozenset(["stderr"])), [])

    def test_sorted(self):
        self.assertEqual(self.differences((b"a\nb\n",), (b"b\na\n",), sort=True), [])
        self.assertNotEqual(self.differences((b"a\nb\n",), (b"b\nc\n",), sort=True), [])

    def test_status_and_ends(self):
        w = workload.Workload(program="p")
        right = command.Outcome("exit", 1)
        self.assertEqual(compare.differences(w, right, command.Outcome("exit", 0)),
                         ["status 0, on Linux 1"])
        self.assertEqual(compare.differences(w, right, command.Outcome("timeout")), ["timeout"])


if __name__ == "__main__":
    unittest.main()
