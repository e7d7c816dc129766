"""Groups and their members."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workmail_async.emulator.workmail.exceptions import InvalidParameterException
from workmail_async.emulator.workmail.state.entities import DISABLED, ENABLED, Entity
from workmail_async.emulator.workmail.state.groups import Group
from workmail_async.emulator.workmail.state.organizations import Organization
from workmail_async.emulator.workmail.state.users import User

from .entities import delete_entity, list_entities, starts_with


def create_group(
    organization: Organization, *, name: str, hidden_from_global_address_list: bool = False
) -> Group:
    """Create a group, disabled."""
    organization.directory.check_name(name)
    group = Group(
        id=organization.world.uuid(),
        name=name,
        position=organization.directory.next_position(),
        hidden=hidden_from_global_address_list,
    )
    organization.directory.add(group)
    return group


def describe_group(organization: Organization, *, group_id: str) -> Group:
    """Return a group, in any state."""
    return organization.directory.find(group_id, Group)


def update_group(
    organization: Organization,
    *,
    group_id: str,
    hidden_from_global_address_list: bool | None = None,
) -> None:
    """Change whether the address book hides a group."""
    group = organization.directory.find(group_id, Group)
    group.require(ENABLED, DISABLED)
    if hidden_from_global_address_list is not None:
        group.hidden = hidden_from_global_address_list


def delete_group(organization: Organization, *, group_id: str) -> None:
    """Delete a disabled group."""
    delete_entity(organization, group_id, Group)


def list_groups(organization: Organization, *, filters: dict[str, Any]) -> list[Group]:
    """Return the groups that pass the filters, oldest first."""
    return list_entities(organization, Group, filters, _FILTERS)


_FILTERS: dict[str, Callable[[Group, str], bool]] = {
    "NamePrefix": lambda group, wanted: starts_with(group.name, wanted),
    "PrimaryEmailPrefix": lambda group, wanted: starts_with(group.email, wanted),
    "State": lambda group, wanted: group.state == wanted,
}


def associate_member_to_group(organization: Organization, *, group_id: str, member_id: str) -> None:
    """Add a user or group to a group, unless it is already a member."""
    group, member = _group_and_member(organization, group_id, member_id)
    if isinstance(member, Group) and _reaches(organization, member, group.id):
        raise InvalidParameterException(f"{group.name} would be a member of itself")
    if member.id not in group.members:
        group.joined += 1
        group.members[member.id] = group.joined
        member.groups[group.id] = None


def disassociate_member_from_group(
    organization: Organization, *, group_id: str, member_id: str
) -> None:
    """Remove a member from a group, if it is one."""
    group, member = _group_and_member(organization, group_id, member_id)
    group.members.pop(member.id, None)
    member.groups.pop(group.id, None)


def list_group_members(organization: Organization, *, group_id: str) -> list[Entity]:
    """Return a group's members in the order in which they joined."""
    group = organization.directory.find(group_id, Group)
    group.require(ENABLED, DISABLED)
    return [organization.directory.find(member, Entity) for member in group.members]


def list_groups_for_entity(
    organization: Organization, *, entity_id: str, filters: dict[str, Any]
) -> list[Group]:
    """Return the groups an entity is a direct member of, oldest first."""
    entity = organization.directory.find(entity_id, Entity)
    entity.require(ENABLED, DISABLED)
    groups = [organization.directory.find(each, Group) for each in entity.groups]
    prefix = filters.get("GroupNamePrefix")
    if prefix is not None:
        groups = [group for group in groups if starts_with(group.name, prefix)]
    return sorted(groups, key=lambda group: group.position)


def _group_and_member(
    organization: Organization, group_id: str, member_id: str
) -> tuple[Group, Entity]:
    group = organization.directory.find(group_id, Group)
    member: Entity = organization.directory.find(member_id, User, Group)
    group.require(ENABLED, DISABLED)
    member.require(ENABLED, DISABLED)
    return group, member


def _reaches(organization: Organization, group: Group, wanted: str) -> bool:
    seen: set[str] = set()
    left = [group.id]
    while left:
        entity = organization.directory.find(left.pop(), Entity)
        if entity.id == wanted:
            return True
        if isinstance(entity, Group) and entity.id not in seen:
            seen.add(entity.id)
            left += entity.members
    return False
