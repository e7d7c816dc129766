"""Mailboxes: permissions, size and quota."""

from __future__ import annotations

from typing import Any

from workmail_async.emulator.workmail.models import mailbox_details, permissions
from workmail_async.emulator.workmail.state.entities import Entity

from .operations import Operations, Organization, Wire, member_type

_BYTES_IN_MEGABYTE = 1024 * 1024


class MailboxOperations(Operations):
    """Handlers for mailboxes."""

    def get_mailbox_details(self, organization: Organization, **request: Any) -> Wire:
        """Handle GetMailboxDetails.

        The size is that of the mail in the mailbox, in MB.
        """
        mailbox = mailbox_details.get_mailbox_details(organization, **request)
        return {"MailboxQuota": mailbox.quota, "MailboxSize": mailbox.size / _BYTES_IN_MEGABYTE}

    def update_mailbox_quota(self, organization: Organization, **request: Any) -> None:
        """Handle UpdateMailboxQuota.

        Stored and returned. The emulator refuses no mail because of it.
        """
        mailbox_details.update_mailbox_quota(organization, **request)

    def put_mailbox_permissions(self, organization: Organization, **request: Any) -> None:
        """Handle PutMailboxPermissions.

        Stored and returned. There is no protocol to access a mailbox with. An empty list removes
        all permissions.
        """
        permissions.put_mailbox_permissions(organization, **request)

    def delete_mailbox_permissions(self, organization: Organization, **request: Any) -> None:
        """Handle DeleteMailboxPermissions."""
        permissions.delete_mailbox_permissions(organization, **request)

    def list_mailbox_permissions(
        self,
        organization: Organization,
        entity_id: str,
        next_token: str | None = None,
        max_results: int | None = None,
    ) -> Wire:
        """Handle ListMailboxPermissions."""
        return self.answer_page(
            "Permissions",
            permissions.list_mailbox_permissions(organization, entity_id=entity_id),
            lambda grant: {
                "GranteeId": grant.grantee.id,
                "GranteeType": member_type(grant.grantee),
                "PermissionValues": list(grant.values),
            },
            position=lambda grant: grant.position,
            of=[organization.id, organization.directory.find(entity_id, Entity).id],
            next_token=next_token,
            max_results=max_results,
        )
