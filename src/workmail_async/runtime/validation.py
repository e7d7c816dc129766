"""Checks requests before they are sent, and reports all their faults at once."""

from __future__ import annotations

from typing import Any, Literal

from .errors import Fault, RequestValidationError
from .model import Request

#: `standard` checks required, types, lengths, ranges, sizes and enum values; `strict` adds
#: patterns, some of which reject values that the service accepts; `off` checks nothing.
Validation = Literal["standard", "strict", "off"]

_LONGEST_VALUE = 80


def validate(request: Request[Any], mode: Validation) -> None:
    """Check a request.

    Args:
        request: The request to check.
        mode: How much to check.

    Raises:
        RequestValidationError: The request breaks constraints; the error lists every fault.
    """
    if mode == "off":
        return
    findings = list(request.__findings__("", mode == "strict"))
    if findings:
        faults = tuple(_fault(*finding) for finding in findings)
        raise RequestValidationError(type(request).operation.name, faults)


def _fault(where: str, shown: str | None, constraint: str) -> Fault:
    if shown is not None and len(shown) > _LONGEST_VALUE:
        shown = f"{shown[: _LONGEST_VALUE - 1]}…"
    return Fault(where, constraint, shown)
