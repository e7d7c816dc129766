"""Access control rules: who may reach mailboxes, from where and by which protocol."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from ipaddress import IPv4Address, IPv4Network

from attrs import frozen

from .rules import ALLOW, EPOCH


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


def _within(address: IPv4Address, ranges: Sequence[str]) -> bool:
    # The model lets bits be set beyond the prefix; they do not count.
    return any(address in IPv4Network(each, strict=False) for each in ranges)
