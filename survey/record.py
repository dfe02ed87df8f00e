"""What `flat trace` and `flat map` share: a run of any program with a fork log, of which a file is made."""

import argparse
import os
import signal
import subprocess
import sys
import tempfile

from survey import guest


def main(argv, name, description, log, make):
    """`flat NAME -o FILE [OPTION of flat run...] -- PROGRAM [ARGUMENT...]`.  log: the value of the option
    forklog; make(path): the file's text from the log at path, or None, when there is nothing to show
    and it has said so.  => exit status: the program's"""
    parser = argparse.ArgumentParser(
        prog=f"flat {name}",
        usage=f"flat {name} -o FILE [OPTION of flat run...] -- PROGRAM [ARGUMENT...]",
        description=description, allow_abbrev=False)
    parser.add_argument("-o", "--output", required=True, metavar="FILE")
    split = argv.index("--") if "--" in argv else len(argv)
    options, words = parser.parse_known_args(argv[:split])
    with tempfile.TemporaryDirectory(prefix=f"flat-{name}-") as folder:
        path = os.path.join(folder, "forks")
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # it is for the guest
        status = subprocess.call([guest.FLAT, "run", "--append", f"forklog={log}", "--forks", path,
                                  *words, *argv[split:]])
        if not os.path.exists(path):
            return status
        text = make(path)
    if text is None:
        return status or guest.FAILED
    try:
        with open(options.output, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        print(f"flat {name}: cannot write {options.output}: {error.strerror}", file=sys.stderr)
        return guest.FAILED
    return status
