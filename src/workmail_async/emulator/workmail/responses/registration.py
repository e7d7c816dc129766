"""Registration of entities, and finding the owner of an address."""

from __future__ import annotations

from typing import Any

from workmail_async.emulator.workmail.exceptions import EntityNotFoundException
from workmail_async.emulator.workmail.models import registration

from .operations import Operations, Organization, Wire


class RegistrationOperations(Operations):
    """Handlers for registration."""

    def register_to_work_mail(self, organization: Organization, **request: Any) -> None:
        """Handle RegisterToWorkMail.

        An enabled entity stays as it is if the address is the same; another address is refused with
        EntityAlreadyRegisteredException. `Lifecycle` decides when the state shows.
        """
        registration.register_to_work_mail(organization, **request)

    def deregister_from_work_mail(self, organization: Organization, **request: Any) -> None:
        """Handle DeregisterFromWorkMail.

        Frees the addresses at once. `Lifecycle` decides when the state shows, and
        `Quotas.mailbox_kept` how long the mailbox is kept.
        """
        registration.deregister_from_work_mail(organization, **request)

    def describe_entity(self, organization: Organization, email: str) -> Wire:
        """Handle DescribeEntity."""
        entity = organization.directory.holder(email)
        if entity is None:
            raise EntityNotFoundException(f"no entity has the address {email}")
        return {
            "EntityId": entity.id,
            "Name": entity.name,
            "Type": type(entity).__name__.upper(),
        }
