"""The generated files on disk: which are stale, and how to update them."""

from __future__ import annotations

from pathlib import Path

from attrs import frozen

from codegen.render import HEADER


@frozen
class Stale:
    """How files on disk differ from what is generated.

    Attributes:
        changed: Files with another text.
        missing: Files that are not there.
        surplus: Files marked as generated that are no longer generated.
    """

    changed: tuple[Path, ...]
    missing: tuple[Path, ...]
    surplus: tuple[Path, ...]

    def __bool__(self) -> bool:
        return bool(self.changed or self.missing or self.surplus)

    def lines(self, root: Path) -> list[str]:
        """Return a line for each stale file, named relative to `root`."""
        return [
            f"{what}: {path.relative_to(root)}"
            for what, paths in (
                ("changed", self.changed),
                ("missing", self.missing),
                ("surplus", self.surplus),
            )
            for path in paths
        ]


def compare(files: dict[Path, str], package: Path) -> Stale:
    """Return how the disk differs from the generated files.

    Args:
        files: The generated texts.
        package: The folder below which any file marked as generated has to be one of them.
    """
    return Stale(
        changed=tuple(sorted(p for p, text in files.items() if p.exists() and _read(p) != text)),
        missing=tuple(sorted(path for path in files if not path.exists())),
        surplus=tuple(
            sorted(p for p in package.rglob("*.py") if p not in files and _is_generated(p))
        ),
    )


def bring_up_to_date(files: dict[Path, str], stale: Stale) -> None:
    """Write what changed or is missing and delete what is surplus; leave the rest untouched."""
    for path in (*stale.changed, *stale.missing):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(files[path], encoding="utf-8", newline="\n")
    for path in stale.surplus:
        path.unlink()


def _read(path: Path) -> str:
    return path.read_bytes().decode("utf-8")


def _is_generated(path: Path) -> bool:
    return _read(path).startswith(HEADER)
