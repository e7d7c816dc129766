"""Registering entities, and telling whose an address is."""

from __future__ import annotations

from typing import Any

from workmail_async.emulator.workmail.exceptions import EntityNotFoundException
from workmail_async.emulator.workmail.models import registration

from .operations import Operations, Organization, Wire


class RegistrationOperations(Operations):
    """Handlers for registration."""

    def register_to_work_mail(self, organization: Organization, **request: Any) -> None:
        """Handle RegisterToWorkMail.

        Under the address it has already, an enabled entity stays as it is; under another it is
        registered already. Costs nothing here. The state follows at the pace of `Lifecycle`.
        """
        registration.register_to_work_mail(organization, **request)

    def deregister_from_work_mail(self, organization: Organization, **request: Any) -> None:
        """Handle DeregisterFromWorkMail.

        Addresses become free at once; the state follows at the pace of `Lifecycle`. The mailbox is
        kept for `Quotas.mailbox_kept`.
        """
        registration.deregister_from_work_mail(organization, **request)

    def describe_entity(self, organization: Organization, email: str) -> Wire:
        """Handle DescribeEntity."""
        entity = organization.directory.holder(email)
        if entity is None:
            raise EntityNotFoundException(f"nobody has the address {email}")
        return {
            "EntityId": entity.id,
            "Name": entity.name,
            "Type": type(entity).__name__.upper(),
        }
