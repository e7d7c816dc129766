"""Which mailboxes of an organization are exported, and why the others are not."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from attrs import field, frozen

from workmail_async.enums import EntityState, UserRole
from workmail_async.exports.errors import ExportError

from .records import MailboxRow

if TYPE_CHECKING:
    from workmail_async.workmail.organization import Organization

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


def matches(named: Entity | MailboxRow, pattern: str) -> bool:
    """Return whether a pattern names a mailbox.

    Args:
        named: The mailbox.
        pattern: An id, address or name, with `*` for anything and `?` for one character; upper and
            lower case are the same.
    """
    names = (named.entity_id, named.name, named.email or "")
    return any(fnmatchcase(name.casefold(), pattern.casefold()) for name in names if name)


def _patterns(given: Iterable[str]) -> tuple[str, ...]:
    """Return patterns as a tuple; one string would silently be taken as its letters."""
    if isinstance(given, str):
        raise ExportError(f"a selection takes a list of patterns: write [{given!r}]")
    found = tuple(given)
    for pattern in found:
        if not isinstance(pattern, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise ExportError(f"a pattern of a selection has to be a string, not {pattern!r}")
    return found


@frozen(kw_only=True)
class Selection:
    """Which mailboxes of an organization are exported; by default all that are enabled.

        Selection(include=["*@sales.example.com"], exclude=["intern*"])

    Patterns are compared with id, address and name; `*` stands for anything, `?` for one
    character, and upper and lower case are the same.

    Args:
        include: Patterns of the mailboxes to export; none means all.
        exclude: Patterns of the mailboxes to leave out.
        disabled: Whether to export mailboxes of disabled users and resources too. WorkMail keeps
            them for 30 days.

    Raises:
        ExportError: Patterns are given as one string.
    """

    #: The names of the settings that `to_settings` writes.
    SETTINGS: ClassVar[tuple[str, ...]] = ("include", "exclude", "disabled")

    include: tuple[str, ...] = field(default=(), converter=_patterns)
    exclude: tuple[str, ...] = field(default=(), converter=_patterns)
    disabled: bool = False

    @classmethod
    def from_settings(cls, settings: Mapping[str, str | None]) -> Selection:
        """Read a selection that `to_settings` wrote.

        Args:
            settings: Strings by the names in `SETTINGS`; others are ignored. What is missing or
                empty has its default.

        Raises:
            ExportError: A setting holds something else.
        """
        values: dict[str, Any] = {}
        for name in cls.SETTINGS:
            text = settings.get(name)
            if not text:
                continue
            try:
                values[name] = json.loads(text)
            except ValueError:
                values[name] = None
            if not isinstance(values[name], bool if name == "disabled" else list):
                raise ExportError(f"the setting {name} holds {text!r}, which cannot be read")
        return cls(**values)

    def to_settings(self) -> dict[str, str]:
        """Return the selection as strings, to be stored and read again with `from_settings`."""
        return {name: json.dumps(getattr(self, name)) for name in self.SETTINGS}

    @property
    def patterns(self) -> tuple[str, ...]:
        """All patterns, those to include first."""
        return (*self.include, *self.exclude)

    def matches(self, named: Entity | MailboxRow) -> bool:
        """Return whether the patterns choose a mailbox, whatever its state."""
        return self._unwanted(named) is None

    def choose(self, entity: Entity) -> Choice:
        """Decide whether the mailbox of a user, resource or group is exported."""
        reason = _without_mailbox(entity) or self._unwanted(entity)
        if reason is not None:
            return Choice(entity, reason)
        if entity.state == EntityState.DELETED:
            return Choice(entity, "deleted", lapsed=True)
        if entity.state == EntityState.DISABLED and not self.disabled:
            reason = "disabled, and disabled mailboxes were not asked for"
            return Choice(entity, reason, lapsed=True)
        return Choice(entity, None)

    def _unwanted(self, named: Entity | MailboxRow) -> str | None:
        if self.include and not any(matches(named, pattern) for pattern in self.include):
            return "not included"
        return "excluded" if any(matches(named, pattern) for pattern in self.exclude) else None


def _without_mailbox(entity: Entity) -> str | None:
    """Return why an entity has no mailbox that WorkMail exports; None when it has one."""
    if entity.kind == "group":
        return "a group has no mailbox"
    if entity.state == UserRole.SYSTEM_USER:
        return "a system user is WorkMail's own"
    if entity.state == UserRole.REMOTE_USER:
        return "a remote user's mailbox is not in WorkMail"
    return None


async def choose_mailboxes(
    organization: Organization,
    selection: Selection | None = None,
    *,
    known: Iterable[MailboxRow] = (),
) -> list[Choice]:
    """Decide for every user, resource and group whether its mailbox is exported.

    Args:
        organization: The organization.
        selection: Which mailboxes are exported; None for all that are enabled.
        known: Mailboxes that earlier runs have seen: a pattern may match one that is gone by now.

    Returns:
        A choice for each, sorted by address.

    Raises:
        ExportError: A pattern matches nobody, so it is probably misspelled.
    """
    selection = selection or Selection()
    found = await _entities(organization)
    named: list[Entity | MailboxRow] = [*found, *known]
    for pattern in selection.patterns:
        if not any(matches(each, pattern) for each in named):
            raise ExportError(f"the pattern {pattern!r} matches no user, resource or group")
    choices = [selection.choose(entity) for entity in found]
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
