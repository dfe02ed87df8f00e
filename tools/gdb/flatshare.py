"""flatshare.py: gdb's view of a Flatshare guest in QEMU (`make debug`).

Everything lives in one address space, so gdb can hold the symbols of the kernel and of all programs
that run at the same time.  At each stop this script walks the kernel's list of processes and loads
the symbols of every program, and of its interpreter, at the place where it is.

    flat ps          the processes and their threads
    flat symbols     load the programs' symbols again, and say which
    flat kernel      find the kernel when it was started with a random base
    flat auto on|off whether symbols follow at each stop (on)

Files are looked for by name in the folders of $FLAT_SYMBOLS, `name.debug` first; the links of
busybox count as busybox.
"""
import os
import re
import struct

import gdb

loaded = {}  # base address -> (file, an address in its code)
auto = True


def folders():
    return [f for f in os.environ.get("FLAT_SYMBOLS", "").split(":") if f]


def links():
    for folder in folders():
        path = os.path.join(folder, "busybox.links")
        if os.path.exists(path):
            with open(path) as f:
                return {line.rsplit("/", 1)[-1].strip() for line in f}
    return set()


def find_file(name):
    """The file of the host that has the symbols of the guest's program `name`, or None."""
    base = os.path.basename(name)
    if base.startswith("ld-musl-"):
        base = "libc.so"
    names = [base + ".debug", base]
    if base in links():
        names += ["busybox.debug", "busybox"]
    for candidate in names:
        for folder in folders():
            path = os.path.join(folder, candidate)
            if os.path.isfile(path):
                return path
    return None


def elf_entry(path):
    with open(path, "rb") as f:
        return struct.unpack("<Q", f.read(32)[24:])[0]


def offset_of(type_name, field):
    for f in gdb.lookup_type(type_name).fields():
        if f.name == field:
            return f.bitpos // 8
    raise gdb.error("%s has no field %s" % (type_name, field))


def entries(head, type_name, link):
    """The objects of a list (lib/list.h)."""
    pointer = gdb.lookup_type(type_name).pointer()
    offset = offset_of(type_name, link)
    start = int(head.address)
    at = int(head["next"])
    seen = 0
    while at not in (0, start) and seen < 10000:
        yield gdb.Value(at - offset).cast(pointer).dereference()
        at = int(gdb.Value(at).cast(gdb.lookup_type("struct list").pointer())["next"])
        seen += 1


def text(value):
    return value.string(errors="replace") if value.type.strip_typedefs().code in (
        gdb.TYPE_CODE_ARRAY, gdb.TYPE_CODE_PTR) else str(value)


def processes():
    return entries(gdb.parse_and_eval("proc_list"), "struct proc", "all_link")


def program_of(proc):
    """The program's file name, without its folder."""
    exe = proc["exe"]
    try:
        if int(exe) and int(exe["dentry"]):
            return text(exe["dentry"]["name"])
    except gdb.error:
        pass
    return text(proc["leader"]["comm"]) if int(proc["leader"]) else ""


def wanted():
    """What is mapped where: base address -> program name."""
    places = {}
    for proc in processes():
        view = proc["view"]
        if not int(view):
            continue
        if int(view["exe_base"]):
            places[int(view["exe_base"])] = program_of(proc)
        if int(view["interp_base"]):
            places[int(view["interp_base"])] = "libc.so"
    return places


def elf_offset(path, base):
    """What to add to the file's addresses: nothing for a program at fixed addresses."""
    with open(path, "rb") as f:
        kind = struct.unpack("<H", f.read(18)[16:])[0]
    return 0 if kind == 2 else base


def load_symbols(verbose):
    places = wanted()
    for base in list(loaded):
        path, inside = loaded[base]
        if base in places and find_file(places[base]) == path:
            continue
        try:
            gdb.execute("remove-symbol-file -a %#x" % inside, to_string=True)
        except gdb.error:
            pass
        del loaded[base]
    for base, name in sorted(places.items()):
        path = find_file(name)
        if path is None:
            if verbose:
                print("%#x %s: no file with symbols in FLAT_SYMBOLS" % (base, name))
            continue
        if base not in loaded:
            offset = elf_offset(path, base)
            gdb.execute("add-symbol-file %s -o %#x" % (path, offset), to_string=True)
            loaded[base] = (path, offset + elf_entry(path))
        if verbose:
            print("%#x %s: %s" % (base, name, path))


def on_stop(_event):
    if not auto:
        return
    try:
        if int(gdb.parse_and_eval("init_proc")):
            load_symbols(False)
    except (gdb.error, gdb.MemoryError):
        pass  # too early: the kernel's own page table is not there yet


class Flat(gdb.Command):
    """Commands for a Flatshare guest."""

    def __init__(self):
        super().__init__("flat", gdb.COMMAND_USER, prefix=True)


class FlatPs(gdb.Command):
    """The guest's processes and threads."""

    def __init__(self):
        super().__init__("flat ps", gdb.COMMAND_STATUS)

    def invoke(self, _argument, _from_tty):
        print("%5s %5s %-9s %-16s %18s  %s" % ("PID", "TID", "STATE", "COMMAND", "BASE", "PROGRAM"))
        for proc in processes():
            view = proc["view"]
            base = int(view["exe_base"]) if int(view) else 0
            for task in entries(proc["tasks"], "struct task", "proc_link"):
                state = str(task["state"]).replace("TASK_", "").lower()
                print("%5d %5d %-9s %-16s %#18x  %s" % (
                    int(proc["pid"]), int(task["tid"]), state, text(task["comm"]), base,
                    program_of(proc)))


class FlatSymbols(gdb.Command):
    """Load the symbols of the programs that run."""

    def __init__(self):
        super().__init__("flat symbols", gdb.COMMAND_FILES)

    def invoke(self, _argument, _from_tty):
        load_symbols(True)


class FlatAuto(gdb.Command):
    """flat auto on|off: whether the programs' symbols follow at each stop."""

    def __init__(self):
        super().__init__("flat auto", gdb.COMMAND_FILES)

    def invoke(self, argument, _from_tty):
        global auto
        auto = argument.strip() != "off"


class FlatKernel(gdb.Command):
    """Move the kernel's symbols to where a random base put it: by the IDT's address."""

    def __init__(self):
        super().__init__("flat kernel", gdb.COMMAND_FILES)

    def invoke(self, _argument, _from_tty):
        kernel = gdb.objfiles()[0].filename
        match = re.search(r"IDT=\s*([0-9a-f]+)", gdb.execute("monitor info registers",
                                                             to_string=True))
        linked = gdb.lookup_global_symbol("idt") or gdb.lookup_static_symbol("idt")
        if match is None or linked is None:
            raise gdb.GdbError("QEMU does not tell the IDT's address, or the kernel has no `idt`.")
        # The address in the file, whatever has been moved before.
        gdb.execute("symbol-file", to_string=True)
        gdb.execute("symbol-file %s" % kernel, to_string=True)
        linked = gdb.lookup_global_symbol("idt") or gdb.lookup_static_symbol("idt")
        move = int(match.group(1), 16) - int(linked.value().address)
        gdb.execute("symbol-file", to_string=True)
        loaded.clear()
        gdb.execute("symbol-file %s -o %#x" % (kernel, move & (2 ** 64 - 1)), to_string=True)
        print("The kernel is %#x bytes above its link address." % move)
        on_stop(None)


for command in (Flat, FlatPs, FlatSymbols, FlatAuto, FlatKernel):
    command()
gdb.events.stop.connect(on_stop)
gdb.execute("set pagination off")
gdb.execute("set confirm off")
gdb.execute("set tcp auto-retry on")
gdb.execute("set architecture i386:x86-64", to_string=True)
gdb.execute("target remote 127.0.0.1:%s" % os.environ.get("DEBUG_PORT", "1234"))
print("Stopped at the first instruction.  `hbreak kernel_main` and `continue`; `flat ps`; `help flat`.")
