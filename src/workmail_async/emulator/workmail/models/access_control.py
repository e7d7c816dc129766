"""Access control rules: creating, replacing and evaluating them."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import IPv4Address

from workmail_async.emulator.workmail.exceptions import (
    EntityNotFoundException,
    InvalidParameterException,
    LimitExceededException,
)
from workmail_async.emulator.workmail.state.access_control import AccessControlRule
from workmail_async.emulator.workmail.state.entities import DELETED
from workmail_async.emulator.workmail.state.organizations import Organization
from workmail_async.emulator.workmail.state.rules import Verdict, judge
from workmail_async.emulator.workmail.state.users import User

from .impersonation import get_impersonation_role

# The reference lists them in its text; the model accepts any letters.
ACTIONS = frozenset(
    {"ActiveSync", "AutoDiscover", "EWS", "IMAP", "SMTP", "WindowsOutlook", "WebMail"}
)
_IMPERSONATION_ACTION = "EWS"


def put_access_control_rule(
    organization: Organization,
    *,
    name: str,
    effect: str,
    description: str,
    actions: Sequence[str] = (),
    not_actions: Sequence[str] = (),
    user_ids: Sequence[str] = (),
    not_user_ids: Sequence[str] = (),
    impersonation_role_ids: Sequence[str] = (),
    not_impersonation_role_ids: Sequence[str] = (),
    ip_ranges: Sequence[str] = (),
    not_ip_ranges: Sequence[str] = (),
) -> None:
    """Add a rule, or replace the rule with the same name."""
    for action in (*actions, *not_actions):
        _check_action(action)
    for user_id in (*user_ids, *not_user_ids):
        _check_user(organization, user_id)
    for role_id in (*impersonation_role_ids, *not_impersonation_role_ids):
        get_impersonation_role(organization, impersonation_role_id=role_id)
    rules = organization.settings.access_control_rules
    before = rules.get(name)
    most = organization.world.quotas.access_control_rules
    if before is None and len(rules) >= most:
        raise LimitExceededException(f"there are already {len(rules)} access control rules")
    rules[name] = AccessControlRule(
        name=name,
        effect=effect,
        description=description,
        date_created=organization.now if before is None else before.date_created,
        date_modified=organization.now,
        ip_ranges=ip_ranges,
        not_ip_ranges=not_ip_ranges,
        actions=actions,
        not_actions=not_actions,
        user_ids=user_ids,
        not_user_ids=not_user_ids,
        impersonation_role_ids=impersonation_role_ids,
        not_impersonation_role_ids=not_impersonation_role_ids,
    )


def delete_access_control_rule(organization: Organization, *, name: str) -> None:
    """Remove a rule, if it exists."""
    organization.settings.access_control_rules.pop(name, None)


def list_access_control_rules(organization: Organization) -> list[AccessControlRule]:
    """Return the rules in the order in which their names were first used."""
    return list(organization.settings.access_control_rules.values())


def get_access_control_effect(
    organization: Organization,
    *,
    ip_address: str,
    action: str,
    user_id: str | None = None,
    impersonation_role_id: str | None = None,
) -> Verdict[AccessControlRule]:
    """Return the effect of the rules for a user or an impersonation role."""
    _check_action(action)
    if (user_id is None) == (impersonation_role_id is None):
        raise InvalidParameterException("give either UserId or ImpersonationRoleId")
    if user_id is not None:
        _check_user(organization, user_id)
    if impersonation_role_id is not None:
        if action != _IMPERSONATION_ACTION:
            raise InvalidParameterException(
                f"impersonation roles use {_IMPERSONATION_ACTION} only, not {action}"
            )
        get_impersonation_role(organization, impersonation_role_id=impersonation_role_id)
    address = IPv4Address(ip_address)
    return judge(
        rule
        for rule in organization.settings.access_control_rules.values()
        if rule.matches(address, action, user_id, impersonation_role_id)
    )


def _check_action(action: str) -> None:
    if action not in ACTIONS:
        raise InvalidParameterException(
            f"{action} is not one of the actions {', '.join(sorted(ACTIONS))}"
        )


def _check_user(organization: Organization, user_id: str) -> None:
    user = organization.directory.find(user_id, User, by_email=False, by_name=False)
    # The operations document no EntityStateException, so a deleted user counts as missing.
    if user.state == DELETED:
        raise EntityNotFoundException(f"user {user_id} is deleted")
