"""Reads what generated code shares with the hand-written runtime: error names and the constructor.

It reads source text and imports nothing, so the generator still runs when generated code is broken
or missing.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

from attrs import frozen

from codegen.ir import Argument, Import
from codegen.names import PACKAGE
from codegen.prose import Entry
from codegen.shapes import ModelError

_CLIENT = "ServiceClient"


@frozen
class Constructor:
    """How a client is made.

    Attributes:
        arguments: The keyword arguments of the base class's `__init__`.
        entries: What each argument means.
        imports: What their annotations need; only a type checker does.
    """

    arguments: tuple[Argument, ...] = ()
    entries: tuple[Entry, ...] = ()
    imports: tuple[Import, ...] = ()


@frozen
class Runtime:
    """What the generator takes from the hand-written modules.

    Attributes:
        errors: The names that `runtime/errors.py` publishes.
        constructor: The constructor of `ServiceClient`, which the clients spell out as their own.
    """

    errors: tuple[str, ...] = ()
    constructor: Constructor = Constructor()

    @classmethod
    def read(cls, package: Path) -> Runtime:
        """Read the modules below a package.

        Raises:
            ModelError: A module lacks what the generator expects to find there.
        """
        return cls(
            tuple(sorted(_published(package / "runtime" / "errors.py"))),
            _constructor(package / "runtime" / "client.py"),
        )


def _published(path: Path) -> list[str]:
    for statement in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == "__all__":
            return list(ast.literal_eval(statement.value))
    raise ModelError(f"runtime/{path.name} has no __all__")


def _constructor(path: Path) -> Constructor:
    module = ast.parse(path.read_text(encoding="utf-8"))
    for statement in module.body:
        if isinstance(statement, ast.ClassDef) and statement.name == _CLIENT:
            return _constructor_of(statement, module)
    raise ModelError(f"runtime/{path.name} has no class {_CLIENT}")


def _constructor_of(client: ast.ClassDef, module: ast.Module) -> Constructor:
    (init,) = (
        found
        for found in client.body
        if isinstance(found, ast.FunctionDef) and found.name == "__init__"
    )
    arguments = tuple(
        Argument(
            argument.arg,
            ast.unparse(argument.annotation) if argument.annotation else "object",
            ast.unparse(default) if default else None,
        )
        for argument, default in zip(init.args.kwonlyargs, init.args.kw_defaults, strict=True)
    )
    entries = tuple(_entries(ast.get_docstring(client) or ""))
    names = [argument.name for argument in arguments]
    if [entry.name for entry in entries] != names:
        raise ModelError(f"the Args of {_CLIENT} must explain, in order: {', '.join(names)}")
    used = set(re.findall(r"[A-Za-z_]+", " ".join(a.annotation for a in arguments)))
    imports: dict[str, list[str]] = {}
    for source, name in _imported(module):
        if name in used:
            imports.setdefault(source, []).append(name)
    return Constructor(
        arguments, entries, tuple(Import(source, tuple(names)) for source, names in imports.items())
    )


def _entries(doc: str) -> Iterator[Entry]:
    """Yield the entries of the Args section of a docstring in Google style."""
    section = re.search(r"^Args:\n((?: .*\n?)+)", inspect.cleandoc(doc), re.MULTILINE)
    text = section[1] if section else ""
    for name, meaning in re.findall(r"^ {4}(\w+): (.+(?:\n {5,}.+)*)", text, re.MULTILINE):
        yield Entry(name, " ".join(meaning.split()))


def _imported(module: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield the names that `runtime/client.py` imports, with the full names of their modules."""
    for statement in ast.walk(module):
        if isinstance(statement, ast.ImportFrom) and statement.module:
            below = f"{PACKAGE}.runtime." if statement.level == 1 else ""
            yield from ((f"{below}{statement.module}", alias.name) for alias in statement.names)
