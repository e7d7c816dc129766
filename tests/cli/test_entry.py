"""The command line as a module, and without its extra."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.processes import COMMAND, environment

BARE = """
import sys
from importlib.abc import MetaPathFinder

class Without(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name == MISSING:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Without())
from workmail_async.cli import main
main()
"""


def ran(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, env=environment(), capture_output=True, text=True, check=False, timeout=120
    )


@pytest.mark.parametrize("missing", ["click", "rich"])
def test_without_the_extra_it_says_how_to_install_it(missing: str) -> None:
    done = ran(sys.executable, "-c", BARE.replace("MISSING", repr(missing)), "--help")
    assert done.returncode == 2
    assert done.stderr == (
        f"workmail-async: the command line needs {missing}, which is not installed: "
        "pip install 'workmail-async[cli]'\n"
    )


def test_another_missing_module_is_not_hidden() -> None:
    done = ran(sys.executable, "-c", BARE.replace("MISSING", "'anyio'"), "--help")
    assert "No module named 'anyio'" in done.stderr


@pytest.mark.parametrize("module", ["workmail_async", "workmail_async.cli"])
def test_it_runs_as_a_module_too(module: str) -> None:
    done = ran(*COMMAND[:-1], module, "--help")
    assert (done.returncode, done.stderr) == (0, "")
    for command in ("export", "status", "preflight", "policies", "download", "convert", "verify"):
        assert f"\n  {command} " in done.stdout


def test_nothing_imports_asyncio_itself() -> None:
    import workmail_async.cli

    for module in Path(workmail_async.cli.__path__[0]).rglob("*.py"):
        assert "import asyncio" not in module.read_text(encoding="utf-8")
