"""Impersonation roles: how a program gets access to mailboxes of other people, and its tokens."""

from __future__ import annotations

from datetime import datetime

from attrs import define, field, frozen


@frozen(kw_only=True)
class ImpersonationRule:
    """A rule of a role. Without conditions it matches everybody.

    Args:
        id: Its id, unique in the role and chosen by the caller.
        effect: ALLOW or DENY.
        name: Its name.
        description: Its description.
        target_users: The ids of the users it matches.
        not_target_users: The ids of the users it does not match.
    """

    id: str
    effect: str
    name: str | None = None
    description: str | None = None
    target_users: tuple[str, ...] = ()
    not_target_users: tuple[str, ...] = ()

    def matches(self, user_id: str) -> bool:
        """Return whether the rule applies to a user."""
        return (
            not self.target_users or user_id in self.target_users
        ) and user_id not in self.not_target_users


@frozen(kw_only=True)
class ImpersonationRole:
    """A role that a program can assume.

    Args:
        id: Its id.
        name: Its name.
        type: FULL_ACCESS or READ_ONLY.
        description: Its description.
        rules: Whose mailboxes it gives access to.
        position: Its position in lists.
        date_created: When it was created.
        date_modified: When it was last changed.
    """

    id: str
    name: str
    type: str
    description: str | None
    rules: tuple[ImpersonationRule, ...]
    position: int
    date_created: datetime
    date_modified: datetime


@frozen
class ImpersonationSession:
    """What a token gives access to.

    Args:
        role_id: The id of the role.
        expires: When the token expires.
    """

    role_id: str
    expires: datetime


@define(eq=False)
class ImpersonationRoles:
    """The roles of an organization.

    Args:
        by_id: The roles by id, oldest first.
        sessions: The role and the expiry of each token.
    """

    by_id: dict[str, ImpersonationRole] = field(factory=dict)
    sessions: dict[str, ImpersonationSession] = field(factory=dict, repr=False)
