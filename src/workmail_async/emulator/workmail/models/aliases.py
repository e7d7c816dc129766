"""The addresses of entities: the aliases and the primary address."""

from __future__ import annotations

from workmail_async.emulator.workmail.exceptions import (
    InvalidParameterException,
    LimitExceededException,
)
from workmail_async.emulator.workmail.state.entities import DISABLED, ENABLED, Entity
from workmail_async.emulator.workmail.state.organizations import Organization

from .domains import require_usable_address


def create_alias(organization: Organization, *, entity_id: str, alias: str) -> None:
    """Add an alias to an enabled entity, unless it already has the address."""
    entity = _by_id(organization, entity_id)
    entity.require(ENABLED)
    require_usable_address(organization, alias)
    organization.directory.check_address(alias, entity)
    if organization.directory.holder(alias) is entity:
        return
    if len(entity.aliases) >= organization.world.quotas.aliases:
        raise LimitExceededException(f"{entity.name} already has {len(entity.aliases)} aliases")
    organization.directory.add_alias(entity, alias)


def delete_alias(organization: Organization, *, entity_id: str, alias: str) -> None:
    """Remove an alias from an entity, if it has it."""
    entity = _by_id(organization, entity_id)
    entity.require(ENABLED, DISABLED)
    if entity.email is not None and alias.casefold() == entity.email.casefold():
        raise InvalidParameterException(f"{alias} is the primary address of {entity.name}")
    organization.directory.remove_alias(entity, alias)


def list_aliases(organization: Organization, *, entity_id: str) -> list[tuple[str, int]]:
    """Return an entity's addresses, the primary one first, each with its position in the list."""
    entity = _by_id(organization, entity_id)
    entity.require(ENABLED, DISABLED)
    return [*([(entity.email, 0)] if entity.email else []), *entity.aliases.items()]


def update_primary_email_address(organization: Organization, *, entity_id: str, email: str) -> None:
    """Set the primary address. The previous one becomes an alias."""
    directory = organization.directory
    entity = directory.find(entity_id, Entity)
    entity.require(ENABLED)
    require_usable_address(organization, email)
    directory.check_address(email, entity)
    directory.replace_primary(entity, email)


def _by_id(organization: Organization, entity_id: str) -> Entity:
    return organization.directory.find(entity_id, Entity, by_email=False, by_name=False)
