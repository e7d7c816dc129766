"""Personal access tokens."""

from __future__ import annotations

from typing import Any

from workmail_async.emulator.workmail.models import personal_access_tokens
from workmail_async.emulator.workmail.state.personal_access_tokens import PersonalAccessToken

from .operations import Operations, Organization, Wire, wire


class PersonalAccessTokenOperations(Operations):
    """Handlers for personal access tokens."""

    def list_personal_access_tokens(
        self,
        organization: Organization,
        user_id: str | None = None,
        next_token: str | None = None,
        max_results: int | None = None,
    ) -> Wire:
        """Handle ListPersonalAccessTokens.

        Seeds and `Emulator.add_personal_access_token` create tokens; no operation does.
        """
        user = personal_access_tokens.find_owner(organization, user_id)
        return self.answer_page(
            "PersonalAccessTokenSummaries",
            personal_access_tokens.list_personal_access_tokens(organization, user=user),
            _token,
            position=lambda token: token.position,
            of=[organization.id, None if user is None else user.id],
            next_token=next_token,
            max_results=max_results,
        )

    def get_personal_access_token_metadata(
        self, organization: Organization, **request: Any
    ) -> Wire:
        """Handle GetPersonalAccessTokenMetadata.

        Returns what the list shows. The emulator has no secrets of tokens.
        """
        return _token(
            personal_access_tokens.get_personal_access_token_metadata(organization, **request)
        )

    def delete_personal_access_token(self, organization: Organization, **request: Any) -> None:
        """Handle DeletePersonalAccessToken."""
        personal_access_tokens.delete_personal_access_token(organization, **request)


def _token(token: PersonalAccessToken) -> Wire:
    return wire(
        PersonalAccessTokenId=token.id,
        UserId=token.user.id,
        Name=token.name,
        DateCreated=token.date_created,
        DateLastUsed=token.date_last_used,
        ExpiresTime=token.expires_time,
        Scopes=token.scopes,
    )
