"""The shapes of a service model: their types, their references, their spelling in Python."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Literal

from attrs import frozen

from codegen.load import Model
from codegen.names import pascal
from codegen.overlay import Overlay

Kind = Literal[
    "text", "integer", "float", "boolean", "timestamp", "enum", "list", "structure", "stream"
]

_KINDS: dict[str, Kind] = {
    "string": "text",
    "integer": "integer",
    "long": "integer",
    "float": "float",
    "double": "float",
    "boolean": "boolean",
    "timestamp": "timestamp",
    "list": "list",
    "structure": "structure",
    "blob": "stream",
}

_PYTHON = {"text": "str", "integer": "int", "float": "float", "boolean": "bool"}


class ModelError(Exception):
    """The service model has something that the generator cannot express."""


@frozen
class Stream:
    """The hand-written classes for a streamed body.

    Attributes:
        type: The class of the member that holds the body.
        call: The class that the client's method returns.
        module: Where that class lives.
        call_module: Where the class of the call lives.
        returns: What the method returns, in words.
    """

    type: str
    call: str
    module: str
    call_module: str
    returns: str


@frozen
class Shape:
    """A type of the service model with its constraints.

    Attributes:
        wire: The name in the model.
        kind: What it is.
        low: The least length, number of items or value.
        high: The greatest length, number of items or value.
        pattern: The regular expression of a string.
        sensitive: Whether values must never be shown.
        values: The known values of an enumeration.
        element: What a list holds.
        stream: The classes of a streamed body.
    """

    wire: str
    kind: Kind
    low: int | None = None
    high: int | None = None
    pattern: str | None = None
    sensitive: bool = False
    values: tuple[str, ...] = ()
    element: Shape | None = None
    stream: Stream | None = None

    @property
    def name(self) -> str:
        """The name of its class or constant."""
        return pascal(self.wire)

    @property
    def innermost(self) -> Shape:
        """The shape inside all nested lists."""
        return self.element.innermost if self.element else self


class Shapes:
    """The shapes of one service model.

    Args:
        model: The service model.
        overlay: For the classes of streams, and for secret shapes.
    """

    def __init__(self, model: Model, overlay: Overlay) -> None:
        self._raw: dict[str, Any] = model.description["shapes"]
        self._overlay = overlay
        self._shapes: dict[str, Shape] = {}

    def shape(self, name: str) -> Shape:
        """Return a shape by its name in the model."""
        if name not in self._shapes:
            self._shapes[name] = self._interpret(name)
        return self._shapes[name]

    def members(self, structure: str) -> dict[str, Any]:
        """Return the members of a structure as the model describes them."""
        members: dict[str, Any] = self._raw[structure]["members"]
        return members

    def requires(self, structure: str, member: str) -> bool:
        """Return whether the model requires a member of a structure."""
        return member in self._raw[structure].get("required", ())

    def structures_in(self, structure: str) -> list[str]:
        """Return the structures that the members of a structure hold, in order."""
        found = [shape.innermost for shape in self._of_members(structure)]
        return list(dict.fromkeys(shape.wire for shape in found if shape.kind == "structure"))

    def held_by(self, structures: Iterable[str]) -> list[Shape]:
        """Return the shapes of all members of some structures: by name, lists after the others."""
        found: dict[str, Shape] = {}
        for structure in structures:
            for shape in self._of_members(structure):
                found |= {opened.name: opened for opened in _opened(shape)}
        return sorted(found.values(), key=lambda shape: (shape.element is not None, shape.name))

    def reachable(self, root: str) -> Iterator[str]:
        """Yield a structure and all that it refers to, each before those that hold it.

        Raises:
            ModelError: Structures hold each other in a circle, so no order of classes works.
        """
        done: set[str] = set()
        path: list[str] = []

        def visit(name: str) -> Iterator[str]:
            if name in path:
                circle = " -> ".join([*path[path.index(name) :], name])
                raise ModelError(
                    f"structures hold each other in a circle: {circle}. Generated classes have "
                    "real annotations, so each must come after those that it holds"
                )
            if name in done:
                return
            path.append(name)
            for held in self.structures_in(name):
                yield from visit(held)
            path.pop()
            done.add(name)
            yield name

        yield from visit(root)

    def _of_members(self, structure: str) -> list[Shape]:
        return [self.shape(member["shape"]) for member in self.members(structure).values()]

    def _interpret(self, name: str) -> Shape:
        raw = self._raw[name]
        kind = "enum" if "enum" in raw else _KINDS.get(raw["type"])
        if kind is None or (kind == "stream" and not raw.get("streaming")):
            raise ModelError(f"shape {name} is a {raw['type']}, which the generator does not know")
        return Shape(
            wire=name,
            kind=kind,
            low=raw.get("min"),
            high=raw.get("max"),
            pattern=raw.get("pattern"),
            sensitive=raw.get("sensitive", False) or self._is_secret(name),
            values=tuple(raw.get("enum", ())),
            element=self.shape(raw["member"]["shape"]) if kind == "list" else None,
            stream=self._stream(name) if kind == "stream" else None,
        )

    def _is_secret(self, name: str) -> bool:
        secret: bool = self._overlay.get("fixes", "shapes", name, "sensitive", default=False)
        if secret:
            self._overlay.need("fixes", "shapes", name, "reason")
        return secret

    def _stream(self, name: str) -> Stream:
        steps = ("fixes", "streams", name)
        self._overlay.need(*steps, "reason")
        keys = ("type", "call", "module", "call_module", "returns")
        return Stream(*(self._overlay.need(*steps, key) for key in keys))


def _opened(shape: Shape) -> Iterator[Shape]:
    yield shape
    if shape.element:
        yield from _opened(shape.element)


def annotation(shape: Shape, *, lenient: bool, models: str = "", enums: str = "") -> str:
    """Return the Python type of a shape.

    Args:
        shape: The shape.
        lenient: Whether an enumeration also takes plain strings.
        models: What to put before the names of model classes, such as `models.`.
        enums: What to put before the names of enumerations.
    """
    if shape.kind == "enum":
        known = f"{enums}{shape.name}"
        # Editors complete the literals; `str` admits what a newer service knows.
        return f"{known} | Literal[{_quoted(shape.values)}] | str" if lenient else known
    if shape.kind == "list" and shape.element:
        if lenient and shape.element.kind == "enum":
            # Lists are invariant, so each kind of list is named: the first is what answers hold,
            # the second lets editors complete, and the third admits values of a newer service.
            known = f"{enums}{shape.element.name}"
            literals = f"Literal[{_quoted(shape.element.values)}]"
            return f"list[{known}] | list[{literals}] | list[{known} | str]"
        inner = annotation(shape.element, lenient=lenient, models=models, enums=enums)
        return f"list[{inner}]"
    if shape.kind == "structure":
        return f"{models}{shape.name}"
    if shape.stream:
        return shape.stream.type
    if shape.kind == "timestamp":
        return "datetime"
    return _PYTHON[shape.kind]


def declared(shape: Shape) -> str:
    """Return the expression by which a member declares its shape."""
    if shape.kind == "structure":
        return shape.name
    if shape.stream:
        return f"ByteStream({shape.stream.type})"
    if shape.element and shape.innermost.kind == "structure":
        return f"ListOf({', '.join([declared(shape.element), *size(shape)])})"
    return f"shapes.{shape.name}"


def constant(shape: Shape) -> str:
    """Return the expression that makes the constant of a scalar shape or a list of scalars."""
    if shape.kind == "enum":
        return f'shapes.Enumeration("{shape.wire}", enums.{shape.name})'
    if shape.element:
        return f"shapes.ListOf({', '.join([shape.element.name, *size(shape)])})"
    arguments = [f'"{shape.wire}"']
    if shape.kind == "text":
        arguments += _bounds("length", shape)
        if shape.pattern:
            arguments.append(f"pattern={_literal(shape.pattern)}")
        if shape.sensitive:
            arguments.append("sensitive=True")
    elif shape.kind in {"integer", "float"}:
        arguments += _bounds("range", shape)
    return f"shapes.{shape.kind.capitalize()}({', '.join(arguments)})"


def size(shape: Shape) -> list[str]:
    """Return the size argument of a list, if it has bounds."""
    return _bounds("size", shape)


def _bounds(name: str, shape: Shape) -> list[str]:
    if shape.low is None and shape.high is None:
        return []
    return [f"{name}=({shape.low}, {shape.high})"]


def _quoted(values: Iterable[str]) -> str:
    return ", ".join(f'"{value}"' for value in values)


def _literal(pattern: str) -> str:
    if '"' in pattern or pattern.endswith("\\"):
        return repr(pattern)
    return f'r"{pattern}"'
