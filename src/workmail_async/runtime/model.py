"""The base of requests, responses and data types: attrs classes that know their names on the wire.

A generated class is a plain attrs class::

    @define(kw_only=True, repr=False)
    class DescribeUserRequest(Request[DescribeUserResponse]):
        operation: ClassVar[Operation[DescribeUserResponse]] = Operation(...)

        organization_id: str = field(metadata=wire("OrganizationId", shapes.OrganizationId))
        user_id: str = field(metadata=wire("UserId", shapes.EntityIdentifier))

The service requires the members that have no default.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

from attrs import NOTHING, Attribute, define, evolve, field, frozen

from .operation import Operation, OutputT
from .shapes import Finding, Shape, as_shape

ModelT = TypeVar("ModelT", bound="Model")

#: The key of our entry in the metadata of an attrs field.
_KEY = "workmail_async.wire"


@frozen
class Wire:
    """How one attribute is sent and received.

    Attributes:
        name: Its name in the service model.
        shape: Its constraints.
        token: Whether it is an idempotency token, filled in if you leave it out.
        location: Which part of the request holds it: `body` or `uri`.
    """

    name: str
    shape: Shape
    token: bool = False
    location: str = "body"


@frozen
class Member:
    """One member of a structure.

    Attributes:
        name: The attribute's name.
        wire: How it is sent and received.
        required: Whether the service rejects a request without it.
    """

    name: str
    wire: Wire
    required: bool


def wire(
    name: str, shape: Shape | type, *, token: bool = False, location: str = "body"
) -> dict[str, Wire]:
    """Return the metadata of an attrs field that says how it is sent and received.

    Args:
        name: The member's name in the service model.
        shape: Its shape, or the model class of a nested structure.
        token: Whether it is an idempotency token.
        location: `body`, or `uri` if it is a part of the URL.

    Returns:
        The metadata.
    """
    return {_KEY: Wire(name, as_shape(shape), token, location)}


class Model:
    """Base class of every structure of the services."""

    __slots__ = ()

    if TYPE_CHECKING:
        __attrs_attrs__: ClassVar[tuple[Attribute[Any], ...]]

    def __repr__(self) -> str:
        """Show the members that are set, with `***` for sensitive ones."""
        shown: list[str] = []
        for member in members(type(self)):
            value = getattr(self, member.name, None)
            if value is not None:
                shown.append(f"{member.name}={member.wire.shape.shown(value)}")
        return f"{type(self).__name__}({', '.join(shown)})"

    def __findings__(self, prefix: str, strict: bool) -> Iterator[Finding]:
        """Yield what is wrong with the members.

        A plain name could be a member's, hence the underscores.

        Args:
            prefix: What comes before a member's name in its path, such as `filters.`.
            strict: Whether to check patterns too.

        Yields:
            The findings, as `Shape.findings` does.
        """
        for member in members(type(self)):
            value = getattr(self, member.name)
            if value is not None:
                yield from member.wire.shape.findings(value, f"{prefix}{member.name}", strict)
            elif member.required:
                yield f"{prefix}{member.name}", None, "is required"


_MEMBERS: dict[type[Model], tuple[Member, ...]] = {}


def members(cls: type[Model]) -> tuple[Member, ...]:
    """Return the members of a model class, in the order of the service model."""
    found = _MEMBERS.get(cls)
    if found is None:
        found = _MEMBERS[cls] = tuple(
            Member(attribute.name, attribute.metadata[_KEY], attribute.default is NOTHING)
            for attribute in cls.__attrs_attrs__
            if _KEY in attribute.metadata
        )
    return found


def changed(structure: ModelT, **changes: Any) -> ModelT:
    """Return a copy of a structure with some members changed."""
    untyped: Any = structure  # evolve() requires an attrs class, which the base class is not
    copy: ModelT = evolve(untyped, **changes)
    return copy


@frozen
class ResponseMetadata:
    """What an answer carries besides its members.

    Attributes:
        request_id: The id that AWS gave the request; quote it to AWS Support.
        http_status: The HTTP status; 0 for a response that did not come from the service.
        attempts: How many times the request was sent.
    """

    request_id: str | None = None
    http_status: int = 0
    attempts: int = 0


_NOT_RECEIVED = ResponseMetadata()


@define(kw_only=True, repr=False)
class Output(Model):
    """Base class of every response.

    Attributes:
        response_metadata: Request id, HTTP status and attempts; ignored by `==` and repr.
    """

    response_metadata: ResponseMetadata = field(default=_NOT_RECEIVED, eq=False)


class Request(Model, Generic[OutputT]):
    """Base class of every request; `client.send(request)` returns its `Output`."""

    __slots__ = ()

    operation: ClassVar[Operation[Any]]


def publish(module: str, names: list[str]) -> None:
    """Set the `__module__` of a generated module's classes to where users import them from."""
    namespace = vars(sys.modules[module])
    for name in names:
        namespace[name].__module__ = "workmail_async.models"
