"""The package's face: the names it promises, all of them, and nothing by accident."""

import ast
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import workmail_async
from workmail_async import archives, emulator, enums, errors, exports, models

PACKAGES = [workmail_async, archives, emulator, exports]

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


@pytest.mark.parametrize(
    "module", [workmail_async, archives, emulator, enums, errors, exports, models]
)
def test_every_name_in_all_exists_once(module: ModuleType) -> None:
    assert len(module.__all__) == len(set(module.__all__))
    assert [name for name in module.__all__ if not hasattr(module, name)] == []


def names_for_type_checkers(source: str) -> set[str]:
    """What stands under `if TYPE_CHECKING:`."""
    (block,) = (
        statement
        for statement in ast.parse(source).body
        if isinstance(statement, ast.If) and ast.unparse(statement.test) == "TYPE_CHECKING"
    )
    names: set[str] = set()
    for statement in block.body:
        if isinstance(statement, ast.ImportFrom):
            names |= {alias.asname or alias.name for alias in statement.names}
        elif isinstance(statement, ast.AnnAssign):
            names.add(ast.unparse(statement.target))
    return names


@pytest.mark.parametrize("module", PACKAGES)
def test_all_is_what_type_checkers_see(module: ModuleType) -> None:
    """The names that load lazily and those that a type checker reads are two lists: one truth."""
    assert module.__file__ is not None
    source = Path(module.__file__).read_text(encoding="utf-8")
    assert names_for_type_checkers(source) == set(module.__all__)
    assert set(module.__all__) <= set(dir(module))


def test_dir_shows_the_public_names_alone() -> None:
    shown = {name for name in dir(workmail_async) if not name.startswith("__")}
    assert shown == {name for name in workmail_async.__all__ if not name.startswith("__")}


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'WorkmailClient'"):
        workmail_async.WorkmailClient  # type: ignore[attr-defined]  # noqa: B018


def test_importing_the_package_loads_nothing_heavy() -> None:
    loaded = loaded_by("import workmail_async")
    assert "workmail_async" in loaded
    assert not loaded & {"aiobotocore", "aiohttp", "botocore", "httpx2", "moto", "trio"}


def loaded_by(code: str) -> set[str]:
    """Return the modules that a new process has loaded after some code."""
    # what measures the coverage of subprocesses would load sqlite3 itself
    quiet = {key: value for key, value in os.environ.items() if not key.startswith("COVERAGE_")}
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(*sorted(sys.modules))"],
        capture_output=True,
        text=True,
        check=True,
        env=quiet,
    )
    return set(done.stdout.split())


def test_archives_need_no_aws() -> None:
    loaded = loaded_by(
        "from workmail_async import archives\nfor name in archives.__all__: getattr(archives, name)"
    )
    assert "workmail_async.archives.writers.mbox" in loaded
    heavy = {"aiobotocore", "anyio._backends", "botocore", "sqlite3", "workmail_async.exports"}
    assert not loaded & heavy


def test_importing_exports_loads_nothing_heavy() -> None:
    assert not loaded_by("import workmail_async.exports") & {"aiobotocore", "botocore", "sqlite3"}
    assert "sqlite3" in loaded_by("from workmail_async.exports import Manifest")
