"""Groups and their members."""

from __future__ import annotations

from typing import Any

from workmail_async.emulator.workmail.models import groups
from workmail_async.emulator.workmail.state.entities import Entity
from workmail_async.emulator.workmail.state.groups import Group

from .operations import (
    Operations,
    Organization,
    Wire,
    entity_position,
    member_type,
    only_filter,
    wire,
)


class GroupOperations(Operations):
    """Handlers for groups."""

    def create_group(self, organization: Organization, **request: Any) -> Wire:
        """Handle CreateGroup."""
        return {"GroupId": groups.create_group(organization, **request).id}

    def describe_group(self, organization: Organization, **request: Any) -> Wire:
        """Handle DescribeGroup."""
        group = groups.describe_group(organization, **request)
        return wire(
            GroupId=group.id,
            Name=group.name,
            Email=group.email,
            State=group.look(),
            EnabledDate=group.enabled_date,
            DisabledDate=group.disabled_date,
            HiddenFromGlobalAddressList=group.hidden,
        )

    def update_group(self, organization: Organization, **request: Any) -> None:
        """Handle UpdateGroup."""
        groups.update_group(organization, **request)

    def delete_group(self, organization: Organization, **request: Any) -> None:
        """Handle DeleteGroup.

        A group that never existed is an invalid parameter; deleting a deleted group again is fine.
        `Lifecycle` decides when the state shows.
        """
        groups.delete_group(organization, **request)

    def list_groups(
        self,
        organization: Organization,
        filters: dict[str, Any] | None = None,
        next_token: str | None = None,
        max_results: int | None = None,
    ) -> Wire:
        """Handle ListGroups.

        Deleted groups stay in the list. Filters are prefixes, ignoring case.
        """
        return self.answer_entities(
            "Groups",
            organization,
            groups.list_groups,
            _summary,
            filters=filters,
            next_token=next_token,
            max_results=max_results,
        )

    def associate_member_to_group(self, organization: Organization, **request: Any) -> None:
        """Handle AssociateMemberToGroup.

        A group can be a member, unless it would become a member of itself.
        """
        groups.associate_member_to_group(organization, **request)

    def disassociate_member_from_group(self, organization: Organization, **request: Any) -> None:
        """Handle DisassociateMemberFromGroup."""
        groups.disassociate_member_from_group(organization, **request)

    def list_group_members(
        self,
        organization: Organization,
        group_id: str,
        next_token: str | None = None,
        max_results: int | None = None,
    ) -> Wire:
        """Handle ListGroupMembers.

        Direct members only.
        """
        group = groups.describe_group(organization, group_id=group_id)
        return self.answer_page(
            "Members",
            groups.list_group_members(organization, group_id=group_id),
            _member,
            position=lambda member: group.members[member.id],
            of=[organization.id, group.id],
            next_token=next_token,
            max_results=max_results,
        )

    def list_groups_for_entity(
        self,
        organization: Organization,
        entity_id: str,
        filters: dict[str, Any] | None = None,
        next_token: str | None = None,
        max_results: int | None = None,
    ) -> Wire:
        """Handle ListGroupsForEntity.

        Direct memberships only.
        """
        wanted = only_filter(filters)
        return self.answer_page(
            "Groups",
            groups.list_groups_for_entity(organization, entity_id=entity_id, filters=wanted),
            lambda group: {"GroupId": group.id, "GroupName": group.name},
            position=entity_position,
            of=[organization.id, organization.directory.find(entity_id, Entity).id, wanted],
            next_token=next_token,
            max_results=max_results,
        )


def _summary(group: Group) -> Wire:
    return wire(
        Id=group.id,
        Email=group.email,
        Name=group.name,
        State=group.look(),
        EnabledDate=group.enabled_date,
        DisabledDate=group.disabled_date,
    )


def _member(member: Entity) -> Wire:
    return wire(
        Id=member.id,
        Name=member.name,
        Type=member_type(member),
        State=member.state,
        EnabledDate=member.enabled_date,
        DisabledDate=member.disabled_date,
    )
