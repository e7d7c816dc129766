"""Importing the package is cheap, and its modules depend on each other in one direction."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import workmail_async.exports as package

ROOT = Path(package.__file__).parent
NAME = package.__name__


def _modules() -> dict[str, Path]:
    return {
        ".".join((NAME, *path.relative_to(ROOT).with_suffix("").parts)): path
        for path in ROOT.rglob("*.py")
        if path.name != "__init__.py"
    }


def _imported(name: str, path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom):
            above = name.split(".")[: -node.level] if node.level else []
            yield ".".join((*above, node.module) if node.module else above)


def test_importing_the_package_loads_neither_botocore_nor_sqlite() -> None:
    code = (
        "import sys, workmail_async.exports\n"
        "print([name for name in ('botocore', 'aiobotocore', 'sqlite3') if name in sys.modules])\n"
        "from workmail_async.exports import Manifest\n"
        "print('sqlite3' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split("\n")[:2] == ["[]", "True"]


@pytest.mark.parametrize("name", package.__all__)
def test_every_public_name_can_be_loaded(name: str) -> None:
    assert getattr(package, name) is not None
    assert name in dir(package)


def test_no_module_imports_itself_by_a_detour() -> None:
    modules = _modules()
    graph = {
        name: {each for each in _imported(name, path) if each in modules}
        for name, path in modules.items()
    }
    order = tuple(TopologicalSorter(graph).static_order())  # raises on a circle
    assert set(order) == set(modules)
    assert any(graph.values())


def test_modules_and_functions_are_short() -> None:
    for path in ROOT.rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        assert len(source.splitlines()) <= 400, path
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                assert (node.end_lineno or 0) - node.lineno < 60, f"{path}: {node.name}"
