"""Users."""

from __future__ import annotations

from typing import Any

from workmail_async.emulator.workmail.models import users
from workmail_async.emulator.workmail.state.users import User

from .operations import Operations, Organization, Wire, wire


class UserOperations(Operations):
    """Handlers for users."""

    def create_user(self, organization: Organization, **request: Any) -> Wire:
        """Handle CreateUser.

        Checks the password's length and kinds of characters, but does not store it. At the quota it
        answers LimitExceededException, which the reference does not list here.
        """
        return {"UserId": users.create_user(organization, **request).id}

    def describe_user(self, organization: Organization, **request: Any) -> Wire:
        """Handle DescribeUser."""
        user = users.describe_user(organization, **request)
        return wire(
            UserId=user.id,
            Name=user.name,
            Email=user.email,
            DisplayName=user.display_name,
            State=user.look(),
            UserRole=user.role,
            EnabledDate=user.enabled_date,
            DisabledDate=user.disabled_date,
            MailboxProvisionedDate=user.mailbox_provisioned_date,
            MailboxDeprovisionedDate=user.mailbox_deprovisioned_date,
            HiddenFromGlobalAddressList=user.hidden,
            IdentityProviderUserId=user.identity_provider_user_id,
            IdentityProviderIdentityStoreId=user.identity_store_id,
            **{_MEMBERS[attribute]: value for attribute, value in user.attributes.items()},
        )

    def update_user(self, organization: Organization, **request: Any) -> None:
        """Handle UpdateUser.

        Removes attributes that are left out.
        """
        users.update_user(organization, **request)

    def delete_user(self, organization: Organization, **request: Any) -> None:
        """Handle DeleteUser.

        A user that never existed is an invalid parameter; deleting a deleted user again is fine.
        `Lifecycle` decides when the state shows.
        """
        users.delete_user(organization, **request)

    def reset_password(self, organization: Organization, **request: Any) -> None:
        """Handle ResetPassword.

        Checks the password, but does not store it.
        """
        users.reset_password(organization, **request)

    def list_users(
        self,
        organization: Organization,
        filters: dict[str, Any] | None = None,
        next_token: str | None = None,
        max_results: int | None = None,
    ) -> Wire:
        """Handle ListUsers.

        Deleted users stay in the list. Filters are prefixes, ignoring case.
        """
        return self.answer_entities(
            "Users",
            organization,
            users.list_users,
            _summary,
            filters=filters,
            next_token=next_token,
            max_results=max_results,
        )


_MEMBERS = {
    attribute: "".join(part.capitalize() for part in attribute.split("_"))
    for attribute in users.REPLACED_ATTRIBUTES
}


def _summary(user: User) -> Wire:
    return wire(
        Id=user.id,
        Email=user.email,
        Name=user.name,
        DisplayName=user.display_name,
        State=user.look(),
        UserRole=user.role,
        EnabledDate=user.enabled_date,
        DisabledDate=user.disabled_date,
        IdentityProviderUserId=user.identity_provider_user_id,
        IdentityProviderIdentityStoreId=user.identity_store_id,
    )
