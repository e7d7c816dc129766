"""Imports between generated modules lead downwards: no circles at run time, and one for types."""

import ast
from collections.abc import Iterator
from pathlib import Path

import workmail_async

PACKAGE = Path(str(workmail_async.__file__)).parent
FACADES = [PACKAGE / f"{name}.py" for name in ("models", "enums", "errors")]
FILES = sorted(
    [*FACADES, *(PACKAGE / "workmail").rglob("*.py"), *(PACKAGE / "messageflow").rglob("*.py")]
)

#: `organization()` of the client returns the view, and the view holds the client.
KNOWN = {("workmail_async.workmail.organization", "workmail_async.workmail.client")}


def name(file: Path) -> str:
    """The dotted name of a module."""
    parts = file.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


MODULES = {name(file) for file in FILES}


def imports(file: Path, *, types: bool) -> Iterator[str]:
    """The modules of ours that a module imports, with or without those under TYPE_CHECKING."""
    tree = ast.parse(file.read_text(encoding="utf-8"))
    for_types = {
        inner
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (types or node not in for_types):
            assert node.level == 0
            inner = {f"{node.module}.{alias.name}" for alias in node.names} & MODULES
            yield from inner or {str(node.module)} & MODULES


def circles(*, types: bool) -> list[list[str]]:
    """The circles of imports."""
    graph = {name(file): {*imports(file, types=types)} - {name(file)} for file in FILES}
    if types:  # a package's own names are for its users, and it is loaded before its modules
        graph = {module: graph[module] for module in graph if not is_package(module)}
    graph = {
        module: {other for other in found if other in graph and (module, other) not in KNOWN}
        for module, found in graph.items()
    }
    while leaves := [module for module in graph if not graph[module]]:
        graph = {m: found - {*leaves} for m, found in graph.items() if m not in leaves}
    return sorted(sorted([module, *found]) for module, found in graph.items())


def is_package(module: str) -> bool:
    """Whether it is the `__init__` of a service's package."""
    return module in {"workmail_async.workmail", "workmail_async.messageflow"}


def test_generated_code_has_no_circle_at_run_time() -> None:
    assert circles(types=False) == []


def test_generated_code_has_no_circle_for_types_but_that_of_the_view() -> None:
    assert circles(types=True) == []
    (view,) = (f for f in FILES if f.name == "organization.py")
    assert "workmail_async.workmail.client" in {*imports(view, types=True)}, "it is still needed"
