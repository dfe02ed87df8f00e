"""Reading a fork log, and what its forks needed."""

import json
import unittest

from survey import classify, forklog, sites, symbols

LIBC, SH = "/usr/lib/x86_64-linux-gnu/libc.so.6", "/bin/sh"


class Log:
    """Writes the lines of a log."""

    def __init__(self):
        self.log = forklog.Log()
        self.t = 0
        self.say("start", fork="full", version=1)
        self.say("file", id=0, path=SH)
        self.say("file", id=1, path=LIBC)
        self.say("exec", pid=1, ppid=0, file=0, argv="sh")

    def say(self, event, **fields):
        self.t += 10
        self.log.feed(json.dumps({"e": event, "t": self.t, **fields}))

    def fork(self, pid, child, kind="fork", **more):
        self.say("fork", **{**dict(kind=kind, pid=pid, tid=pid, child=child, comm="sh", exe=0,
                                   threads=1, depth=0, error=0, ip=[1, 100], sp=5000,
                                   stack=[[8, 0, 4096]], settid=70016), **more})

    def end(self, pid, child, end, pages=(), **more):
        self.say("end", pid=pid, child=child, end=end, pause=5, cost=1, pages=pages, more=0, border=16,
                 own_stack=[1, 8], other_stack=[0, 0], data=[0, 0], heap=[0, 0], mmap=[0, 0], **more)

    def sites(self):
        return sites.summarise(self.log, symbols.Files(None))

    def classes(self):
        found = self.sites()
        ignored = classify.baseline([{"sites": found}])
        return [classify.class_of(s, g, ignored) for s in found for g in s["groups"]]


class Classes(unittest.TestCase):
    def one(self, end, pages=(), **more):
        log = Log()
        log.fork(1, 2)
        log.end(1, 2, end, pages, **more)
        return log

    def execs(self, *pages):
        log = self.one("exec", pages)
        log.say("exec", pid=2, ppid=1, file=0, argv="x")
        log.say("exit", pid=2, status=0)
        return log.classes()

    def test_stack_below_the_call_is_the_childs(self):
        self.assertEqual(self.execs(["stack", -4096, 4000, 96]), ["clean"])
        self.assertEqual(self.execs(["stack", -8, 8, 16]), ["clean"])

    def test_stack_above_is_the_parents(self):
        self.assertEqual(self.execs(["stack", -8, 8, 24]), ["stack"])
        self.assertEqual(self.execs(["stacks", 90000, 8, 24]), ["stack"])

    def test_heap_and_data(self):
        self.assertEqual(self.execs(["heap", 0, 8, 24]), ["dirty"])
        self.assertEqual(self.execs([0, 8192, 8, 24]), ["dirty"])
        self.assertEqual(self.execs(["mmap", 90000, 8, 24]), ["dirty"])

    def test_a_page_that_holds_what_it_held(self):
        self.assertEqual(self.execs(["heap", 0]), ["clean"])

    def test_the_threads_own_number_is_the_kernels_doing(self):
        self.assertEqual(self.execs(["mmap", 69632, 384, 8]), ["clean"])

    def test_what_every_fork_changes_in_the_c_library_is_its_own(self):
        log = Log()
        for child, more in ((2, []), (3, [[1, 8192, 64, 8]])):
            log.fork(1, child)
            log.end(1, child, "exec", [[1, 4096, 8, 8], *more])
            log.say("exec", pid=child, ppid=1, file=0, argv="x")
            log.say("exit", pid=child, status=0)
        self.assertEqual(log.classes(), ["clean", "dirty"])

    def test_exit(self):
        log = self.one("exit", [["heap", 0, 8, 8]])
        log.say("exit", pid=2, status=0)
        self.assertEqual(log.classes(), ["exit"])

    def test_a_child_that_waits_for_its_own(self):
        log = self.one("block", call="wait4")
        log.fork(2, 3)
        log.end(2, 3, "exec")
        log.say("exec", pid=3, ppid=2, file=0, argv="x")
        log.say("exit", pid=3, status=0)
        log.say("wait", pid=2, since=log.t - 15, call="wait4", by=3)
        log.say("exit", pid=2, status=0)
        self.assertEqual(log.classes()[0], "exit")

    def test_a_child_that_waits_for_its_parent(self):
        log = self.one("block", call="read")
        log.say("wait", pid=2, since=log.t - 5, call="read", by=1, on="pipe:[3]")
        log.say("exit", pid=2, status=0)
        self.assertEqual(log.classes(), ["split"])
        (group,) = log.sites()[0]["groups"]
        self.assertEqual((group["why"], group["waited"]), ("woken by the parent", "read on pipe"))

    def test_a_child_that_waits_for_a_later_one_of_its_parent(self):
        log = self.one("block", call="write")
        log.fork(1, 3)
        log.end(1, 3, "exec")
        log.say("exec", pid=3, ppid=1, file=0, argv="cat")
        log.say("wait", pid=2, since=log.t - 35, call="write", by=3, on="pipe:[3]")
        log.say("exit", pid=3, status=0)
        log.say("exit", pid=2, status=0)
        self.assertIn("split", log.classes())

    def test_a_child_woken_by_an_earlier_one(self):
        log = Log()
        log.fork(1, 2)
        log.end(1, 2, "exec")
        log.say("exec", pid=2, ppid=1, file=0, argv="cat")
        log.fork(1, 3)
        log.end(1, 3, "block", call="read")
        log.say("wait", pid=3, since=log.t - 5, call="read", by=2, on="pipe:[3]")
        log.say("exit", pid=2, status=0)
        log.say("exit", pid=3, status=0)
        self.assertNotIn("split", log.classes())

    def test_a_child_of_a_child_whose_forefather_is_paused(self):
        log = self.one("block", call="wait4")
        log.fork(2, 3)
        log.end(2, 3, "block", call="read")
        log.say("wait", pid=3, since=log.t - 5, call="read", by=1, on="pipe:[3]")
        log.say("exit", pid=3, status=0)
        log.say("exit", pid=2, status=0)
        self.assertIn("split", log.classes())

    def test_a_child_whose_own_child_waits_for_a_later_one(self):
        log = self.one("block", call="wait4")
        log.fork(2, 3)
        log.end(2, 3, "exec")
        log.say("exec", pid=3, ppid=2, file=0, argv="head")
        log.fork(1, 4)
        log.end(1, 4, "exec")
        log.say("wait", pid=3, since=log.t - 25, call="write", by=4, on="pipe:[3]")
        log.say("exit", pid=3, status=0)
        log.say("wait", pid=2, since=log.t - 35, call="wait4", by=3)
        log.say("exit", pid=2, status=0)
        log.say("exit", pid=4, status=0)
        self.assertIn("split", log.classes())

    def test_a_daemon_that_is_ended_by_who_waited_for_its_parent(self):
        log = Log()
        log.fork(1, 2)
        log.end(1, 2, "exec")
        log.say("exec", pid=2, ppid=1, file=0, argv="daemon")
        log.fork(2, 3)
        log.end(2, 3, "block", call="poll")
        log.say("exit", pid=2, status=0)
        log.say("wait", pid=1, since=log.t - 25, call="wait4", by=2)
        log.fork(1, 4)
        log.end(1, 4, "exec")
        log.say("exec", pid=4, ppid=1, file=0, argv="kill")
        log.say("wait", pid=3, since=log.t - 65, call="poll", by=4)
        log.say("exit", pid=3, status=0)
        self.assertIn("split", log.classes())

    def test_one_whose_parent_nobody_waited_for(self):
        log = Log()
        log.fork(1, 2)
        log.end(1, 2, "exec")
        log.say("exec", pid=2, ppid=1, file=0, argv="daemon")
        log.fork(2, 3)
        log.end(2, 3, "block", call="poll")
        log.say("exit", pid=2, status=0)
        log.say("wait", pid=1, since=log.t - 25, call="clock_nanosleep", by=-1)
        log.say("wait", pid=3, since=log.t - 35, call="poll", by=1)
        log.say("exit", pid=3, status=0)
        self.assertNotIn("split", log.classes())

    def test_a_sibling_that_waits_for_the_parent(self):
        log = Log()
        log.fork(1, 2)
        log.end(1, 2, "exec")
        log.say("exec", pid=2, ppid=1, file=0, argv="tar -T -")
        log.fork(1, 3)
        log.end(1, 3, "block", call="read")
        log.say("wait", pid=2, since=5, call="read", by=1)
        log.say("wait", pid=3, since=log.t - 25, call="read", by=2)
        log.say("exit", pid=3, status=0)
        self.assertIn("split", log.classes())

    def test_a_child_that_outlives_the_run(self):
        self.assertEqual(self.one("block", call="poll").classes(), ["split"])
        self.assertEqual(self.one("quantum").classes(), ["split"])

    def took(self, what, by=1, **more):
        """A child that was split for another reason and then got something."""
        log = self.one("block", call="wait4")
        log.say("took", pid=2, what=what, by=by, at=log.t - 5, call="read", on="pipe:[3]", **more)
        log.say("exit", pid=2, status=0)
        return log

    def test_a_child_that_did_not_have_to_sleep_for_its_parent(self):
        for what, why in (("data", "given data by the parent"), ("room", "given room by the parent"),
                          ("end", "told the end by the parent"), ("signal", "ended by the parent")):
            (group,) = self.took(what).sites()[0]["groups"]
            self.assertEqual((group["why"], group["waited"]), (why, "read on pipe"))

    def test_what_was_given_before_the_fork_is_nothing(self):
        log = self.one("block", call="wait4")
        log.say("took", pid=2, what="data", by=1, at=log.log.forks[0].time, call="read")
        log.say("exit", pid=2, status=0)
        self.assertEqual(log.classes(), ["exit"])

    def test_what_an_earlier_child_gave_is_not_the_parents(self):
        log = Log()
        log.fork(1, 2)
        log.end(1, 2, "exec")
        log.say("exec", pid=2, ppid=1, file=0, argv="cat")
        log.fork(1, 3)
        log.end(1, 3, "block", call="wait4")
        log.say("took", pid=3, what="data", by=2, at=log.t, call="read")
        log.say("exit", pid=3, status=0)
        self.assertNotIn("split", log.classes())

    def test_a_child_whose_own_child_was_given_what_it_needed(self):
        log = self.one("block", call="poll")
        log.fork(2, 3)
        log.end(2, 3, "exec")
        log.say("exec", pid=3, ppid=2, file=0, argv="cat")
        log.say("took", pid=3, what="data", by=1, at=log.t, call="read")
        log.say("exit", pid=3, status=0)
        log.say("took", pid=2, what="status", by=3, at=log.t, call="wait4")
        log.say("exit", pid=2, status=0)
        self.assertIn("split", log.classes())

    def test_a_child_that_was_stopped(self):
        log = self.one("signal", signal=19)
        log.say("wait", pid=2, since=log.t, call="stop", by=1)
        log.say("exit", pid=2, status=9)
        self.assertEqual(log.classes(), ["split"])

    def test_a_child_that_is_at_work_when_the_run_ends(self):
        for line in ({"does": "runs"}, {"does": "waits", "call": "clock_nanosleep"}):
            log = self.one("quantum")
            log.say("left", pid=2, **line)
            self.assertEqual(log.classes(), ["exit"])
        for line in ({"does": "waits", "call": "poll"}, {"does": "stopped"},
                     {"does": "waits", "call": "wait4"}):
            log = self.one("quantum")
            log.say("left", pid=2, **line)
            self.assertEqual(log.classes(), ["split"])

    def test_a_child_whose_own_child_is_at_work_when_the_run_ends(self):
        for call, kind in (("nanosleep", "exit"), ("accept", "split")):
            log = self.one("block", call="wait4")
            log.fork(2, 3)
            log.end(2, 3, "exec")
            log.say("exec", pid=3, ppid=2, file=0, argv="x")
            log.say("left", pid=2, does="waits", call="wait4")
            log.say("left", pid=3, does="waits", call=call)
            self.assertEqual(log.classes()[0], kind)

    def test_how_many_lived_beside_their_parents(self):
        log = Log()
        for child in (2, 3):
            log.fork(1, child)
            log.end(1, child, "block", call="read")
        log.say("exec", pid=2, ppid=1, file=0, argv="x")
        log.say("exit", pid=3, status=0)
        log.fork(1, 4)
        log.end(1, 4, "quantum")
        self.assertEqual(log.log.beside(), 2)

    def test_a_child_that_computes_and_exits(self):
        log = self.one("quantum")
        log.say("exit", pid=2, status=0)
        self.assertEqual(log.classes(), ["exit"])

    def test_spawns(self):
        log = Log()
        log.fork(1, 2, "vfork")
        log.say("end", pid=1, child=2, end="exec", pause=3, cost=1)
        self.assertEqual(log.classes(), ["none"])

    def test_a_pause_that_the_end_cuts_off(self):
        log = Log()
        log.fork(1, 2)
        self.assertEqual(log.classes(), [])

    def test_a_fork_that_failed_is_none(self):
        log = Log()
        log.fork(1, 2)
        log.fork(1, 2, error=12)
        self.assertEqual((log.classes(), log.log.failed, len(log.log.processes)), ([], 1, 1))

    def test_a_torn_line(self):
        log = self.one("exit")
        log.log.feed('{"e":"exit","t":12,"pi')
        log.log.feed("nonsense")
        log.log.feed("[1]")
        self.assertEqual(len(log.log.forks), 1)


class Predictions(unittest.TestCase):
    def predict(self, *kinds):
        found = []
        for kind in kinds:
            log = Log()
            log.fork(1, 2)
            log.end(1, 2, kind, [["heap", 0, 8, 8]] if kind == "exit" else [], call="read")
            if kind != "block":
                log.say("exec" if kind == "exec" else "exit", pid=2, ppid=1, file=0, argv="", status=0)
            found += log.sites()
        return {m: p for m, (p, _) in classify.predict(found, set()).items()}

    def test_the_hardest_decides(self):
        self.assertEqual(self.predict("exec"), {"cow": "works", "vfork": "works"})
        self.assertEqual(self.predict("exec", "exit"), {"cow": "works", "vfork": "leaks"})
        self.assertEqual(self.predict("block", "exit"), {"cow": "fails", "vfork": "fails"})


if __name__ == "__main__":
    unittest.main()
