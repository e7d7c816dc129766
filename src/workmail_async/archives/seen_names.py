"""Remembers which names were seen, at little cost for each."""

from __future__ import annotations

from array import array

_AT_ONCE = 100_000


class SeenNames:
    """The names seen so far, in about 16 bytes for each; a set would need ten times that.

    Args:
        most: How many names are expected. With more it grows. A zip can lie about the number, so
            only some of them get their room in advance.
    """

    def __init__(self, most: int) -> None:
        self._slots = array("Q", [0]) * (2 * min(most, _AT_ONCE) + 64)
        self._count = 0

    def add(self, name: str | bytes) -> bool:
        """Remember a name and return whether it is new."""
        new = self._put(hash(name) & 0xFFFF_FFFF_FFFF_FFFF or 1)
        if new:
            self._count += 1
            if 3 * self._count > 2 * len(self._slots):
                seen, self._slots = self._slots, array("Q", [0]) * (2 * len(self._slots))
                for value in seen:
                    if value:
                        self._put(value)
        return new

    def _put(self, value: int) -> bool:
        slots, count = self._slots, len(self._slots)
        at = value % count
        while seen := slots[at]:
            if seen == value:
                return False
            at = (at + 1) % count
        slots[at] = value
        return True
