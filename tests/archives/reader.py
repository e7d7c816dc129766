"""Reads a zip in a process of its own and prints what that took: `reader.py ours|zipfile PATH`."""

from __future__ import annotations

import importlib
import json
import resource
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

PIECE = 1024 * 1024
AT_ONCE = 64 * PIECE


def with_zipfile(path: str) -> tuple[int, int]:
    """Read with the standard library and nothing else."""
    count = size = 0
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            count += 1
            size += (
                drained(archive.open(info)) if info.file_size > AT_ONCE else len(archive.read(info))
            )
    return count, size


def with_ours(path: str) -> tuple[int, int]:
    """Read as a user does: each item classified, its content had."""
    from workmail_async.archives import MailboxArchive

    count = size = 0
    with MailboxArchive(path) as archive:
        for item in archive:
            count += 1
            size += drained(item.open()) if item.size > AT_ONCE else len(item.raw())
        assert not archive.findings
    return count, size


def drained(stream: Any) -> int:
    size = 0
    with stream:
        while piece := stream.read(PIECE):
            size += len(piece)
    return size


def peak_memory() -> float:
    """Return how large this process ever was, in MiB."""
    status = Path("/proc/self/status")
    if status.is_file():  # what `getrusage` tells includes the process that started this one
        (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Read, and print counts, seconds of CPU and the process's largest size in MiB."""
    read = {"zipfile": with_zipfile, "ours": with_ours}[sys.argv[1]]
    if read is with_ours:
        importlib.import_module("workmail_async.exports")
    begin = time.process_time()
    count, size = read(sys.argv[2])
    seconds = time.process_time() - begin
    peak = peak_memory()
    print(json.dumps({"count": count, "size": size, "seconds": seconds, "peak": peak}))


if __name__ == "__main__":
    main()
