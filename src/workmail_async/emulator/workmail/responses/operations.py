"""What the handlers of all areas share: the backend, pages, and the format of an answer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from moto.core.responses import BaseResponse

from workmail_async.emulator.paging import BadTokenError, page
from workmail_async.emulator.workmail.exceptions import InvalidParameterException
from workmail_async.emulator.workmail.models import WorkMailBackend, workmail_backends
from workmail_async.emulator.workmail.state.entities import Entity, EntityT
from workmail_async.emulator.workmail.state.groups import Group
from workmail_async.emulator.workmail.state.organizations import Organization

Wire = dict[str, Any]
Item = TypeVar("Item")


def wire(**members: Any) -> Wire:
    """Return an answer without the members that are None."""
    return {name: value for name, value in members.items() if value is not None}


def member_type(entity: Entity) -> str:
    """Return the type of a member, delegate or grantee: GROUP, or USER for everything else."""
    return "GROUP" if isinstance(entity, Group) else "USER"


class Operations(BaseResponse):
    """The base of each area's handlers.

    A handler has the name of its operation in snake_case, and takes the members of the request in
    snake_case. Instead of `OrganizationId` it gets the active organization.
    """

    operation = ""

    @property
    def backend(self) -> WorkMailBackend:
        """The organizations of the caller's account and Region."""
        return workmail_backends[self.current_account][self.region]

    def answer_page(
        self,
        member: str,
        items: Sequence[Item],
        render: Callable[[Item], Any],
        *,
        position: Callable[[Item], int],
        of: Iterable[Any],
        next_token: str | None,
        max_results: int | None,
        last_token: str | None = None,
        observe: Callable[[list[Item]], None] | None = None,
    ) -> Wire:
        """Answer with one page of a list.

        Args:
            member: The member of the answer for the items.
            items: The whole list.
            render: Returns an item as in the answer.
            position: Returns the position of an item.
            of: What identifies the list besides the operation: organization, entity, filters.
            next_token: The request's NextToken.
            max_results: The request's MaxResults.
            last_token: The NextToken of the last page: null, or empty for some lists.
            observe: Called with the items of the page before they are rendered.
        """
        try:
            taken = page(
                items,
                key=position,
                secret=self.backend.world.token_secret,
                source=[self.operation, *of],
                token=next_token,
                max_results=max_results,
            )
        except BadTokenError:
            raise InvalidParameterException("the NextToken does not belong to this list") from None
        if observe is not None:
            observe(taken.items)
        return {
            member: [render(item) for item in taken.items],
            "NextToken": taken.next_token or last_token,
        }

    def answer_entities(
        self,
        member: str,
        organization: Organization,
        find: Callable[..., list[EntityT]],
        render: Callable[[EntityT], Any],
        *,
        filters: dict[str, Any] | None,
        next_token: str | None,
        max_results: int | None,
        last_token: str | None = None,
    ) -> Wire:
        """Answer with one page of an organization's users, groups or resources.

        Args:
            member: The member of the answer for them.
            organization: The organization.
            find: Returns the ones that pass the filters.
            render: Returns an entity as in the answer.
            filters: The request's Filters.
            next_token: The request's NextToken.
            max_results: The request's MaxResults.
            last_token: The NextToken of the last page.
        """
        wanted = only_filter(filters)
        return self.answer_page(
            member,
            find(organization, filters=wanted),
            render,
            position=entity_position,
            of=[organization.id, wanted],
            next_token=next_token,
            max_results=max_results,
            last_token=last_token,
        )


def only_filter(filters: dict[str, Any] | None) -> dict[str, Any]:
    """Return the filters of a list that takes one at a time.

    Raises:
        InvalidParameterException: There is more than one filter.
    """
    given = {name: value for name, value in (filters or {}).items() if value is not None}
    if len(given) > 1:
        raise InvalidParameterException(
            f"only one filter is allowed per request, not {', '.join(given)}"
        )
    return given


def entity_position(entity: Entity) -> int:
    """Return the position of an entity in lists."""
    return entity.position


__all__ = [
    "Operations",
    "Organization",
    "Wire",
    "entity_position",
    "member_type",
    "only_filter",
    "wire",
]
