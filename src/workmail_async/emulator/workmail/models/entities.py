"""What users, groups and resources have in common: deleting them, and filtering their lists."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from workmail_async.emulator.workmail.exceptions import (
    EntityNotFoundException,
    EntityStateException,
    InvalidParameterException,
)
from workmail_async.emulator.workmail.state.entities import DELETED, DISABLED, Entity, EntityT
from workmail_async.emulator.workmail.state.organizations import Organization


def delete_entity(organization: Organization, identifier: str, kind: type[Entity]) -> None:
    """Delete a disabled user, group or resource by its id or name.

    Deleting a deleted entity again is fine. The operations document no EntityNotFoundException, so
    an id that never existed is an invalid parameter.
    """
    try:
        entity = organization.directory.find(identifier, kind, by_email=False)
    except EntityNotFoundException as error:
        raise InvalidParameterException(error.message) from None
    if entity.final_state == DELETED:
        return
    if entity.state != DISABLED:
        raise EntityStateException(
            f"{entity.name} is {entity.state}; disable it before deleting it"
        )
    for other in organization.directory:
        other.drop(entity.id)
    organization.permissions.pop(entity.id, None)
    for grants in organization.permissions.values():
        grants.pop(entity.id, None)
    organization.directory.delete(entity)
    organization.change_state(entity, DELETED)


def list_entities(
    organization: Organization,
    kind: type[EntityT],
    wanted: Mapping[str, str],
    filters: Mapping[str, Callable[[EntityT, str], bool]],
) -> list[EntityT]:
    """Return the entities of a kind that pass every filter of a request, oldest first.

    Args:
        organization: The organization.
        kind: `User`, `Group` or `Resource`.
        wanted: The filters of the request: their names and values.
        filters: The test that each filter stands for.
    """
    return [
        entity
        for entity in organization.directory.of(kind)
        if all(filters[name](entity, value) for name, value in wanted.items())
    ]


def starts_with(value: str | None, prefix: str) -> bool:
    """Return whether a value starts with a prefix, ignoring case."""
    return value is not None and value.casefold().startswith(prefix.casefold())
