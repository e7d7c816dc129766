"""What each module of the package imports, read from its source."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

from attrs import frozen

from tests.docs.pages import ROOT

SOURCE = ROOT / "src"
PACKAGE = SOURCE / "workmail_async"


@frozen
class Import:
    """One name that a module imports.

    Attributes:
        name: Its dotted name with all of its packages.
        for_types: Whether only a type checker sees the import.
    """

    name: str
    for_types: bool


def imports(file: Path) -> Iterator[Import]:
    """Yields what a module imports, inside of functions too."""
    here = file.relative_to(SOURCE).with_suffix("").parts if SOURCE in file.parents else ()

    def found(node: ast.AST, for_types: bool) -> Iterator[Import]:
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, for_types) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = here[: -node.level] if node.level else ()
            source = ".".join((*above, node.module) if node.module else above)
            yield from (Import(f"{source}.{alias.name}", for_types) for alias in node.names)
        elif isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            for statement in node.body:
                yield from found(statement, True)
            for statement in node.orelse:
                yield from found(statement, for_types)
        else:
            for child in ast.iter_child_nodes(node):
                yield from found(child, for_types)

    return found(ast.parse(file.read_text(encoding="utf-8")), False)


def modules() -> dict[str, Path]:
    """The modules of the package by their dotted names."""
    found: dict[str, Path] = {}
    for file in sorted(PACKAGE.rglob("*.py")):
        parts = file.relative_to(SOURCE).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = file
    return found


def import_graph(*, for_types: bool) -> dict[str, set[str]]:
    """The modules of the package that each of them imports.

    An import inside a function is one like any other: it runs, if later, and the two modules need
    each other all the same. The packages that a name is in do not count: importing
    `workmail_async.x` always runs `workmail_async/__init__.py`, which loads nothing by itself.

    Args:
        for_types: Whether to count what only type checkers see.
    """
    files = modules()
    return {
        name: {
            module
            for each in imports(file)
            if for_types or not each.for_types
            for module in [_module_of(each.name, files)]
            if module not in {"", name}
        }
        for name, file in files.items()
    }


def _module_of(name: str, files: Mapping[str, Path]) -> str:
    """The module that a dotted name is, or is taken from; "" for one of another package."""
    while name and name not in files:
        name = name.rpartition(".")[0]
    return name


def circles(graph: Mapping[str, set[str]]) -> list[list[str]]:
    """The groups of modules that import each other, directly or by way of others."""
    reachable = {name: _reachable(graph, name) for name in graph}
    groups = {
        tuple(sorted(other for other in reachable[name] if name in reachable[other]))
        for name in graph
        if name in reachable[name]
    }
    return sorted(map(list, groups))


def _reachable(graph: Mapping[str, set[str]], start: str) -> set[str]:
    found: set[str] = set()
    to_visit = [*graph[start]]
    while to_visit:
        name = to_visit.pop()
        if name not in found:
            found.add(name)
            to_visit += graph[name]
    return found
