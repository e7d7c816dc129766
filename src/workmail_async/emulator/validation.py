"""Checks a request against botocore's service model, as the service does before it acts.

Which error: where an operation documents InvalidParameterException, that one ("the parameters
break the service's restrictions" is what it stands for); for the few that do not (DeleteAlias has
it, ListTagsForResource has not), ValidationError, which the API reference lists among the errors
common to all operations. A code that the reference does not know is never sent.

Patterns are enforced, except those listed in `UNENFORCED_PATTERNS` with the reason.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from botocore.loaders import Loader
from botocore.model import (
    ListShape,
    OperationModel,
    ServiceModel,
    Shape,
    StringShape,
    StructureShape,
)

# Shape name -> why its pattern cannot be what the service enforces.
UNENFORCED_PATTERNS = {
    "s3BucketIdType": "AWS's own examples break it; whether the bucket exists decides",
    "IdentityProviderIdentityStoreId": "holds an escaped word boundary that no identifier matches",
    "NextToken": "allows everything in its first half",
    "S3BucketName": "AWS's own examples break it; whether the bucket exists decides",
}

_PYTHON_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "timestamp": (int, float, str),
    "integer": (int,),
    "long": (int,),
    "double": (int, float),
    "float": (int, float),
    "boolean": (bool,),
    "list": (list,),
    "structure": (dict,),
}


@cache
def service_model(service: str) -> ServiceModel:
    """Return botocore's model of a service.

    Args:
        service: `workmail` or `workmailmessageflow`.
    """
    return ServiceModel(Loader().load_service_model(service, "service-2"), service)


def faults(operation: OperationModel, request: Any) -> list[str]:
    """Return what is wrong with a request, in words; nothing when it is right.

    Args:
        operation: botocore's model of the operation.
        request: The decoded body.
    """
    shape = operation.input_shape
    return [] if shape is None else list(_faults(shape, request, ""))


def _faults(shape: Shape, value: Any, name: str) -> Iterator[str]:
    what = name or "the request"
    if not _has_type(value, shape.type_name):
        yield f"{what} has to be of type {shape.type_name}"
        return
    if isinstance(shape, StructureShape):
        yield from _structure_faults(shape, value, name)
    elif isinstance(shape, ListShape):
        yield from _size_faults(shape, len(value), f"{what} has", "entries")
        for index, item in enumerate(value):
            yield from _faults(shape.member, item, f"{what}[{index}]")
    elif isinstance(shape, StringShape):
        yield from _string_faults(shape, value, what)
    elif shape.type_name in {"integer", "long", "double", "float"}:
        yield from _size_faults(shape, value, f"{what} is", "")


def _has_type(value: Any, type_name: str) -> bool:
    accepted = _PYTHON_TYPES[type_name]
    if type(value) is bool:  # which Python takes for an int as well
        return bool in accepted
    return isinstance(value, accepted)


def _structure_faults(shape: StructureShape, value: dict[str, Any], name: str) -> Iterator[str]:
    prefix = f"{name}." if name else ""
    for required in shape.required_members:
        if value.get(required) is None:
            yield f"{prefix}{required} is required"
    for member, given in value.items():
        # What the model does not know, the service ignores.
        if given is not None and member in shape.members:
            yield from _faults(shape.members[member], given, f"{prefix}{member}")


def _string_faults(shape: StringShape, value: str, what: str) -> Iterator[str]:
    yield from _size_faults(shape, len(value), f"{what} has", "characters")
    if shape.enum and value not in shape.enum:
        yield f"{what} has to be one of {', '.join(shape.enum)}"
    pattern = shape.metadata.get("pattern")
    if (
        pattern
        and shape.name not in UNENFORCED_PATTERNS
        and not _compiled(pattern).fullmatch(value)
    ):
        yield f"{what} does not match {pattern}"


def _size_faults(shape: Shape, size: float, subject: str, unit: str) -> Iterator[str]:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    tail = f" {unit}" if unit else ""
    if low is not None and size < low:
        yield (
            f"{subject} {size}{tail}; at least {low} are needed"
            if unit
            else (f"{subject} {size}; the least is {low}")
        )
    if high is not None and size > high:
        yield (
            f"{subject} {size}{tail}; at most {high} are allowed"
            if unit
            else (f"{subject} {size}; the most is {high}")
        )


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    # The service's own expressions are Java's, where \w and \d are ASCII.
    return re.compile(pattern, re.ASCII)
