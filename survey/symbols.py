"""From the log's return addresses to a backtrace, and from addresses to names.

The kernel tells every return address on the caller's stack, stale ones too.  Here the frames are
followed with the files' own call frame information: where a frame's size is known by the stack
pointer, the next return address must be exactly at its end, and the frame is sure.  Where it is not
(a frame pointer, no information), the next address is taken whose call can have led to the function
it would return from; such a frame is marked as guessed.
"""

import dataclasses
import os
import re
import struct

from survey import elf

FRAMES = 16  # shown
LIBC = re.compile(r"/(libc|libpthread|ld-linux[a-z0-9_-]*|ld-musl[a-z0-9_-]*|libc\.musl[a-z0-9_-]*)"
                  r"[-.0-9]*\.so[.0-9]*\Z")
WRAPPERS = re.compile(r"_*(libc_)?(v?fork|clone|clone3|Fork)\Z")


@dataclasses.dataclass
class Frame:
    """One frame of a backtrace."""

    path: str  # of the file; None: not in one
    address: int  # in the file as it is linked; if its file is unknown the offset
    symbol: str  # name+0xoffset, or ""
    slot: int  # where its return address lies, from the stack pointer; -1: the innermost
    sure: bool

    @property
    def text(self):
        """FILE+0xADDRESS (SYMBOL)"""
        where = f"{self.path or '?'}+{self.address:#x}"
        return f"{where} ({self.symbol})" if self.symbol else where


class Files:
    """The ELF files of a root, read when they are asked for."""

    def __init__(self, root):
        self.root = root  # a folder, or None: no file can be looked at
        self._known = {}

    def get(self, path):
        """=> Elf, or None"""
        if path is None or self.root is None:
            return None
        if path not in self._known:
            try:
                self._known[path] = elf.Elf(os.path.join(self.root, path.lstrip("/")))
            except elf.ElfError:
                self._known[path] = None
        return self._known[path]

    def frame(self, path, offset, slot, sure):
        """A Frame of a place in a file."""
        file = self.get(path)
        address = file.address(offset) if file else None
        if address is None:
            return Frame(path, offset, "", slot, sure)
        # A return address behind a call that never returns may be the next function's first byte.
        symbol = file.symbol(address) or file.symbol(address - 1)
        return Frame(path, address, symbol, slot, sure)

    def data_name(self, path, offset):
        """What is at a place of a file's data: SYMBOL+0xN or SECTION."""
        file = self.get(path)
        address = file.address(offset) if file else None
        if address is None:
            return ""
        return file.symbol(address, elf.STT_OBJECT) or file.section(address)


def is_libc(path):
    """Is it the C library or the dynamic linker?"""
    return path is not None and LIBC.search(path) is not None


def _call_target(file, address):
    """Where the direct call that returns to address goes.  => None: an indirect call"""
    at = file.offset(address - 5)
    if at is None or file.data[at] != 0xe8:
        return None
    return address + struct.unpack_from("<i", file.data, at + 1)[0]


def _may_call(files, caller, callee):
    """Can the call that returns to the frame `caller` have led to the function of `callee`?"""
    file = files.get(caller.path)
    if file is None:
        return True
    target = _call_target(file, caller.address)
    if target is None:
        return True
    if file.section(target).startswith(".plt"):
        return caller.path != callee.path or "@" not in callee.symbol
    if caller.path != callee.path:
        return False
    start = file.function(callee.address - 1)
    return start is None or start == target


def backtrace(files, fork):
    """=> [Frame], innermost first: the call itself, then its callers."""
    frames = [files.frame(*fork.ip, -1, True)]
    rest = [files.frame(path, offset, slot, False) for slot, path, offset in fork.stack]
    by_slot = {f.slot: f for f in rest}
    if fork.caller:
        frames.append(files.frame(*fork.caller, -8, True))
    top = 0  # the part of the stack below belongs to frames that are done
    while len(frames) < FRAMES:
        last = frames[-1]
        file = files.get(last.path)
        rule = file.cfa(last.address - (len(frames) > 1)) if file else None
        found = None
        if rule and rule[0] == elf.RSP:
            found = by_slot.get(top + rule[1] - 8)
            if found:
                found.sure = True
        if found is None:
            found = next((f for f in rest if f.slot >= top and _may_call(files, f, last)), None)
        if found is None:
            break
        frames.append(found)
        top = found.slot + 8
    return frames


def site(frames):
    """The frame that decided to fork: the first one outside of the C library."""
    for frame in frames:
        if frame.path and not is_libc(frame.path) and \
                not WRAPPERS.match(frame.symbol.partition("+")[0]):
            return frame
    return frames[0]


def via(frames):
    """The functions of the C library below the site, innermost first."""
    names = []
    for frame in frames:
        if frame is site(frames):
            break
        name = frame.symbol.partition("+")[0]
        if name and name not in names:
            names.append(name)
    return names
