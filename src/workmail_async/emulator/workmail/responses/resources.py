"""Resources and their delegates."""

from __future__ import annotations

from typing import Any

from workmail_async.emulator.workmail.models import resources
from workmail_async.emulator.workmail.state.resources import Resource

from .operations import (
    Operations,
    Organization,
    Wire,
    member_type,
    wire,
)

# These lists end with an empty token where the others end with null.
_LAST_TOKEN = ""


class ResourceOperations(Operations):
    """Handlers for resources."""

    def create_resource(self, organization: Organization, **request: Any) -> Wire:
        """Handle CreateResource."""
        return {"ResourceId": resources.create_resource(organization, **request).id}

    def describe_resource(self, organization: Organization, **request: Any) -> Wire:
        """Handle DescribeResource."""
        resource = resources.describe_resource(organization, **request)
        options = resource.booking_options
        return wire(
            ResourceId=resource.id,
            Email=resource.email,
            Name=resource.name,
            Type=resource.type,
            BookingOptions={
                "AutoAcceptRequests": options.auto_accept,
                "AutoDeclineRecurringRequests": options.auto_decline_recurring,
                "AutoDeclineConflictingRequests": options.auto_decline_conflicting,
            },
            State=resource.look(),
            EnabledDate=resource.enabled_date,
            DisabledDate=resource.disabled_date,
            Description=resource.description,
            HiddenFromGlobalAddressList=resource.hidden,
        )

    def update_resource(self, organization: Organization, **request: Any) -> None:
        """Handle UpdateResource.

        Resets description and booking options that are left out. A name with a domain also becomes
        the primary address.
        """
        resources.update_resource(organization, **request)

    def delete_resource(self, organization: Organization, **request: Any) -> None:
        """Handle DeleteResource.

        A resource that never existed is an invalid parameter; deleting a deleted resource again is
        fine. `Lifecycle` decides when the state shows.
        """
        resources.delete_resource(organization, **request)

    def list_resources(
        self,
        organization: Organization,
        filters: dict[str, Any] | None = None,
        next_token: str | None = None,
        max_results: int | None = None,
    ) -> Wire:
        """Handle ListResources.

        Deleted resources stay in the list. Filters are prefixes, ignoring case.
        """
        return self.answer_entities(
            "Resources",
            organization,
            resources.list_resources,
            _summary,
            filters=filters,
            next_token=next_token,
            max_results=max_results,
            last_token=_LAST_TOKEN,
        )

    def associate_delegate_to_resource(self, organization: Organization, **request: Any) -> None:
        """Handle AssociateDelegateToResource."""
        resources.associate_delegate_to_resource(organization, **request)

    def disassociate_delegate_from_resource(
        self, organization: Organization, **request: Any
    ) -> None:
        """Handle DisassociateDelegateFromResource."""
        resources.disassociate_delegate_from_resource(organization, **request)

    def list_resource_delegates(
        self,
        organization: Organization,
        resource_id: str,
        next_token: str | None = None,
        max_results: int | None = None,
    ) -> Wire:
        """Handle ListResourceDelegates."""
        resource = resources.describe_resource(organization, resource_id=resource_id)
        return self.answer_page(
            "Delegates",
            resources.list_resource_delegates(organization, resource_id=resource_id),
            lambda delegate: {"Id": delegate.id, "Type": member_type(delegate)},
            position=lambda delegate: resource.delegates[delegate.id],
            of=[organization.id, resource.id],
            next_token=next_token,
            max_results=max_results,
            last_token=_LAST_TOKEN,
        )


def _summary(resource: Resource) -> Wire:
    return wire(
        Id=resource.id,
        Email=resource.email,
        Name=resource.name,
        Type=resource.type,
        State=resource.look(),
        EnabledDate=resource.enabled_date,
        DisabledDate=resource.disabled_date,
        Description=resource.description,
    )
