"""ELF files: symbols and frames, held against a program that was compiled for it."""

import os
import shutil
import subprocess
import tempfile
import unittest

from survey import elf, forklog, symbols

SOURCE = """
#include <stdlib.h>
int counter = 7;
static int zeroed[2000];
__attribute__((noinline)) int inner(int n) { volatile char room[200]; room[n] = 1; return room[0] + zeroed[n]; }
__attribute__((noinline)) int outer(int n) { return inner(n) + 1; }
__attribute__((noinline, optimize("no-omit-frame-pointer"))) int framed(int n)
{ volatile char *p = __builtin_alloca(n); p[0] = 1; return outer(n) + p[0]; }
int main(int argc, char **argv) { (void)argv; return framed(argc) + counter; }
"""


@unittest.skipUnless(shutil.which("gcc") and shutil.which("objdump"), "needs gcc and objdump")
class Compiled(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp()
        source = cls.folder + "/p.c"
        with open(source, "w", encoding="ascii") as file:
            file.write(SOURCE)
        subprocess.run(["gcc", "-O2", "-o", cls.folder + "/p", source], check=True)
        cls.file = elf.Elf(cls.folder + "/p")
        text = subprocess.run(["objdump", "-d", "--no-show-raw-insn", cls.folder + "/p"], check=True,
                              stdout=subprocess.PIPE, text=True).stdout
        cls.lines = text.splitlines()

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def after_call(self, function, callee):
        """The address that the call in function returns to."""
        inside, called = False, False
        for line in self.lines:
            if line.endswith(">:"):
                inside = line.endswith(f"<{function}>:")
            elif inside and called and ":\t" in line:
                return int(line.split(":")[0], 16)
            elif inside and f"<{callee}>" in line and "call" in line:
                called = True
        raise AssertionError(f"no call of {callee} in {function}")

    def test_symbols(self):
        address = self.after_call("outer", "inner")
        self.assertTrue(self.file.symbol(address).startswith("outer+0x"))
        self.assertEqual(self.file.section(address), ".text")
        self.assertEqual(self.file.offset(self.file.address(0x1000)), self.file.address(0x1000))

    def test_frames(self):
        register, size = self.file.cfa(self.after_call("outer", "inner") - 1)
        self.assertEqual((register, size % 16), (elf.RSP, 0))
        register, size = self.file.cfa(self.after_call("framed", "outer") - 1)
        self.assertEqual((register, size), (elf.RBP, 16))

    def test_a_backtrace_leaves_stale_addresses_out(self):
        place = lambda f, c: self.file.offset(self.after_call(f, c))
        start = next(int(line.split()[0], 16) for line in self.lines if line.endswith("<inner>:"))
        _, size = self.file.cfa(self.after_call("outer", "inner") - 1)
        stack = [
            [0, "/p", place("outer", "inner")],  # returned to by the frame of inner itself
            [8, "/p", place("main", "framed")],  # stale: outer's frame is not done
            [size, "/p", place("framed", "outer")],
            [size + 8, "/p", place("outer", "inner")],  # stale: no call of framed
            [size + 64, "/p", place("main", "framed")],
        ]
        fork = forklog.Fork(0, "fork", None, None, 1, "p", "/p", 1, 0,
                            ("/p", self.file.offset(start)), stack)
        frames = symbols.backtrace(symbols.Files(self.folder), fork)
        self.assertEqual([f.symbol.partition("+")[0] for f in frames],
                         ["inner", "outer", "framed", "main"])
        self.assertEqual([f.sure for f in frames], [True, True, True, False])

    def test_damaged_files(self):
        with open(self.folder + "/p", "rb") as file:
            data = file.read()
        for n in (0, 3, 60, 200, len(data) // 2):
            with open(self.folder + "/q", "wb") as file:
                file.write(data[:n])
            try:
                elf.Elf(self.folder + "/q")
            except elf.ElfError as error:
                self.assertIn("/q", str(error))
        with self.assertRaises(elf.ElfError):
            elf.Elf(self.folder + "/nosuch")


class Places(unittest.TestCase):
    def test_the_site_is_outside_of_the_c_library(self):
        frames = [symbols.Frame(p, 16, s, 0, True) for p, s in (
            ("/lib/x86_64-linux-gnu/libc.so.6", "_Fork+0x1"), ("/lib/libc.so.6", "popen"),
            ("/usr/bin/x", "run+0x5"), ("/usr/bin/x", "main"))]
        self.assertEqual(symbols.site(frames).symbol, "run+0x5")
        self.assertEqual(symbols.via(frames), ["_Fork", "popen"])

    def test_names_of_the_c_library(self):
        for path in ("/usr/lib/x86_64-linux-gnu/libc.so.6", "/lib64/ld-linux-x86-64.so.2",
                     "/lib/ld-musl-x86_64.so.1", "/lib/libc-2.31.so"):
            self.assertTrue(symbols.is_libc(path), path)
        for path in ("/usr/lib/libcap.so.2", "/usr/lib/libcurl.so.4", "/bin/libc", None):
            self.assertFalse(symbols.is_libc(path), path)


if __name__ == "__main__":
    unittest.main()
