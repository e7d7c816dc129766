"""Checks a request against botocore's service model, as the service does before it acts.

The error is InvalidParameterException if the operation documents it, since that is the one for
parameters that break the service's restrictions. The few operations that do not document it, such
as ListTagsForResource, answer ValidationError, which the API reference lists among the errors
common to all operations. The emulator never sends a code that the reference does not know.

Patterns are enforced, except those in `UNENFORCED_PATTERNS`, each with the reason.
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

# Shape name -> why the service cannot enforce its pattern as published.
UNENFORCED_PATTERNS = {
    "s3BucketIdType": "AWS's own examples do not match; the check is whether the bucket exists",
    "IdentityProviderIdentityStoreId": "contains an escaped word boundary that no id matches",
    "NextToken": "its first alternative matches everything",
    "S3BucketName": "AWS's own examples do not match; the check is whether the bucket exists",
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
    """Return the faults of a request as text; none if it is valid.

    Args:
        operation: botocore's model of the operation.
        request: The decoded body.
    """
    shape = operation.input_shape
    return [] if shape is None else list(_faults(shape, request, ""))


def _faults(shape: Shape, value: Any, name: str) -> Iterator[str]:
    what = name or "the request"
    if not _has_type(value, shape.type_name):
        yield f"{what} must be of type {shape.type_name}"
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
    if type(value) is bool:  # a bool is an int in Python
        return bool in accepted
    return isinstance(value, accepted)


def _structure_faults(shape: StructureShape, value: dict[str, Any], name: str) -> Iterator[str]:
    prefix = f"{name}." if name else ""
    for required in shape.required_members:
        if value.get(required) is None:
            yield f"{prefix}{required} is required"
    for member, given in value.items():
        # The service ignores members that the model does not know.
        if given is not None and member in shape.members:
            yield from _faults(shape.members[member], given, f"{prefix}{member}")


def _string_faults(shape: StringShape, value: str, what: str) -> Iterator[str]:
    yield from _size_faults(shape, len(value), f"{what} has", "characters")
    if shape.enum and value not in shape.enum:
        yield f"{what} must be one of {', '.join(shape.enum)}"
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
        yield f"{subject} {size}{tail}; the minimum is {low}"
    if high is not None and size > high:
        yield f"{subject} {size}{tail}; the maximum is {high}"


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    # The patterns are Java's, where \w and \d match ASCII only.
    return re.compile(pattern, re.ASCII)
