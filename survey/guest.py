"""Runs a workload in a Flatshare guest, by `flat run`."""

import os
import tempfile

from survey import command, host

REPOSITORY = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
FLAT = os.path.join(REPOSITORY, "flat")
FAILED = 125  # flat's own status: the kernel, QEMU or flat failed


def arguments(workload, root, folder, options=()):
    """The command line that runs workload, which was staged in folder."""
    argv = [FLAT, "run", "-m", f"{workload.memory >> 20}M", "-w", host.WORK]
    if root:
        argv += ["--root", root]
    for path in (host.WORK, host.SCRIPT):
        argv += ["-v", f"{folder}{path}:{path}:copy"]
    for name, value in host.environment(workload).items():
        argv += ["-e", f"{name}={value}"]
    if workload.tty:
        argv.append("-t")
    return [*argv, *options, "--", workload.shell, host.SCRIPT]


def run(workload, root=None, factor=6.0, options=()):
    """Run it with root, a folder or an image (None: the default root), and with further options of
    `flat run`.  The limit is factor times the workload's, since the guest is emulated.
    => command.Outcome"""
    with tempfile.TemporaryDirectory(prefix="flat-guest-") as folder:
        host.stage(workload, folder)
        outcome = command.run(arguments(workload, root, folder, options), workload.stdin,
                              workload.limit * factor, workload.tty)
    if outcome.end == "exit" and outcome.status == FAILED:
        said = [line for line in outcome.stderr.decode(errors="replace").splitlines()
                if line.startswith("flat: ")]
        if said:
            outcome.end, outcome.reason = "failed", said[-1]
    return outcome
