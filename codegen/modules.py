"""Puts model classes into modules: one for each area, in an order in which they can be defined."""

from __future__ import annotations

from collections.abc import Mapping

from codegen.ir import Import, Module, Operation, Structure
from codegen.names import PACKAGE, pascal
from codegen.prose import Doc
from codegen.shapes import Shape, Shapes
from codegen.structures import Usage
from codegen.words import Words

#: The area of data types that several areas use.
COMMON = "common"

_BASES = {"data": "Model", "request": "Request", "response": "Output"}


def modules_of(
    package: str,
    shapes: Shapes,
    words: Words,
    usage: Mapping[str, Usage],
    structures: Mapping[str, Structure],
    operations: Mapping[str, Operation],
) -> tuple[Module, ...]:
    """Return the modules of models of one service.

    A service with a single area has a single module instead of a package.

    Args:
        package: The dotted name of the service's package.
        shapes: The shapes of the service.
        words: What the areas are about.
        usage: Where each structure is used.
        structures: The model classes.
        operations: The operations, in the order of their classes.
    """
    areas = {operation.area for operation in operations.values()}
    homes: dict[str, str] = {}
    docs: dict[str, Doc] = {}
    for name in structures:
        area = next(iter(usage[name].areas)) if len(usage[name].areas) == 1 else COMMON
        homes[name] = f"{package}.models.{area}" if len(areas) > 1 else f"{package}.models"
        docs[homes[name]] = _doc(area, words)
    by_home: dict[str, list[Structure]] = {}
    for structure in _ordered(shapes, structures, operations):
        by_home.setdefault(homes[structure.wire], []).append(structure)
    by_request = {operation.request.name: operation for operation in operations.values()}
    return tuple(
        Module(
            name=home,
            doc=docs[home],
            imports=_imports(package, home, by_home[home], homes, by_request),
            structures=tuple(by_home[home]),
            operations=by_request,
        )
        for home in sorted(by_home)
    )


def _doc(area: str, words: Words) -> Doc:
    if area == COMMON:
        return Doc("Data types that several areas share.")
    if not area:  # the overlay has reported the missing area
        return Doc("")
    return Doc(f"{words.text('areas', area, 'title')}: {words.text('areas', area, 'summary')}.")


def _ordered(
    shapes: Shapes, structures: Mapping[str, Structure], operations: Mapping[str, Operation]
) -> list[Structure]:
    """Return data types, each after those it holds, then each operation's answer and input."""
    order: dict[str, None] = {}
    for name in sorted(name for name, found in structures.items() if found.role == "data"):
        order |= dict.fromkeys(shapes.reachable(name))
    for operation in operations.values():
        order |= {operation.response.wire: None, operation.request.wire: None}
    return [structures[name] for name in order]


def _imports(
    package: str,
    home: str,
    structures: list[Structure],
    homes: Mapping[str, str],
    operations: Mapping[str, Operation],
) -> tuple[Import, ...]:
    """Return the imports of a module; those without a use are left out."""
    members = [member for structure in structures for member in structure.members]
    held = [member.shape.innermost for member in members]
    requests = [operations[s.name] for s in structures if s.role == "request"]
    declared = [member.declared for member in members]

    found: dict[str, set[str]] = {
        "attrs": {"define", *(["field"] if members else [])},
        "datetime": {"datetime" for shape in held if shape.kind == "timestamp"},
        "typing": {
            *("ClassVar" for _ in requests),
            *("Literal" for member in members if "Literal[" in member.annotation),
        },
        f"{PACKAGE}.runtime.model": {
            "publish",
            *("wire" for _ in members),
            *(_BASES[structure.role] for structure in structures),
        },
        f"{PACKAGE}.runtime.operation": {
            *("Operation" for _ in requests),
            *("Pagination" for request in requests if request.pagination),
        },
        f"{PACKAGE}.runtime.shapes": {
            *("ListOf" for expression in declared if expression.startswith("ListOf(")),
            *("ByteStream" for expression in declared if expression.startswith("ByteStream(")),
        },
        package: {"shapes" for expression in declared if expression.startswith("shapes.")},
        f"{package}.enums": {shape.name for shape in held if shape.kind == "enum"},
        f"{package}.service": {"SERVICE" for _ in requests},
    }
    for module, name in (*_streams(held), *_elsewhere(home, structures, homes)):
        found.setdefault(module, set()).add(name)
    return tuple(Import(module, tuple(sorted(names))) for module, names in found.items() if names)


def _streams(shapes: list[Shape]) -> list[tuple[str, str]]:
    return [(shape.stream.module, shape.stream.type) for shape in shapes if shape.stream]


def _elsewhere(
    home: str, structures: list[Structure], homes: Mapping[str, str]
) -> list[tuple[str, str]]:
    return [
        (homes[used], pascal(used))
        for structure in structures
        for used in structure.uses
        if homes[used] != home
    ]
