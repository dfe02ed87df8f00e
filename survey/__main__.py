"""flat survey: what does each fork of real programs need?"""

import argparse
import os
import signal
import subprocess
import sys

from survey import guest, host, merge, run, workload

FOLDERS = ("tests/debian", "survey/programs")


def fail(message):
    """One line, and out."""
    print(f"flat survey: {message}", file=sys.stderr)
    sys.exit(125)


def shard(text):
    """I/N, counted from 1."""
    i, slash, n = text.partition("/")
    if not (slash and i.isdecimal() and n.isdecimal() and 1 <= int(i) <= int(n)):
        raise argparse.ArgumentTypeError(f"not I/N with I from 1 to N: {text}")
    return int(i), int(n)


def modes(text):
    """full,cow,vfork"""
    words = text.split(",")
    for word in words:
        if word not in run.MODES:
            raise argparse.ArgumentTypeError(f"not one of {', '.join(run.MODES)}: {word}")
    return words


def positive(text):
    """A number of at least 1."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"not a number of at least 1: {text}")
    return int(text)


def parser():
    """The options of `flat survey`."""
    top = argparse.ArgumentParser(
        prog="flat survey", description="Run programs with each kind of fork, and say what their "
        "forks need.  Without a subcommand: run.", formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    subs = top.add_subparsers(dest="what", metavar="SUBCOMMAND")
    one = subs.add_parser("run", help="run workloads (the default)",
                          formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    one.add_argument("--jobs", type=positive, default=max(1, os.cpu_count() or 1), metavar="N",
                     help="so many workloads at a time")
    one.add_argument("--shard", type=shard, default=(1, 1), metavar="I/N",
                     help="only the I-th of N parts of them")
    one.add_argument("--mode", type=modes, default=list(run.MODES), metavar="MODE,...",
                     help="of full, cow, vfork")
    one.add_argument("--only", action="append", default=[], metavar="PATTERN",
                     help="workloads or programs, as a shell pattern; may be repeated")
    one.add_argument("-o", "--output", default="build/survey/results", metavar="DIR",
                     help="folder for the results")
    one.add_argument("--resume", action="store_true", help="go on: what has a result is not run again")
    one.add_argument("--root", metavar="ROOT",
                     help="image or folder of Debian packages; else one is made by flat root")
    one.add_argument("--factor", type=float, default=10.0, metavar="X",
                     help="a workload may take X times its limit")
    one.add_argument("--list", action="store_true", help="print the names of the workloads and end")
    one.add_argument("--packages", action="store_true", help="print the packages they need and end")
    one.add_argument("files", nargs="*", metavar="FILE",
                     help=f"workload files or folders (default: {' '.join(FOLDERS)})")
    two = subs.add_parser("merge", help="put results together")
    two.add_argument("sources", nargs="+", metavar="DIR")
    two.add_argument("-o", "--output", required=True, metavar="DIR")
    three = subs.add_parser("report", help="make the page, tables and a summary of results")
    three.add_argument("source", metavar="DIR")
    three.add_argument("-o", "--output", metavar="DIR", help="where to (default: DIR/report)")
    three.add_argument("--title", default="What does each fork of Debian's programs need?")
    return top


def chosen_workloads(options):
    """=> (all, chosen); mistakes in files end the program."""
    paths = options.files or [p for p in (os.path.join(guest.REPOSITORY, f) for f in FOLDERS)
                              if os.path.isdir(p)]
    every, errors = workload.load(paths)
    for error in errors:
        print(f"flat survey: {error}", file=sys.stderr)
    if errors:
        sys.exit(125)
    chosen = workload.select(every, options.only)
    if not chosen:
        fail("no workload has that name" if every else "there are no workloads")
    i, n = options.shard
    return every, chosen[i - 1::n]


def packages_of(workloads):
    """All packages that they need, sorted."""
    return sorted({p for w in workloads for p in w.packages})


def make_root(folder, every):
    """Have `flat root` make a root of what all workloads of a folder need.  => its path"""
    here = [w for w in every if os.path.dirname(w.path) == folder]
    name = os.path.basename(os.path.abspath(folder))
    path = os.path.join(guest.REPOSITORY, f"build/survey/{name}.erofs")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    done = subprocess.run([guest.FLAT, "root", "--include", ",".join(packages_of(here)), "-o", path],
                          check=False)
    if done.returncode != 0:
        fail("there is no root: see above")
    return path


def run_command(options):
    """=> exit status"""
    every, chosen = chosen_workloads(options)
    if options.list or options.packages:
        print("\n".join([w.name for w in chosen] if options.list else packages_of(chosen)))
        return 0
    if os.getuid() != 0:
        fail("the reference runs in a root of its own on this Linux, which needs root")
    try:
        return run_all(options, every, chosen)
    except OSError as error:
        fail(f"{error.filename or ''}{': ' if error.filename else ''}{error.strerror or error}")


def run_all(options, every, chosen):
    """=> exit status"""
    if options.root and not os.path.exists(options.root):
        fail(f"{options.root}: no such file or directory")
    results = run.Results(options.output)
    done = {}
    if os.path.exists(results.path):
        if not options.resume:
            fail(f"{results.path} is there already: --resume goes on with it, -o takes another folder")
        done = run.newest(run.load(results.path)[0])
    todo = run.todo_of(chosen, options.mode, done)
    # Whoever started this in the background may have had SIGINT ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, lambda *_: os.kill(os.getpid(), signal.SIGINT))
    progress = run.Progress(sum(len({*modes_, "native"}) for _, modes_ in todo))
    # Programs of one folder fit in one root; those of two need not.
    for folder in sorted({os.path.dirname(w.path) for w, _ in todo}):
        root = options.root or make_root(folder, every)
        part = [(w, m) for w, m in todo if os.path.dirname(w.path) == folder]
        with host.Root(root) as below:
            if not run.Survey(results, root, below, options, progress).run_all(part):
                print("\nflat survey: stopped; --resume goes on", file=sys.stderr)
                return 130
    return 0


def main(argv):
    """=> exit status"""
    if not argv or argv[0] not in ("run", "merge", "report", "-h", "--help"):
        argv = ["run", *argv]
    options = parser().parse_args(argv)
    if options.what == "merge":
        try:
            n, bad = merge.merge(options.sources, options.output)
        except OSError as error:
            fail(f"{error.filename}: {error.strerror}")
        print(f"{n} records" + (f", {bad} lines were no records" if bad else ""))
        return 0
    if options.what == "report":
        from survey import report
        return report.command(options)
    return run_command(options)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
