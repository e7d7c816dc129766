"""Resources (rooms and equipment) and the delegates who handle their booking requests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from attrs import evolve

from workmail_async.emulator.workmail.exceptions import InvalidConfigurationException
from workmail_async.emulator.workmail.state.entities import DISABLED, ENABLED, Entity
from workmail_async.emulator.workmail.state.groups import Group
from workmail_async.emulator.workmail.state.organizations import Organization
from workmail_async.emulator.workmail.state.resources import BookingOptions, Resource
from workmail_async.emulator.workmail.state.users import User

from .domains import require_usable_address
from .entities import delete_entity, list_entities, starts_with


def create_resource(
    organization: Organization,
    *,
    name: str,
    type: str,
    description: str | None = None,
    hidden_from_global_address_list: bool = False,
) -> Resource:
    """Create a resource, disabled."""
    organization.directory.check_name(name)
    resource = Resource(
        id=f"r-{organization.world.hex(32)}",
        name=name,
        position=organization.directory.next_position(),
        hidden=hidden_from_global_address_list,
        type=type,
        description=description,
    )
    organization.directory.add(resource)
    return resource


def describe_resource(organization: Organization, *, resource_id: str) -> Resource:
    """Return a resource, in any state."""
    return organization.directory.find(resource_id, Resource)


def update_resource(
    organization: Organization,
    *,
    resource_id: str,
    name: str | None = None,
    booking_options: dict[str, Any] | None = None,
    description: str | None = None,
    type: str | None = None,
    hidden_from_global_address_list: bool | None = None,
) -> None:
    """Replace the data of a resource. Left out, description and booking options are reset.

    A name with a domain also becomes the primary address of an enabled resource.
    """
    directory = organization.directory
    resource = directory.find(resource_id, Resource)
    resource.require(ENABLED, DISABLED)
    given = booking_options or {}
    options = evolve(
        BookingOptions(),
        **{
            attribute: given[member]
            for member, attribute in _BOOKING_MEMBERS.items()
            if given.get(member) is not None
        },
    )
    if not options.auto_accept and not resource.delegates:
        raise InvalidConfigurationException(
            f"{resource.name} has no delegate to answer booking requests"
        )
    if name is not None and name != resource.name:
        _rename(organization, resource, name)
    resource.booking_options = options
    resource.description = description or None
    if type is not None:
        resource.type = type
    if hidden_from_global_address_list is not None:
        resource.hidden = hidden_from_global_address_list


_BOOKING_MEMBERS = {
    "AutoAcceptRequests": "auto_accept",
    "AutoDeclineRecurringRequests": "auto_decline_recurring",
    "AutoDeclineConflictingRequests": "auto_decline_conflicting",
}


def _rename(organization: Organization, resource: Resource, name: str) -> None:
    directory = organization.directory
    if name.casefold() != resource.name.casefold():
        directory.check_name(name)
    if "@" in name:
        require_usable_address(organization, name)
        directory.check_address(name, resource)
        if resource.state == ENABLED:
            directory.replace_primary(resource, name)
    directory.rename(resource, name)


def delete_resource(organization: Organization, *, resource_id: str) -> None:
    """Delete a disabled resource."""
    delete_entity(organization, resource_id, Resource)


def list_resources(organization: Organization, *, filters: dict[str, Any]) -> list[Resource]:
    """Return the resources that pass the filters, oldest first."""
    return list_entities(organization, Resource, filters, _FILTERS)


_FILTERS: dict[str, Callable[[Resource, str], bool]] = {
    "NamePrefix": lambda resource, wanted: starts_with(resource.name, wanted),
    "PrimaryEmailPrefix": lambda resource, wanted: starts_with(resource.email, wanted),
    "State": lambda resource, wanted: resource.state == wanted,
}


def associate_delegate_to_resource(
    organization: Organization, *, resource_id: str, entity_id: str
) -> None:
    """Add a user or group as a delegate, unless it is already one."""
    resource, delegate = _resource_and_delegate(organization, resource_id, entity_id)
    if delegate.id not in resource.delegates:
        resource.delegated += 1
        resource.delegates[delegate.id] = resource.delegated


def disassociate_delegate_from_resource(
    organization: Organization, *, resource_id: str, entity_id: str
) -> None:
    """Remove a delegate from a resource, if it is one."""
    resource, delegate = _resource_and_delegate(organization, resource_id, entity_id)
    resource.delegates.pop(delegate.id, None)


def list_resource_delegates(organization: Organization, *, resource_id: str) -> list[Entity]:
    """Return the delegates of a resource in the order in which they were added."""
    resource = organization.directory.find(resource_id, Resource)
    resource.require(ENABLED, DISABLED)
    return [organization.directory.find(delegate, Entity) for delegate in resource.delegates]


def _resource_and_delegate(
    organization: Organization, resource_id: str, entity_id: str
) -> tuple[Resource, Entity]:
    resource = organization.directory.find(resource_id, Resource)
    delegate: Entity = organization.directory.find(entity_id, User, Group)
    resource.require(ENABLED, DISABLED)
    delegate.require(ENABLED, DISABLED)
    return resource, delegate
