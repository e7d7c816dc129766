"""Sizes and durations as people read them at a glance."""

from __future__ import annotations


def size(count: float) -> str:
    """Return a number of bytes such as `1.5 GB`, in powers of 1,000.

    Args:
        count: The bytes.
    """
    for unit in ("bytes", "kB", "MB", "GB"):
        if count < 1000 or unit == "GB":
            return f"{count:.0f} {unit}" if unit == "bytes" else f"{count:.1f} {unit}"
        count /= 1000
    raise AssertionError


def duration(seconds: float) -> str:
    """Return a duration such as `42 s`, `7 min 05 s` or `3 h 20 min`.

    Args:
        seconds: The duration.
    """
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"
