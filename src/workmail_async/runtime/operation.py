"""How generated code describes services and operations to the runtime."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar

from attrs import frozen

if TYPE_CHECKING:
    from .model import Output

OutputT = TypeVar("OutputT", bound="Output")


@frozen
class Service:
    """One AWS service.

    Attributes:
        name: botocore's name for the service.
        title: The name to show to people.
        api_version: The version of the service model that the code was generated from.
        regions: The Regions in which the service runs.
    """

    name: str
    title: str
    api_version: str
    regions: tuple[str, ...]


@frozen
class Pagination:
    """How a list operation pages.

    Attributes:
        items: The attribute of the response that holds the items.
        token: Whether the operation has a `next_token`; some lists have only one page.
    """

    items: str
    token: bool = True


@frozen
class Operation(Generic[OutputT]):
    """One operation of a service.

    Attributes:
        name: The operation's name on the wire, such as `DescribeUser`.
        service: The service that it belongs to.
        output: The class of the response.
        pagination: How it pages, for lists.
        streaming: Whether the response body is a stream and not JSON.
    """

    name: str
    service: Service
    output: type[OutputT]
    pagination: Pagination | None = None
    streaming: bool = False
