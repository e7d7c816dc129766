"""Access control rules: who may access mailboxes, from where and with which protocol."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from ipaddress import IPv4Address, IPv4Network

from attrs import frozen

from .rules import ALLOW, EPOCH


@frozen(kw_only=True)
class AccessControlRule:
    """A rule. An empty condition matches every request.

    Args:
        name: Its name, unique in the organization.
        effect: ALLOW or DENY.
        description: Its description.
        date_created: When a rule of this name was created.
        date_modified: When it was last changed.
        ip_ranges: IP ranges it matches, in CIDR notation.
        not_ip_ranges: IP ranges it does not match.
        actions: Protocols it matches.
        not_actions: Protocols it does not match.
        user_ids: Users it matches.
        not_user_ids: Users it does not match.
        impersonation_role_ids: Impersonation roles it matches.
        not_impersonation_role_ids: Impersonation roles it does not match.
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
        """Return whether every condition matches a request."""
        return (
            (not self.ip_ranges or _within(address, self.ip_ranges))
            and not _within(address, self.not_ip_ranges)
            and (not self.actions or action in self.actions)
            and action not in self.not_actions
            and self._concerns(user_id, role_id)
        )

    def _concerns(self, user_id: str | None, role_id: str | None) -> bool:
        # A request comes from a user or from a role, so the two lists count as one condition.
        # With two, a rule that has both lists could never match. The reference does not say.
        if user_id in self.not_user_ids or role_id in self.not_impersonation_role_ids:
            return False
        if not self.user_ids and not self.impersonation_role_ids:
            return True
        return user_id in self.user_ids or role_id in self.impersonation_role_ids


def first_rules() -> dict[str, AccessControlRule]:
    """Return the rules of a new organization: one that allows everything.

    Its name and dates are the ones in the example of the AWS CLI.
    """
    everyone = AccessControlRule(
        name="default",
        effect=ALLOW,
        description="Default WorkMail Rule",
        date_created=EPOCH,
        date_modified=EPOCH,
    )
    return {everyone.name: everyone}


def _within(address: IPv4Address, ranges: Sequence[str]) -> bool:
    # The model allows bits beyond the prefix; they have no effect.
    return any(address in IPv4Network(each, strict=False) for each in ranges)
