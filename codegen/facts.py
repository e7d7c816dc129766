"""The constraints of a shape, as sentences of a docstring."""

from __future__ import annotations

from collections.abc import Iterable

from codegen.ir import Member
from codegen.shapes import Shape


def facts(shape: Shape, *, brief: bool = False) -> str:
    """Return the constraints of a shape as sentences; empty when it has none.

    Args:
        shape: The shape.
        brief: Whether to leave out patterns, and values, which a method's signature shows.
    """
    sentences = [_sentence(_constraints(shape, brief=brief)), "" if brief else _values(shape)]
    if shape.kind == "timestamp":
        sentences.append("In UTC.")
    if shape.innermost.sensitive:
        sentences.append("Sensitive.")
    return " ".join(sentence for sentence in sentences if sentence)


def notes(members: Iterable[Member], *, checked: bool) -> str:
    """Return what a model's docstring says once about the facts of its members.

    Args:
        members: The members.
        checked: Whether they belong to a request, which is validated.
    """
    innermost = [member.shape.innermost for member in members]
    said: list[str] = []
    if checked and any(shape.pattern for shape in innermost):
        said.append('Patterns are checked only with `validate="strict"`.')
    if any(shape.sensitive for shape in innermost):
        said.append("Sensitive values are hidden in reprs, logs and errors.")
    return " ".join(said)


def _constraints(shape: Shape, *, brief: bool) -> list[str]:
    found = []
    if shape.kind == "list" and shape.element:
        found.append(_bounds(shape, "item"))
        inner = _constraints(shape.element, brief=brief)
        if inner:
            found.append(f"each {', '.join(inner)}")
    elif shape.kind == "text":
        found.append(_bounds(shape, "character"))
        if shape.pattern and not brief:
            found.append(f"pattern `{shape.pattern}`")
    elif shape.kind in {"integer", "float"}:
        found.append(_bounds(shape, ""))
    return [text for text in found if text]


def _bounds(shape: Shape, unit: str) -> str:
    low, high = shape.low, shape.high
    if unit and not low:
        low = None  # no length is less than 0
    if low is None and high is None:
        return ""
    if low == high:
        numbers, last = f"exactly {low}", low
    elif low is None:
        numbers, last = f"at most {high}", high
    elif high is None:
        numbers, last = f"at least {low}", low
    else:
        numbers, last = f"{low} to {high}", high
    if not unit:
        return numbers
    return f"{numbers} {unit}" if last == 1 else f"{numbers} {unit}s"


def _values(shape: Shape) -> str:
    innermost = shape.innermost
    if not innermost.values:
        return ""
    each = "Each one" if shape.element else "One"
    return f"{each} of `enums.{innermost.name}`: {', '.join(innermost.values)}."


def _sentence(parts: list[str]) -> str:
    text = ", ".join(parts)
    return f"{text[0].upper()}{text[1:]}." if text else ""
