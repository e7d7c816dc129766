"""Personal access tokens, with which users of IAM Identity Center set up mail programs.

Users create them in WorkMail's web application. No operation does, so here seeds and tests do.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from workmail_async.emulator.workmail.exceptions import ResourceNotFoundException
from workmail_async.emulator.workmail.state.entities import DELETED, DISABLED, ENABLED
from workmail_async.emulator.workmail.state.organizations import Organization
from workmail_async.emulator.workmail.state.personal_access_tokens import PersonalAccessToken
from workmail_async.emulator.workmail.state.users import User


def create_personal_access_token(
    organization: Organization,
    *,
    user_id: str,
    name: str,
    scopes: Sequence[str],
    lifetime: int,
    age: int,
    unused: int | None,
) -> PersonalAccessToken:
    """Create a token, as a user would.

    Args:
        organization: The organization.
        user_id: The user's id, address or name.
        name: The token's name.
        scopes: What it allows.
        lifetime: How long it is valid, in days.
        age: How long ago it was created, in days.
        unused: How long ago it was last used, in days; None for never.
    """
    created = organization.now - timedelta(days=age)
    token = PersonalAccessToken(
        id=organization.world.uuid(),
        user=organization.directory.find(user_id, User),
        name=name,
        scopes=scopes,
        position=organization.settings.next_position(),
        date_created=created,
        expires_time=created + timedelta(days=lifetime),
        date_last_used=None if unused is None else organization.now - timedelta(days=unused),
    )
    organization.settings.personal_access_tokens[token.id] = token
    return token


def find_owner(organization: Organization, user_id: str | None) -> User | None:
    """Return the user to filter by; None means all users."""
    if user_id is None:
        return None
    user = organization.directory.find(user_id, User)
    user.require(ENABLED, DISABLED)
    return user


def list_personal_access_tokens(
    organization: Organization, *, user: User | None
) -> list[PersonalAccessToken]:
    """Return the tokens of a user or of all users, except deleted ones, oldest first."""
    return [
        token
        for token in organization.settings.personal_access_tokens.values()
        if token.user.state != DELETED and (user is None or token.user is user)
    ]


def get_personal_access_token_metadata(
    organization: Organization, *, personal_access_token_id: str
) -> PersonalAccessToken:
    """Return what is known of a token."""
    token = organization.settings.personal_access_tokens.get(personal_access_token_id)
    if token is None or token.user.state == DELETED:
        raise ResourceNotFoundException(
            f"there is no personal access token {personal_access_token_id}"
        )
    return token


def delete_personal_access_token(
    organization: Organization, *, personal_access_token_id: str
) -> None:
    """Remove a token, if it exists: the operation documents no error for a missing one."""
    organization.settings.personal_access_tokens.pop(personal_access_token_id, None)
