"""`flat map`: which moment is drawn, and that the picture holds what the log told."""

import json
import os
import tempfile
import unittest
import xml.etree.ElementTree

from survey import map as pictures  # `map` is Python's


def view(pid, window=7, **more):
    """The line of a view."""
    base = window << 36
    return {"e": "view", "t": 5, "pid": pid, "comm": "a<b", "tasks": 1, "window": window,
            "base": base, "id": pid, "under": 0, "paused": False, "installed": True,
            "vmas": [[base + 4096, base + 8192, 5, "file", 0, 0, 0, 0, 1],
                     [base + 8192, base + 65536, 3, "heap", -1, 2, 1, 3, 0]], **more}


def moment(*views, asked=False, time=5):
    """The lines of a moment."""
    return [{"e": "map", "t": time, "asked": asked, "areas": [[1 << 63, (1 << 63) + 4096, "its image"]]},
            *views]


class Map(unittest.TestCase):
    def read(self, *lines):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "log")
            with open(path, "w", encoding="utf-8") as file:
                file.write('{"e":"file","id":0,"path":"/bin/x&y"}\n')
                file.write("".join(json.dumps(x) + "\n" for x in lines))
                file.write('{"e":"view","t":')
            return pictures.read(path)

    def test_the_one_with_the_most(self):
        found, _ = self.read(*moment(view(1)), *moment(view(1), view(2), time=6),
                             *moment(view(1), view(3), time=7), *moment(view(1), time=8))
        self.assertEqual(pictures.choose(found).time, 7)

    def test_the_one_that_was_asked_for(self):
        found, _ = self.read(*moment(view(1), asked=True), *moment(view(1), view(2), time=6))
        self.assertEqual(pictures.choose(found).time, 5)
        self.assertIsNone(pictures.choose([]))

    def test_the_picture(self):
        found, files = self.read(*moment(view(1, paused=True), view(2, under=1, tasks=3), view(3, 9)))
        text = pictures.draw(found[0], files)
        root = xml.etree.ElementTree.fromstring(text)
        words = [e.text for e in root.iter("{http://www.w3.org/2000/svg}text")]
        for expected in ("window 7", "window 9", "a<b (1)", "a<b (2), 3 threads", "paused", "shadow over 1",
                         "x&y r-x", "[heap] rw-", "kernel: its image, 4 KiB"):
            self.assertIn(expected, words)
        titles = [e.text for e in root.iter("{http://www.w3.org/2000/svg}title")]
        self.assertTrue(any("2 this process's alone, 1 shared" in t for t in titles))


if __name__ == "__main__":
    unittest.main()
