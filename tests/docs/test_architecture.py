"""The architecture page says what may import what; this holds the code to it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.pages import ROOT

PACKAGE = ROOT / "src" / "workmail_async"

#: The modules that users import from, which only hand on what is in the packages below them.
FACE = {"", "_lazy", "enums", "errors", "models", "observers"}
CLIENT = {*FACE, "runtime", "workmail", "messageflow"}
MAY_IMPORT = {
    "runtime": {"runtime"},
    "workmail": {*FACE, "runtime", "workmail"},
    "messageflow": {*FACE, "runtime", "messageflow"},
    "display": set(),
    "files": {"files"},
    "archives": {"_lazy", "archives", "files", "runtime"},  # of `runtime` the base of errors alone
    "exports": {*CLIENT, "archives", "display", "exports", "files"},
    "cli": {*CLIENT, "archives", "display", "exports", "files", "cli"},
    "emulator": {"_lazy", "emulator"},
    "pytest_plugin": {*CLIENT, "emulator", "pytest_plugin"},
}


def imports(file: Path) -> Iterator[str]:
    """Yields the dotted names that a module imports, each with all of its packages."""
    here = file.relative_to(PACKAGE.parent).with_suffix("").parts if "src" in file.parts else ()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = here[: -node.level] if node.level else ()
            source = ".".join((*above, node.module) if node.module else above)
            yield from (f"{source}.{alias.name}" for alias in node.names)


def parts(file: Path) -> Iterator[str]:
    """Yields the parts of the package that a module imports something of."""
    for name in imports(file):
        root, _, below = name.partition(".")
        if root == "workmail_async":
            part = below.partition(".")[0]
            known = part in FACE or (PACKAGE / part).is_dir()
            yield part if known else ""


def test_every_package_has_its_place() -> None:
    packages = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert packages == set(MAY_IMPORT)


@pytest.mark.parametrize("package", sorted(MAY_IMPORT))
def test_a_package_imports_only_what_the_page_allows(package: str) -> None:
    files = sorted((PACKAGE / package).rglob("*.py"))
    assert files
    wrong = {
        f"{file.relative_to(ROOT)} imports {part or 'workmail_async'}"
        for file in files
        for part in parts(file)
        if part not in MAY_IMPORT[package]
    }
    assert wrong == set()


def test_the_generator_imports_nothing_of_the_package() -> None:
    files = sorted((ROOT / "codegen").rglob("*.py"))
    assert len(files) > 5
    assert [file for file in files for name in imports(file) if name.startswith("workmail_")] == []
