"""Aliases and primary addresses."""

from __future__ import annotations

from typing import Any

from workmail_async.emulator.workmail.models import aliases

from .operations import Operations, Organization, Wire


class AddressOperations(Operations):
    """Handlers for addresses."""

    def create_alias(self, organization: Organization, **request: Any) -> None:
        """Handle CreateAlias."""
        aliases.create_alias(organization, **request)

    def delete_alias(self, organization: Organization, **request: Any) -> None:
        """Handle DeleteAlias.

        Removing an alias that the entity does not have is not an error.
        """
        aliases.delete_alias(organization, **request)

    def list_aliases(
        self,
        organization: Organization,
        entity_id: str,
        next_token: str | None = None,
        max_results: int | None = None,
    ) -> Wire:
        """Handle ListAliases.

        The primary address comes first.
        """
        return self.answer_page(
            "Aliases",
            aliases.list_aliases(organization, entity_id=entity_id),
            lambda placed: placed[0],
            position=lambda placed: placed[1],
            of=[organization.id, entity_id],
            next_token=next_token,
            max_results=max_results,
        )

    def update_primary_email_address(self, organization: Organization, **request: Any) -> None:
        """Handle UpdatePrimaryEmailAddress.

        The previous address becomes an alias.
        """
        aliases.update_primary_email_address(organization, **request)
