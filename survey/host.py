"""Runs a workload on this machine's Linux, with a folder as its root: the reference.

The program is pid 1 of its own namespaces (enter.py), so nothing outlives it and nothing of this
machine is touched.  This needs root.
"""

import ctypes
import os
import shutil
import subprocess
import sys
import tempfile

from survey import command

WORK = "/tmp/w"  # where a workload starts
SCRIPT = "/tmp/script"
ENVIRONMENT = {
    "HOME": "/root",
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LC_ALL": "C.UTF-8",
}
_NAMESPACES = ("unshare", "--mount", "--pid", "--fork", "--kill-child", "--uts", "--ipc", "--net")
_ENTER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "enter.py")


def environment(workload):
    """All variables of a workload."""
    extra = {"TERM": "vt100"} if workload.tty else {}
    return {**ENVIRONMENT, **extra, **workload.env}


def stage(workload, folder):
    """Put script and files below folder/tmp, as they are in the guest's /tmp."""
    work = folder + WORK
    os.makedirs(work)
    for path in workload.files:
        shutil.copy(path, work)
    with open(folder + SCRIPT, "w", encoding="utf-8") as file:
        file.write(workload.script)
    os.chmod(folder + SCRIPT, 0o755)


CLONE_NEWNS, MS_REC, MS_PRIVATE = 0x20000, 0x4000, 0x40000


def _own_mounts():
    """Whatever this process mounts from now on goes with it, however it ends."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(CLONE_NEWNS) < 0 or \
            libc.mount(b"none", b"/", None, ctypes.c_ulong(MS_REC | MS_PRIVATE), None) < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"cannot have mounts of our own: {os.strerror(number)}")


class Root:
    """A root as a folder: an image is mounted as long as it is used (`with Root(path) as folder`)."""

    def __init__(self, path):
        self.path = path
        self.mounted = None

    def __enter__(self):
        if os.path.isdir(self.path):
            return self.path
        _own_mounts()
        self.mounted = tempfile.mkdtemp(prefix="flat-root-")
        done = subprocess.run(["mount", "-o", "ro,loop", self.path, self.mounted],
                              stderr=subprocess.PIPE, check=False)
        if done.returncode != 0:
            os.rmdir(self.mounted)
            raise OSError(f"{self.path}: {done.stderr.decode(errors='replace').strip()}")
        return self.mounted

    def __exit__(self, *_):
        if self.mounted:
            subprocess.run(["umount", self.mounted], check=False)
            os.rmdir(self.mounted)


def run(workload, root, factor=2.0):
    """Run it in the folder root.  The limit is factor times the workload's.  => command.Outcome"""
    with tempfile.TemporaryDirectory(prefix="flat-host-") as folder:
        stage(workload, folder)
        argv = [*_NAMESPACES, "env", "-i",
                *(f"{k}={v}" for k, v in environment(workload).items()),
                sys.executable, "-I", "-S", _ENTER, root, folder, WORK, workload.shell, SCRIPT]
        outcome = command.run(argv, workload.stdin, workload.limit * factor, workload.tty)
    if outcome.end == "exit" and outcome.status == 125:
        text = outcome.stderr.decode(errors="replace")
        if text.startswith(("enter: ", "unshare: ")):
            outcome.end, outcome.reason = "failed", text.strip()
    return outcome
