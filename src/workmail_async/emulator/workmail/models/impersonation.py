"""Impersonation roles: creating, changing, assuming and evaluating them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from attrs import evolve

from workmail_async.emulator.workmail.exceptions import (
    InvalidParameterException,
    LimitExceededException,
    ResourceNotFoundException,
)
from workmail_async.emulator.workmail.state.entities import DISABLED, ENABLED
from workmail_async.emulator.workmail.state.impersonation import (
    ImpersonationRole,
    ImpersonationRule,
    ImpersonationSession,
)
from workmail_async.emulator.workmail.state.organizations import Organization
from workmail_async.emulator.workmail.state.rules import Verdict, judge
from workmail_async.emulator.workmail.state.users import User

TOKEN_LIFETIME = timedelta(minutes=15)


def create_impersonation_role(
    organization: Organization,
    *,
    name: str,
    type: str,
    rules: list[dict[str, Any]],
    description: str | None = None,
    client_token: str | None = None,
) -> ImpersonationRole:
    """Create a role. Names need not be unique, because no operation takes one."""

    def create() -> ImpersonationRole:
        checked = _checked(organization, rules)
        roles = organization.settings.impersonation.by_id
        if len(roles) >= organization.world.quotas.impersonation_roles:
            raise LimitExceededException(f"there are already {len(roles)} impersonation roles")
        role = ImpersonationRole(
            id=organization.world.uuid(),
            name=name,
            type=type,
            description=description,
            rules=checked,
            position=organization.settings.next_position(),
            date_created=organization.now,
            date_modified=organization.now,
        )
        roles[role.id] = role
        return role

    request = {"name": name, "type": type, "rules": rules, "description": description}
    role: ImpersonationRole = organization.tokens.once(
        "CreateImpersonationRole", client_token, request, create
    )
    return role


def get_impersonation_role(
    organization: Organization, *, impersonation_role_id: str
) -> ImpersonationRole:
    """Return a role.

    Raises:
        ResourceNotFoundException: There is no role with this id.
    """
    role = organization.settings.impersonation.by_id.get(impersonation_role_id)
    if role is None:
        raise ResourceNotFoundException(f"there is no impersonation role {impersonation_role_id}")
    return role


def update_impersonation_role(
    organization: Organization,
    *,
    impersonation_role_id: str,
    name: str,
    type: str,
    rules: list[dict[str, Any]],
    description: str | None = None,
) -> None:
    """Replace a role. A description that is left out is removed."""
    role = get_impersonation_role(organization, impersonation_role_id=impersonation_role_id)
    organization.settings.impersonation.by_id[role.id] = evolve(
        role,
        name=name,
        type=type,
        rules=_checked(organization, rules),
        description=description,
        date_modified=organization.now,
    )


def delete_impersonation_role(organization: Organization, *, impersonation_role_id: str) -> None:
    """Remove a role and its tokens, if it exists: the operation documents no error for that."""
    impersonation = organization.settings.impersonation
    impersonation.by_id.pop(impersonation_role_id, None)
    for token, session in list(impersonation.sessions.items()):
        if session.role_id == impersonation_role_id:
            del impersonation.sessions[token]


def list_impersonation_roles(organization: Organization) -> list[ImpersonationRole]:
    """Return the roles, oldest first."""
    return list(organization.settings.impersonation.by_id.values())


def assume_impersonation_role(organization: Organization, *, impersonation_role_id: str) -> str:
    """Return a new token for a role; it expires after 15 minutes."""
    role = get_impersonation_role(organization, impersonation_role_id=impersonation_role_id)
    sessions = organization.settings.impersonation.sessions
    for token, session in list(sessions.items()):
        if session.expires <= organization.now:
            del sessions[token]
    token = organization.world.hex(64)
    sessions[token] = ImpersonationSession(role.id, organization.now + TOKEN_LIFETIME)
    return token


def assumed_role(organization: Organization, token: str) -> ImpersonationRole | None:
    """Return the role of a token, or None if the token is expired or unknown.

    The API does not give access to mailboxes, so no operation needs this, but a test may.
    """
    impersonation = organization.settings.impersonation
    session = impersonation.sessions.get(token)
    if session is None or session.expires <= organization.now:
        return None
    return impersonation.by_id[session.role_id]


def get_impersonation_role_effect(
    organization: Organization, *, impersonation_role_id: str, target_user: str
) -> tuple[ImpersonationRole, Verdict[ImpersonationRule]]:
    """Return a role and whether it may impersonate a user."""
    role = get_impersonation_role(organization, impersonation_role_id=impersonation_role_id)
    user_id = _target(organization, target_user)
    return role, judge(rule for rule in role.rules if rule.matches(user_id))


def _checked(
    organization: Organization, rules: Sequence[dict[str, Any]]
) -> tuple[ImpersonationRule, ...]:
    checked = tuple(
        ImpersonationRule(
            id=rule["ImpersonationRuleId"],
            effect=rule["Effect"],
            name=rule.get("Name"),
            description=rule.get("Description"),
            # Any identity is accepted, but according to the reference only ids are stored.
            target_users=_targets(organization, rule.get("TargetUsers")),
            not_target_users=_targets(organization, rule.get("NotTargetUsers")),
        )
        for rule in rules
    )
    if len({rule.id for rule in checked}) < len(checked):
        raise InvalidParameterException("an ImpersonationRuleId occurs more than once")
    return checked


def _targets(organization: Organization, users: list[str] | None) -> tuple[str, ...]:
    return tuple(_target(organization, user) for user in users or ())


def _target(organization: Organization, identifier: str) -> str:
    user = organization.directory.find(identifier, User)
    user.require(ENABLED, DISABLED)
    return user.id
