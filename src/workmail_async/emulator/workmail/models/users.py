"""Users."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workmail_async.emulator.workmail.exceptions import (
    InvalidParameterException,
    InvalidPasswordException,
    LimitExceededException,
)
from workmail_async.emulator.workmail.state.entities import DISABLED, ENABLED
from workmail_async.emulator.workmail.state.organizations import Organization
from workmail_async.emulator.workmail.state.users import User

from .entities import delete_entity, list_entities, starts_with

# Attributes that UpdateUser replaces: leaving one out removes it.
REPLACED_ATTRIBUTES = (
    "first_name",
    "last_name",
    "initials",
    "telephone",
    "street",
    "job_title",
    "city",
    "company",
    "zip_code",
    "department",
    "country",
    "office",
)
_GIVEN_ROLES = ("USER", "REMOTE_USER")
_NAME_LENGTH_ELSEWHERE = 20
_WORKMAIL_DIRECTORY = "VpcDirectory"
_PASSWORD_LENGTH = 8
_PASSWORD_KINDS = 3


def create_user(
    organization: Organization,
    *,
    name: str,
    display_name: str,
    password: str | None = None,
    role: str = "USER",
    first_name: str | None = None,
    last_name: str | None = None,
    hidden_from_global_address_list: bool = False,
    identity_provider_user_id: str | None = None,
) -> User:
    """Create a user, disabled."""
    _check_role(role)
    _check_name_length(organization, name)
    organization.directory.check_name(name)
    if password is not None:
        _check_password(password)
    if organization.directory.count(User) >= organization.world.quotas.users:
        raise LimitExceededException(f"there are already {organization.world.quotas.users} users")
    given = {"first_name": first_name, "last_name": last_name}
    user = User(
        id=organization.world.uuid(),
        name=name,
        position=organization.directory.next_position(),
        display_name=display_name,
        role=role,
        hidden=hidden_from_global_address_list,
        attributes={key: value for key, value in given.items() if value is not None},
        identity_provider_user_id=identity_provider_user_id,
    )
    organization.directory.add(user)
    return user


def describe_user(organization: Organization, *, user_id: str) -> User:
    """Return a user, in any state."""
    return organization.directory.find(user_id, User)


def update_user(
    organization: Organization,
    *,
    user_id: str,
    role: str | None = None,
    display_name: str | None = None,
    hidden_from_global_address_list: bool | None = None,
    identity_provider_user_id: str | None = None,
    **attributes: str,
) -> None:
    """Replace the data of a user. Attributes that are left out are removed."""
    user = organization.directory.find(user_id, User)
    user.require(ENABLED, DISABLED)
    if role is not None:
        _check_role(role)
        user.role = role
    if display_name is not None:
        user.display_name = display_name
    if hidden_from_global_address_list is not None:
        user.hidden = hidden_from_global_address_list
    if identity_provider_user_id is not None:
        user.identity_provider_user_id = identity_provider_user_id or None
    user.attributes = {key: value for key, value in attributes.items() if value}


def delete_user(organization: Organization, *, user_id: str) -> None:
    """Delete a disabled user permanently."""
    delete_entity(organization, user_id, User)


def list_users(organization: Organization, *, filters: dict[str, Any]) -> list[User]:
    """Return the users that pass the filters, oldest first."""
    return list_entities(organization, User, filters, _FILTERS)


def reset_password(organization: Organization, *, user_id: str, password: str) -> None:
    """Check a new password. It is not stored."""
    user = organization.directory.find(user_id, User, by_email=False, by_name=False)
    user.require(ENABLED, DISABLED)
    _check_password(password)


_FILTERS: dict[str, Callable[[User, str], bool]] = {
    "UsernamePrefix": lambda user, wanted: starts_with(user.name, wanted),
    "DisplayNamePrefix": lambda user, wanted: starts_with(user.display_name, wanted),
    "PrimaryEmailPrefix": lambda user, wanted: starts_with(user.email, wanted),
    "State": lambda user, wanted: user.state == wanted,
    "IdentityProviderUserIdPrefix": lambda user, wanted: starts_with(
        user.identity_provider_user_id, wanted
    ),
}


def _check_role(role: str) -> None:
    if role not in _GIVEN_ROLES:
        raise InvalidParameterException(f"a request cannot give a user the role {role}")


def _check_name_length(organization: Organization, name: str) -> None:
    elsewhere = organization.directory_service.type != _WORKMAIL_DIRECTORY
    if elsewhere and len(name) > _NAME_LENGTH_ELSEWHERE:
        raise InvalidParameterException(
            f"the name has {len(name)} characters; this directory allows {_NAME_LENGTH_ELSEWHERE}"
        )


def _check_password(password: str) -> None:
    kinds = [
        any(character.islower() for character in password),
        any(character.isupper() for character in password),
        any(character.isdigit() for character in password),
        any(not character.isalnum() for character in password),
    ]
    if len(password) < _PASSWORD_LENGTH or sum(kinds) < _PASSWORD_KINDS:
        raise InvalidPasswordException(
            f"a password needs {_PASSWORD_LENGTH} characters, and {_PASSWORD_KINDS} of: "
            "lower case, upper case, digits, other characters"
        )
