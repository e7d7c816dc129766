"""Refuses bad requests before they are sent, with all their faults at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal

from .errors import Fault, RequestValidationError
from .model import Model, Request, members

if TYPE_CHECKING:
    from .shapes import Finding

#: `standard` checks required, types, lengths, ranges, sizes and enum values; `strict` adds
#: patterns, which reject some values that the service accepts; `off` checks nothing.
Validation = Literal["standard", "strict", "off"]

_LONGEST_VALUE = 80


def member_findings(structure: Model, prefix: str, strict: bool) -> Iterator[Finding]:
    """Yield what is wrong with the members of a request or nested structure.

    Args:
        structure: The request or structure.
        prefix: What stands before a member's name in its path, such as `filters.`.
        strict: Whether to check patterns too.

    Yields:
        The findings, as `Shape.findings` does.
    """
    for member in members(type(structure)):
        value = getattr(structure, member.name)
        if value is not None:
            yield from member.wire.shape.findings(value, f"{prefix}{member.name}", strict)
        elif member.required:
            yield f"{prefix}{member.name}", None, "is required"


def validate(request: Request[Any], mode: Validation) -> None:
    """Check a request.

    Args:
        request: The request to check.
        mode: How much to check.

    Raises:
        RequestValidationError: Something is wrong; the error names every fault.
    """
    if mode == "off":
        return
    findings = list(member_findings(request, "", mode == "strict"))
    if findings:
        faults = tuple(_fault(*finding) for finding in findings)
        raise RequestValidationError(type(request).operation.name, faults)


def _fault(where: str, shown: str | None, constraint: str) -> Fault:
    if shown is not None and len(shown) > _LONGEST_VALUE:
        shown = f"{shown[: _LONGEST_VALUE - 1]}…"
    return Fault(where, constraint, shown)
