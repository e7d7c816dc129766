"""Makes the model classes: requests, responses, and the data types in them."""

from __future__ import annotations

from typing import Any

from attrs import define, field

from codegen.facts import facts, notes
from codegen.ir import Member, Role, Structure
from codegen.load import Model
from codegen.names import snake
from codegen.prose import Doc, Entry, Section
from codegen.shapes import Shapes, annotation, declared
from codegen.words import Words


@define
class Usage:
    """Where a structure is used.

    Attributes:
        areas: The areas of the operations that reach it.
        in_requests: Whether a request reaches it.
    """

    areas: set[str] = field(factory=set)
    in_requests: bool = False


def usage_of(model: Model, shapes: Shapes, areas: dict[str, str]) -> dict[str, Usage]:
    """Return where each structure that operations reach is used, those used by others first.

    Args:
        model: The service model.
        shapes: Its shapes.
        areas: The area of each operation.
    """
    usage: dict[str, Usage] = {}
    for name, raw in model.description["operations"].items():
        for side in ("input", "output"):
            for structure in shapes.reachable(raw[side]["shape"]):
                found = usage.setdefault(structure, Usage())
                found.areas.add(areas[name])
                found.in_requests |= side == "input"
    return usage


class Structures:
    """Makes the model classes of one service.

    Args:
        model: The service model.
        shapes: Its shapes.
        words: What structures and members mean.
        usage: Where each structure is used.
        page: The address of a page in AWS's reference, with `{name}` in it.
    """

    def __init__(
        self, model: Model, shapes: Shapes, words: Words, usage: dict[str, Usage], page: str
    ) -> None:
        self._shapes = shapes
        self._words = words
        self._usage = usage
        self._page = page
        operations = model.description["operations"].items()
        self._inputs = {raw["input"]["shape"]: name for name, raw in operations}
        self._outputs = {raw["output"]["shape"]: name for name, raw in operations}

    def all(self) -> dict[str, Structure]:
        """Return the model classes by their names in the service model."""
        return {name: self._structure(name) for name in self._usage}

    def _structure(self, name: str) -> Structure:
        members = tuple(
            self._member(name, wire, raw) for wire, raw in self._shapes.members(name).items()
        )
        role, doc = self._role_and_doc(name, members)
        return Structure(name, role, members, doc, tuple(self._shapes.structures_in(name)))

    def _role_and_doc(self, name: str, members: tuple[Member, ...]) -> tuple[Role, Doc]:
        attributes = (Section("Attributes", tuple(Entry(m.name, m.text) for m in members)),)
        note = notes(members, checked=self._usage[name].in_requests)
        if name in self._inputs:
            operation = self._inputs[name]
            summary = self._words.summary("operations", operation)
            return "request", Doc(f"The request of {operation}.", (summary,), attributes, (note,))
        if name in self._outputs:
            empty = (
                "" if members else "It has no members: receiving it means that the call succeeded."
            )
            doc = Doc(f"The response of {self._outputs[name]}.", (empty,), attributes, (note,))
            return "response", doc
        more = self._words.optional("structures", name, "notes")
        see = f"See <{self._page.format(name=name)}>."
        closing = _joined(note, see)
        return "data", Doc(self._words.summary("structures", name), (more,), attributes, (closing,))

    def _member(self, structure: str, wire: str, raw: dict[str, Any]) -> Member:
        shape = self._shapes.shape(raw["shape"])
        token = raw.get("idempotencyToken", False)
        required = not token and self._shapes.requires(structure, wire)
        lenient = self._usage[structure].in_requests
        optional = "" if required else " | None"
        here = annotation(shape, lenient=lenient)
        there = annotation(shape, lenient=lenient, models="models.", enums="enums.")
        meaning = self._words.member(structure, wire)
        filled_in = "Filled in if you omit it, and reused for retries." if token else ""
        return Member(
            wire=wire,
            name=snake(wire),
            shape=shape,
            required=required,
            annotation=here + optional,
            parameter=there + optional,
            declared=declared(shape),
            text=_joined(meaning, facts(shape), filled_in),
            brief=_joined(meaning, facts(shape, brief=True), filled_in),
            token=token,
            location=raw.get("location"),
        )


def _joined(*sentences: str) -> str:
    return " ".join(filter(None, sentences))
