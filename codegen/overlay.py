"""What the service model does not say, as data: our words, paginations, waiters and fixes.

The overlay records every value that the generator reads. At the end it reports all at once what was
missing and what nothing read, each with the file to fix.
"""

from __future__ import annotations

import sys
from importlib import import_module
from pathlib import Path
from typing import Any, Final

# By name, as type checkers look at Python 3.10, where tomli need not be installed.
_toml: Any = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")

FOLDER: Final = Path(__file__).parent / "overlay"

Steps = tuple[str, ...]


class OverlayError(Exception):
    """The overlay and the service model do not fit together."""


class Overlay:
    """The overlay's tables, by file name without suffix.

    Args:
        tables: The parsed files.
    """

    def __init__(self, tables: dict[str, Any]) -> None:
        self._tables = tables
        self._taken: set[Steps] = set()
        self._missing: dict[str, None] = {}
        self._wrong: dict[str, None] = {}

    @classmethod
    def read(cls, folder: Path = FOLDER) -> Overlay:
        """Parse all files of a folder."""
        return cls(
            {
                path.stem: _toml.loads(path.read_text(encoding="utf-8"))
                for path in sorted(folder.glob("*.toml"))
            }
        )

    def keys(self, *steps: str) -> list[str]:
        """Return the names in a table, in the order of the file; none if there is no table."""
        return list(self._find(steps) or ())

    def get(self, *steps: str, default: Any = None) -> Any:
        """Read a value that may be absent."""
        found = self._find(steps)
        if found is None:
            return default
        self._taken.add(steps)
        return found

    def need(self, *steps: str, hint: str = "") -> Any:
        """Read a value that must be there; note it as missing otherwise.

        Args:
            steps: File, table and key.
            hint: What the value is needed for, added to the message.
        """
        found = self.get(*steps)
        if found is None:
            self._missing[_place(steps) + (f" ({hint})" if hint else "")] = None
            return ""
        return found

    def wrong(self, *steps: str, because: str) -> None:
        """Note that an entry is wrong."""
        self._wrong[f"{_place(steps)}: {because}"] = None

    def finish(self) -> None:
        """Raise if anything is missing, unused or wrong.

        Raises:
            OverlayError: Names every such entry and its file.
        """
        unused = [_place(steps) for steps in _leaves(self._tables) if not self._is_taken(steps)]
        parts = [
            ("Missing, add it", list(self._missing)),
            ("Unused, nothing in the service model needs it", unused),
            ("Wrong", list(self._wrong)),
        ]
        lines = [f"{title}:\n  " + "\n  ".join(found) for title, found in parts if found]
        if lines:
            raise OverlayError("\n".join(lines))

    def _find(self, steps: Steps) -> Any:
        found: Any = self._tables
        for step in steps:
            if not isinstance(found, dict) or step not in found:
                return None
            found = found[step]
        return found

    def _is_taken(self, steps: Steps) -> bool:
        return any(steps[:length] in self._taken for length in range(1, len(steps) + 1))


def _leaves(table: dict[str, Any], above: Steps = ()) -> list[Steps]:
    found: list[Steps] = []
    for key, value in table.items():
        here = (*above, key)
        found += _leaves(value, here) if isinstance(value, dict) else [here]
    return found


def _place(steps: Steps) -> str:
    file, *tables, key = steps
    return f"codegen/overlay/{file}.toml: [{'.'.join(tables)}] {key}"
