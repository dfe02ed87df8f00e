"""Puts the results of several runs of the survey together: the newest record of each workload and mode."""

import json
import os
import shutil

from survey import run


def merge(sources, target):
    """Write folder target from folders or files of results.  => (records, bad lines)"""
    every, bad = [], 0
    for source in sources:
        records, torn = run.load(source)
        every += records
        bad += torn
    every.sort(key=lambda r: r["date"])
    chosen = run.newest(every)
    os.makedirs(os.path.join(target, "logs"), exist_ok=True)
    path = os.path.join(target, run.RESULTS)
    with open(path + ".new", "w", encoding="utf-8") as file:
        for key in sorted(chosen):
            file.write(json.dumps(chosen[key], separators=(",", ":")) + "\n")
    os.replace(path + ".new", path)
    for source in sources:
        logs = os.path.join(source, "logs")
        if os.path.isdir(logs) and os.path.abspath(source) != os.path.abspath(target):
            for name in os.listdir(logs):
                shutil.copy2(os.path.join(logs, name), os.path.join(target, "logs", name))
    return len(chosen), bad
