"""The package's face: the names it promises, all of them, and nothing by accident."""

import ast
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import workmail_async
from workmail_async import enums, errors, models

FIXED = {
    "MessageFlowClient",
    "Organization",
    "WorkMailClient",
    "converter",
    "enums",
    "errors",
    "models",
}


def test_the_promised_names_are_there() -> None:
    assert set(workmail_async.__all__) >= FIXED


@pytest.mark.parametrize("module", [workmail_async, enums, errors, models])
def test_every_name_in_all_exists_once(module: ModuleType) -> None:
    assert len(module.__all__) == len(set(module.__all__))
    assert [name for name in module.__all__ if not hasattr(module, name)] == []


def test_all_is_what_type_checkers_see() -> None:
    """The lazy names and those that a type checker reads are two lists: they must be one."""
    assert workmail_async.__file__ is not None
    tree = ast.parse(Path(workmail_async.__file__).read_text(encoding="utf-8"))
    seen: set[str] = set()
    for statement in ast.walk(tree):
        if isinstance(statement, ast.ImportFrom) and statement.module != "typing":
            seen |= {alias.asname or alias.name for alias in statement.names}
    assert {name for name in seen if not name.startswith("_")} == set(workmail_async.__all__)


def test_dir_shows_the_public_names() -> None:
    shown = {name for name in dir(workmail_async) if not name.startswith("_")}
    assert shown >= set(workmail_async.__all__)


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'WorkmailClient'"):
        workmail_async.WorkmailClient  # type: ignore[attr-defined]  # noqa: B018


def test_importing_the_package_loads_nothing_heavy() -> None:
    script = "import sys, workmail_async; print(*sorted(sys.modules))"
    command = [sys.executable, "-c", script]
    loaded = set(subprocess.run(command, capture_output=True, text=True, check=True).stdout.split())
    assert "workmail_async" in loaded
    assert not loaded & {"aiobotocore", "aiohttp", "botocore", "httpx2", "moto", "trio"}
