"""Picks the mailboxes of an organization, and says why the others are left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from typing import Literal

from attrs import frozen

from workmail_async.enums import EntityState, UserRole
from workmail_async.exports.errors import ExportError
from workmail_async.workmail.organization import Organization

from .records import MailboxRow

EntityKind = Literal["user", "resource", "group"]


@frozen(kw_only=True)
class Entity:
    """A user, resource or group of an organization.

    Attributes:
        entity_id: Its id.
        kind: What it is.
        name: Its name.
        email: Its primary address; None while it has none.
        state: Its state, such as `ENABLED`.
    """

    entity_id: str
    kind: EntityKind
    name: str
    email: str | None
    state: str

    @property
    def label(self) -> str:
        """The address, or the name of what has none."""
        return self.email or self.name


@frozen
class Choice:
    """Whether an entity's mailbox is exported.

    Attributes:
        entity: The entity.
        skipped: Why it is left out; None when it is exported.
        lapsed: Whether it is left out for its state alone: it is deleted or disabled.
    """

    entity: Entity
    skipped: str | None
    lapsed: bool = False


async def choose_mailboxes(
    organization: Organization,
    *,
    include: Sequence[str] = (),
    exclude: Sequence[str] = (),
    disabled: bool = False,
    known: Iterable[MailboxRow] = (),
) -> list[Choice]:
    """Look at every user, resource and group of an organization.

    Args:
        organization: The organization.
        include: Patterns such as `*@sales.example.com`, matched with id, address and name, without
            regard to case; none means everybody.
        exclude: Patterns of those to leave out.
        disabled: Whether to export mailboxes of disabled users and resources too. WorkMail keeps
            them for 30 days.
        known: Who was there before: a pattern may match somebody who is gone since.

    Returns:
        A choice for each, in the order of their addresses.

    Raises:
        ExportError: A pattern matches nobody, which is a slip more often than not.
    """
    found = await _entities(organization)
    named: list[Entity | MailboxRow] = [*found, *known]
    for pattern in (*include, *exclude):
        if not any(_matches(each, (pattern,)) for each in named):
            raise ExportError(f"the pattern {pattern!r} matches no user, resource or group")
    choices = [_choice(entity, include, exclude, disabled=disabled) for entity in found]
    return sorted(choices, key=lambda choice: choice.entity.label.casefold())


async def _entities(organization: Organization) -> list[Entity]:
    found: dict[str, Entity] = {}
    async for user in organization.list_users(max_results=100):
        if user.id is not None:
            role = user.user_role or UserRole.USER
            state = str(user.state) if role in (UserRole.USER, UserRole.RESOURCE) else str(role)
            found[user.id] = Entity(
                entity_id=user.id,
                kind="resource" if role is UserRole.RESOURCE else "user",
                name=user.name or user.id,
                email=user.email,
                state=state,
            )
    async for resource in organization.list_resources(max_results=100):
        if resource.id is not None:
            found[resource.id] = Entity(
                entity_id=resource.id,
                kind="resource",
                name=resource.name or resource.id,
                email=resource.email,
                state=str(resource.state),
            )
    async for group in organization.list_groups(max_results=100):
        if group.id is not None:
            found[group.id] = Entity(
                entity_id=group.id,
                kind="group",
                name=group.name or group.id,
                email=group.email,
                state=str(group.state),
            )
    return list(found.values())


def _choice(
    entity: Entity, include: Sequence[str], exclude: Sequence[str], *, disabled: bool
) -> Choice:
    reason = _unwanted(entity, include, exclude)
    if reason is not None:
        return Choice(entity, reason)
    if entity.state == EntityState.DELETED:
        return Choice(entity, "deleted", lapsed=True)
    if entity.state == EntityState.DISABLED and not disabled:
        reason = "disabled, and disabled mailboxes were not asked for"
        return Choice(entity, reason, lapsed=True)
    return Choice(entity, None)


def _unwanted(entity: Entity, include: Sequence[str], exclude: Sequence[str]) -> str | None:
    """Return why a mailbox is left out, whatever its state; None when it is not."""
    if entity.kind == "group":
        return "a group has no mailbox"
    if entity.state == UserRole.SYSTEM_USER:
        return "a system user is WorkMail's own"
    if entity.state == UserRole.REMOTE_USER:
        return "a remote user's mailbox is not in WorkMail"
    if include and not _matches(entity, include):
        return "not included"
    return "excluded" if _matches(entity, exclude) else None


def _matches(named: Entity | MailboxRow, patterns: Iterable[str]) -> bool:
    names = [name.casefold() for name in (named.entity_id, named.name, named.email) if name]
    return any(fnmatchcase(name, pattern.casefold()) for pattern in patterns for name in names)
