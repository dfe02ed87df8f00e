"""Is what the guest said what Linux said?"""

import difflib

SHOWN = 40  # lines of a difference


def _lines(data, workload):
    text = data.decode("utf-8", "backslashreplace")
    if workload.tty:
        text = text.replace("\r\n", "\n")
    lines = text.splitlines()
    return sorted(lines) if workload.sort else lines


def differences(workload, reference, outcome):
    """What the workload compares and is not the same, as lines to show.  => []: it is right"""
    if outcome.end != "exit":
        return [f"{outcome.end}: {outcome.reason}" if outcome.reason else outcome.end]
    found = []
    if "status" in workload.compare and outcome.status != reference.status:
        found.append(f"status {outcome.status}, on Linux {reference.status}")
    for stream in ("stdout", "stderr"):
        ours, theirs = getattr(outcome, stream), getattr(reference, stream)
        if stream not in workload.compare or ours == theirs:
            continue
        diff = list(difflib.unified_diff(_lines(theirs, workload), _lines(ours, workload),
                                         f"{stream} on Linux", f"{stream} here", lineterm="", n=1))
        found += diff[:SHOWN]
        if len(diff) > SHOWN:
            found.append(f"... and {len(diff) - SHOWN} lines more")
        if not diff and not workload.sort and not workload.tty:
            found.append(f"{stream}: the ends of the lines differ")
    return found
