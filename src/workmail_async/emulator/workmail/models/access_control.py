"""Access control rules: who may reach mailboxes, from where and by which protocol."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from ipaddress import IPv4Address, IPv4Network
from typing import TYPE_CHECKING

from attrs import frozen

from workmail_async.emulator.workmail.exceptions import (
    EntityNotFoundException,
    InvalidParameterException,
    LimitExceededException,
)

from .entities import DELETED
from .impersonation import get_impersonation_role
from .rules import ALLOW, EPOCH, Verdict, judge
from .users import User

if TYPE_CHECKING:
    from .organizations import Organization

# The reference names them in its prose; in the model any letters will do.
ACTIONS = frozenset(
    {"ActiveSync", "AutoDiscover", "EWS", "IMAP", "SMTP", "WindowsOutlook", "WebMail"}
)
_IMPERSONATION_ACTION = "EWS"


@frozen(kw_only=True)
class AccessControlRule:
    """A rule; an empty condition holds for every request.

    Args:
        name: Its name, unique in the organization.
        effect: ALLOW or DENY.
        description: What it is for.
        date_created: When a rule of this name was first put.
        date_modified: When it was last put.
        ip_ranges: Where requests come from, in CIDR notation.
        not_ip_ranges: Where they do not come from.
        actions: Their protocols.
        not_actions: What their protocols are not.
        user_ids: The users who make them.
        not_user_ids: The users who do not.
        impersonation_role_ids: The impersonation roles that make them.
        not_impersonation_role_ids: The impersonation roles that do not.
    """

    name: str
    effect: str
    description: str
    date_created: datetime
    date_modified: datetime
    ip_ranges: Sequence[str] = ()
    not_ip_ranges: Sequence[str] = ()
    actions: Sequence[str] = ()
    not_actions: Sequence[str] = ()
    user_ids: Sequence[str] = ()
    not_user_ids: Sequence[str] = ()
    impersonation_role_ids: Sequence[str] = ()
    not_impersonation_role_ids: Sequence[str] = ()

    def matches(
        self, address: IPv4Address, action: str, user_id: str | None, role_id: str | None
    ) -> bool:
        """Return whether every condition holds for a request."""
        return (
            (not self.ip_ranges or _within(address, self.ip_ranges))
            and not _within(address, self.not_ip_ranges)
            and (not self.actions or action in self.actions)
            and action not in self.not_actions
            and self._concerns(user_id, role_id)
        )

    def _concerns(self, user_id: str | None, role_id: str | None) -> bool:
        # A request comes from a user or from a role, so the two lists are read as one: were they
        # two conditions, a rule that has both could match nothing. The reference does not say.
        if user_id in self.not_user_ids or role_id in self.not_impersonation_role_ids:
            return False
        if not self.user_ids and not self.impersonation_role_ids:
            return True
        return user_id in self.user_ids or role_id in self.impersonation_role_ids


def first_rules() -> dict[str, AccessControlRule]:
    """Return the rules of a new organization: one that lets everyone in.

    Its name and dates are those that the AWS command line's own example shows.
    """
    everyone = AccessControlRule(
        name="default",
        effect=ALLOW,
        description="Default WorkMail Rule",
        date_created=EPOCH,
        date_modified=EPOCH,
    )
    return {everyone.name: everyone}


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
    """Add a rule, or replace the one of the same name."""
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
        raise LimitExceededException(f"there are {len(rules)} access control rules already")
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
    """Remove a rule; nothing happens when there is no such rule."""
    organization.settings.access_control_rules.pop(name, None)


def list_access_control_rules(organization: Organization) -> list[AccessControlRule]:
    """Return the rules in the order in which their names were first put."""
    return list(organization.settings.access_control_rules.values())


def get_access_control_effect(
    organization: Organization,
    *,
    ip_address: str,
    action: str,
    user_id: str | None = None,
    impersonation_role_id: str | None = None,
) -> Verdict[AccessControlRule]:
    """Return what the rules come to for a user or an impersonation role."""
    _check_action(action)
    if (user_id is None) == (impersonation_role_id is None):
        raise InvalidParameterException("give either a UserId or an ImpersonationRoleId")
    if user_id is not None:
        _check_user(organization, user_id)
    if impersonation_role_id is not None:
        if action != _IMPERSONATION_ACTION:
            raise InvalidParameterException(
                f"impersonation roles only use {_IMPERSONATION_ACTION}, not {action}"
            )
        get_impersonation_role(organization, impersonation_role_id=impersonation_role_id)
    address = IPv4Address(ip_address)
    return judge(
        rule
        for rule in organization.settings.access_control_rules.values()
        if rule.matches(address, action, user_id, impersonation_role_id)
    )


def _within(address: IPv4Address, ranges: Sequence[str]) -> bool:
    # The model lets bits be set beyond the prefix; they do not count.
    return any(address in IPv4Network(each, strict=False) for each in ranges)


def _check_action(action: str) -> None:
    if action not in ACTIONS:
        raise InvalidParameterException(
            f"{action} is not one of the actions {', '.join(sorted(ACTIONS))}"
        )


def _check_user(organization: Organization, user_id: str) -> None:
    user = organization.directory.find(user_id, User, by_email=False, by_name=False)
    # The operations document no EntityStateException: who is deleted is not there.
    if user.state == DELETED:
        raise EntityNotFoundException(f"user {user_id} is deleted")
