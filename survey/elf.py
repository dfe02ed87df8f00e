"""What the survey needs of ELF files: addresses, symbols, sections, and how far a function's frame
reaches.  Only 64-bit little-endian files; anything else, or damaged, is an ElfError.

Frames are described by .eh_frame (the Linux Standard Base's and DWARF's call frame information),
found by the sorted table in .eh_frame_hdr.
"""

import bisect
import struct

PT_LOAD, PT_GNU_EH_FRAME = 1, 0x6474e550
SHT_SYMTAB, SHT_DYNSYM, SHT_NOBITS = 2, 11, 8
STT_OBJECT, STT_FUNC = 1, 2
RBP, RSP = 6, 7  # DWARF's numbers of registers


class ElfError(Exception):
    """Not a file that can be read."""


class _Reader:
    """A cursor for DWARF's numbers."""

    def __init__(self, data, at):
        self.data, self.at = data, at

    def take(self, form):
        """The next struct field(s)."""
        values = struct.unpack_from("<" + form, self.data, self.at)
        self.at += struct.calcsize("<" + form)
        return values[0]

    def uleb(self):
        """An unsigned LEB128 number."""
        value = shift = 0
        while True:
            byte = self.data[self.at]
            self.at += 1
            value |= (byte & 127) << shift
            shift += 7
            if not byte & 128:
                return value

    def sleb(self):
        """A signed one."""
        start = self.at
        value = self.uleb()
        bits = 7 * (self.at - start)
        return value - (1 << bits) if value >> (bits - 1) else value

    def text(self):
        """A string that ends with a NUL."""
        end = self.data.index(b"\0", self.at)
        value = self.data[self.at:end]
        self.at = end + 1
        return value

    def encoded(self, encoding, base):
        """A pointer; base is the address of data[0]."""
        here = base + self.at
        value = self.take({0: "Q", 2: "H", 3: "I", 4: "Q", 10: "h", 11: "i", 12: "q"}[encoding & 15])
        return value + here if encoding & 0x70 == 0x10 else value


class Elf:
    """One file."""

    def __init__(self, path):
        try:
            with open(path, "rb") as file:
                self.data = file.read()
            self._parse()
        except (OSError, struct.error, IndexError, ValueError, KeyError) as error:
            raise ElfError(f"{path}: {error}") from error

    def _parse(self):
        data = self.data
        if data[:6] != b"\x7fELF\x02\x01":
            raise ValueError("not a 64-bit little-endian ELF file")
        phoff, shoff = struct.unpack_from("<QQ", data, 32)
        phentsize, phnum, shentsize, shnum, shstrndx = struct.unpack_from("<5H", data, 54)
        self.loads, self.eh_frame_hdr = [], None
        for i in range(phnum):
            kind, flags, offset, vaddr, _, filesz, memsz = struct.unpack_from(
                "<IIQQQQQ", data, phoff + i * phentsize)
            if kind == PT_LOAD:
                self.loads.append((offset, vaddr, filesz, memsz, flags))
            elif kind == PT_GNU_EH_FRAME:
                self.eh_frame_hdr = (offset, vaddr)
        self.sections = []  # (address, size, name)
        headers = [struct.unpack_from("<IIQQQQII", data, shoff + i * shentsize)
                   for i in range(shnum)] if shoff else []
        names = headers[shstrndx][4] if headers and shstrndx < len(headers) else 0
        for name, _, flags, address, _, size, _, _ in headers:
            if flags & 2 and size:
                self.sections.append((address, size, self._string(names + name)))
        self.sections.sort()
        self._symbols(headers)
        self._functions = self._function_table()

    def _string(self, at):
        return self.data[at:self.data.index(b"\0", at)].decode("utf-8", "replace")

    def _symbols(self, headers):
        found = {}
        for header in headers:
            if header[1] not in (SHT_SYMTAB, SHT_DYNSYM):
                continue
            strings = headers[header[6]][4]
            for at in range(header[4], header[4] + header[5], 24):
                name, info, _, index, value, size = struct.unpack_from("<IBBHQQ", self.data, at)
                if info & 15 in (STT_OBJECT, STT_FUNC) and index and value:
                    text = self._string(strings + name)
                    old = found.get(value)
                    if text and (old is None or (len(old[1].lstrip("_")) > len(text) or
                                                 old[1].startswith("_") > text.startswith("_"))):
                        found[value] = (size, text, info & 15)
        self._symbol_at = sorted(found)
        self._symbol = found

    # -- addresses

    def address(self, offset):
        """The address that a byte of the file is linked to, also of the zeroed data behind the file's
        last one.  => None: it is not loaded"""
        for start, vaddr, filesz, _, _ in self.loads:
            if start <= offset < start + filesz:
                return offset - start + vaddr
        start, vaddr, filesz, memsz, _ = self.loads[-1] if self.loads else (0, 0, 0, 0, 0)
        if start + filesz <= offset < start + memsz + 4096:
            return offset - start + vaddr
        return None

    def has(self, address):
        """Is it in the memory that the file takes?"""
        return any(v <= address < v + memsz for _, v, _, memsz, _ in self.loads)

    def offset(self, address):
        """The reverse of address().  => None"""
        for start, vaddr, filesz, _, _ in self.loads:
            if vaddr <= address < vaddr + filesz:
                return address - vaddr + start
        return None

    def symbol(self, address, kind=STT_FUNC):
        """The name of what is there, with the distance from its start.  => "" if nobody tells"""
        i = bisect.bisect_right(self._symbol_at, address) - 1
        if i < 0:
            return ""
        start = self._symbol_at[i]
        size, name, is_a = self._symbol[start]
        if is_a != kind or address >= start + max(size, 1):
            return ""
        return name if address == start else f"{name}+{address - start:#x}"

    def section(self, address):
        """The name of the section.  => "" """
        i = bisect.bisect_right(self.sections, (address, 1 << 64, "")) - 1
        if i >= 0 and address < self.sections[i][0] + self.sections[i][1]:
            return self.sections[i][2]
        return ""

    # -- functions and frames

    def _function_table(self):
        """[(start, address of its FDE)], sorted."""
        if self.eh_frame_hdr is None:
            return []
        offset, vaddr = self.eh_frame_hdr
        version, pointer, count, table = struct.unpack_from("<4B", self.data, offset)
        if version != 1 or count != 3 or table != 0x3b or pointer & 15 not in (11, 3):
            return []
        (n,) = struct.unpack_from("<I", self.data, offset + 8)
        pairs = struct.iter_unpack("<ii", self.data[offset + 12:offset + 12 + 8 * n])
        return [(vaddr + start, vaddr + fde) for start, fde in pairs]

    def function(self, address):
        """Where the function that has address begins, as far as its frame is described.  => None"""
        i = bisect.bisect_right(self._functions, (address, 1 << 64)) - 1
        return self._functions[i][0] if i >= 0 else None

    def _cie(self, at, base):
        r = _Reader(self.data, at)
        if r.take("I") == 0xffffffff:
            raise ValueError("64-bit call frame information")
        end = at + 4 + struct.unpack_from("<I", self.data, at)[0]
        r.take("I")
        r.take("B")
        augmentation = r.text()
        code, align = r.uleb(), r.sleb()
        r.uleb()
        encoding = 0
        if augmentation.startswith(b"z"):
            length = r.uleb()
            begin = r.at + length
            for letter in augmentation[1:].decode():
                if letter == "R":
                    encoding = r.take("B")
                elif letter == "P":
                    r.encoded(r.take("B"), base)
                elif letter == "L":
                    r.take("B")
            r.at = begin
        return code, align, encoding, self.data[r.at:end]

    def cfa(self, address):
        """Where the frame of address ends, i.e. its caller's stack begins: (register, distance).
        => None: nobody tells, or it cannot be said like that"""
        i = bisect.bisect_right(self._functions, (address, 1 << 64)) - 1
        if i < 0:
            return None
        try:
            return self._cfa(self._functions[i][1], address)
        except (struct.error, IndexError, ValueError, KeyError):
            return None

    def _cfa(self, fde, address):
        at = self.offset(fde)
        if at is None:
            return None
        base = fde - at
        length, distance = struct.unpack_from("<II", self.data, at)
        code, _, encoding, initial = self._cie(at + 4 - distance, base)
        r = _Reader(self.data, at + 8)
        start = r.encoded(encoding, base)
        size = r.take({0: "Q", 3: "I", 11: "i", 4: "Q", 12: "q"}[encoding & 15])
        if not start <= address < start + size:
            return None
        skip = r.uleb()
        rules = _Rules(code, start, address)
        rules.run(initial)
        rules.initial = rules.cfa
        rules.run(self.data[r.at + skip:at + 4 + length])
        return rules.cfa


class _Rules:
    """Executes call frame instructions as far as the CFA is concerned."""

    # operands of the instructions that do not matter here: u ULEB128, s SLEB128, b block
    OTHER = {0: "", 5: "uu", 6: "u", 7: "u", 8: "u", 9: "uu", 0x10: "ub", 0x11: "us", 0x14: "uu",
             0x15: "us", 0x16: "ub", 0x2e: "u", 0x2f: "uu"}

    def __init__(self, code, start, address):
        self.code, self.at, self.address = code, start, address
        self.cfa = self.initial = None
        self.kept = []

    def run(self, program):
        """All instructions up to the address."""
        r = _Reader(program, 0)
        while r.at < len(program):
            op = r.take("B")
            if op >> 6 == 1:
                self.at += (op & 63) * self.code
            elif op >> 6 == 2:
                r.uleb()
            elif op >> 6 == 0:
                self.one(op, r)
            if self.at > self.address:
                return

    def one(self, op, r):
        """One of those without an operand in the opcode."""
        if op in (2, 3, 4):
            self.at += r.take({2: "B", 3: "H", 4: "I"}[op]) * self.code
        elif op == 0x0a:
            self.kept.append(self.cfa)
        elif op == 0x0b:
            self.cfa = self.kept.pop()
        elif op == 0x0c:
            self.cfa = (r.uleb(), r.uleb())
        elif op == 0x0d:
            register = r.uleb()
            self.cfa = (register, self.cfa[1]) if self.cfa else None
        elif op == 0x0e:
            distance = r.uleb()
            self.cfa = (self.cfa[0], distance) if self.cfa else None
        elif op == 0x0f:
            r.at += r.uleb()
            self.cfa = None
        else:
            for operand in self.OTHER[op]:
                if operand == "s":
                    r.sleb()
                else:
                    length = r.uleb()
                    r.at += length if operand == "b" else 0
