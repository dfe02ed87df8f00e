"""Becomes a program with a folder as its root: what host.py starts in new namespaces.

Usage: enter.py ROOT STAGE CWD PROGRAM [ARGUMENT...]

ROOT is not changed: an overlay in memory takes the writes.  STAGE/tmp becomes the content of /tmp.
/proc, /dev and /tmp are fresh, as the guest has them; no device of this machine can be seen.  Any
failure ends with status 125 and one line.  Environment and descriptors stay as they are.
"""

import ctypes
import fcntl
import os
import shutil
import signal
import sys
import termios

MS_BIND, MS_NOSUID, MS_NOEXEC = 4096, 2, 8
NODES = ("null", "zero", "full", "random", "urandom", "tty")
LINKS = (("fd", "/proc/self/fd"), ("stdin", "/proc/self/fd/0"), ("stdout", "/proc/self/fd/1"),
         ("stderr", "/proc/self/fd/2"), ("ptmx", "pts/ptmx"))

_libc = ctypes.CDLL(None, use_errno=True)


def mount(source, target, kind, flags=0, options=""):
    """mount(2)."""
    words = [w.encode() for w in (source, target, kind)]
    if _libc.mount(*words, ctypes.c_ulong(flags), options.encode()) < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"mount {kind or source}: {os.strerror(number)}", target)


def devices(dev):
    """A fresh /dev."""
    mount("dev", dev, "tmpfs", MS_NOSUID, "mode=755")
    for name in NODES:
        with open(f"{dev}/{name}", "w", encoding="ascii"):
            pass
        mount(f"/dev/{name}", f"{dev}/{name}", "", MS_BIND)
    os.mkdir(f"{dev}/pts")
    mount("devpts", f"{dev}/pts", "devpts", MS_NOSUID | MS_NOEXEC,
          "newinstance,gid=5,mode=620,ptmxmode=666")
    os.mkdir(f"{dev}/shm")
    os.chmod(f"{dev}/shm", 0o1777)
    for name, target in LINKS:
        os.symlink(target, f"{dev}/{name}")


def build(lower, stage):
    """The root to change to, mounted below stage/mnt."""
    base = f"{stage}/mnt"
    os.makedirs(base, exist_ok=True)
    mount("layer", base, "tmpfs", 0, "mode=755")
    for name in ("upper", "work", "root"):
        os.mkdir(f"{base}/{name}")
    root = f"{base}/root"
    mount("overlay", root, "overlay", 0,
          f"lowerdir={lower},upperdir={base}/upper,workdir={base}/work")
    for name in ("proc", "dev", "tmp"):
        os.makedirs(f"{root}/{name}", exist_ok=True)
    mount("proc", f"{root}/proc", "proc")
    devices(f"{root}/dev")
    mount("tmp", f"{root}/tmp", "tmpfs", 0, "mode=1777")
    shutil.copytree(f"{stage}/tmp", f"{root}/tmp", dirs_exist_ok=True, symlinks=True)
    os.chmod(f"{root}/tmp", 0o1777)
    return root


def lead():
    """Become what process 1 is: the leader of a session, with the terminal if there is one, of usual
    priority, and with the signals as they come (Python ignores some, and whoever started it in the
    background, or by nohup, others)."""
    os.setsid()
    os.setpriority(os.PRIO_PROCESS, 0, 0)
    if os.isatty(0):
        fcntl.ioctl(0, termios.TIOCSCTTY, 1)
    for name in ("SIGPIPE", "SIGXFSZ", "SIGHUP", "SIGINT", "SIGQUIT"):
        signal.signal(getattr(signal, name), signal.SIG_DFL)


def main(argv):
    """Never returns but with a failure's status."""
    lower, stage, cwd, *command = argv[1:]
    try:
        os.umask(0o022)
        root = build(os.path.realpath(lower), stage)
        if _libc.sethostname(b"flatshare", 9) < 0:
            raise OSError(ctypes.get_errno(), "sethostname")
        os.chroot(root)
        os.chdir(cwd)
        lead()
        os.execv(command[0], command)
    except OSError as error:
        print(f"enter: {error}", file=sys.stderr)
    return 125


if __name__ == "__main__":
    sys.exit(main(sys.argv))
