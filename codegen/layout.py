"""Formats generated files with ruff, by the settings of the repository."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from codegen.names import PACKAGE

# ruff sees only the generated part of the package, so it cannot find out what is first-party.
_CONFIG = (
    "--config",
    str(Path(__file__).parent.parent / "pyproject.toml"),
    "--config",
    f'lint.isort.known-first-party=["{PACKAGE}"]',
)


def formatted(files: dict[str, str]) -> dict[str, str]:
    """Return the files with sorted imports and `__all__`, and formatted.

    Args:
        files: Source texts by their path below the package.

    Raises:
        RuntimeError: ruff refuses a file, which means that a template is wrong.
    """
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "src" / PACKAGE
        for path, text in files.items():
            target = root / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
        _ruff(folder, "check", "--fix", "--select", "I,RUF022")
        _ruff(folder, "format")
        return {path: (root / path).read_text(encoding="utf-8") for path in files}


def _ruff(folder: str, *arguments: str) -> None:
    command = [sys.executable, "-m", "ruff", *arguments, "--quiet", "--no-cache"]
    done = subprocess.run(
        [*command, *_CONFIG, "."],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(
            f"ruff {arguments[0]} refuses generated code:\n{done.stdout}{done.stderr}"
        )
