"""Mailbox permissions: who may access whose mailbox."""

from __future__ import annotations

from workmail_async.emulator.workmail.state.entities import ENABLED, Entity
from workmail_async.emulator.workmail.state.organizations import Organization
from workmail_async.emulator.workmail.state.permissions import Grant


def put_mailbox_permissions(
    organization: Organization, *, entity_id: str, grantee_id: str, permission_values: list[str]
) -> None:
    """Replace the permissions of a grantee. An empty list removes them."""
    owner, grantee = _owner_and_grantee(organization, entity_id, grantee_id)
    grants = organization.permissions.setdefault(owner.id, {})
    if not permission_values:
        grants.pop(grantee.id, None)
        return
    before = grants.get(grantee.id)
    if before is None:
        organization.grants_made += 1
    position = organization.grants_made if before is None else before.position
    values = tuple(dict.fromkeys(permission_values))
    grants[grantee.id] = Grant(grantee, values, position)


def delete_mailbox_permissions(
    organization: Organization, *, entity_id: str, grantee_id: str
) -> None:
    """Remove all permissions of a grantee, if it has any."""
    owner, grantee = _owner_and_grantee(organization, entity_id, grantee_id)
    organization.permissions.get(owner.id, {}).pop(grantee.id, None)


def list_mailbox_permissions(organization: Organization, *, entity_id: str) -> list[Grant]:
    """Return the grants for a mailbox, oldest first."""
    owner = organization.directory.find(entity_id, Entity)
    return list(organization.permissions.get(owner.id, {}).values())


def _owner_and_grantee(
    organization: Organization, entity_id: str, grantee_id: str
) -> tuple[Entity, Entity]:
    owner = organization.directory.find(entity_id, Entity)
    grantee = organization.directory.find(grantee_id, Entity)
    owner.require(ENABLED)
    grantee.require(ENABLED)
    return owner, grantee
