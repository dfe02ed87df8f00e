"""`flat trace`: what becomes of a fork log."""

import unittest

from survey import trace
from survey.tests.test_forklog import Log


def converted():
    """A log in which a child splits and another execs; pid 2 is used twice."""
    log = Log()
    log.say("run", pid=1, tid=1)
    log.fork(1, 2)
    log.say("run", pid=2, tid=2)
    log.end(1, 2, "block", call="read")
    log.say("run", pid=1, tid=1)
    log.say("exit", pid=2, status=0)
    log.fork(1, 2)
    log.say("run", pid=2, tid=2)
    log.end(1, 2, "exec")
    log.say("exec", pid=2, ppid=1, file=0, argv="ls /")
    log.say("exit", pid=2, status=0)
    log.fork(1, 3, "vfork")
    log.say("exit", pid=1, status=0)
    return trace.convert(log.log)["traceEvents"]


class Trace(unittest.TestCase):
    def setUp(self):
        self.events = converted()

    def slices(self, pid, tid):
        return [(e["name"], e["ts"], e["ts"] + e["dur"]) for e in self.events
                if e["ph"] == "X" and (e["pid"], e["tid"]) == (pid, tid)]

    def test_states(self):
        self.assertEqual([s[0] for s in self.slices(1, 0)], ["own", "paused", "own", "paused", "own", "paused"])
        self.assertEqual([s[0] for s in self.slices(2, 0)], ["shadow", "split"])
        self.assertEqual([s[0] for s in self.slices(2 + (1 << 16), 0)], ["shadow", "own"])
        self.assertEqual([s[0] for s in self.slices(3, 0)], ["borrowed"])

    def test_slices_of_a_track_do_not_overlap(self):
        for pid in {e["pid"] for e in self.events}:
            for tid in (0, 1, 2):
                found = self.slices(pid, tid)
                for before, after in zip(found, found[1:]):
                    self.assertLessEqual(before[2], after[1])

    def test_the_runs_are_the_processes_of_the_time(self):
        self.assertEqual(len(self.slices(2, 2)), 1)
        self.assertEqual(len(self.slices(2 + (1 << 16), 2)), 1)

    def test_each_arrow_has_two_ends(self):
        starts = [e["id"] for e in self.events if e["ph"] == "s"]
        ends = [e["id"] for e in self.events if e["ph"] == "f"]
        self.assertEqual(sorted(starts), sorted(ends))
        self.assertEqual(len(starts), 5)  # three forks, two ends


if __name__ == "__main__":
    unittest.main()
