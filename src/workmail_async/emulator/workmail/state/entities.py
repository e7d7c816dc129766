"""What users, groups and resources have in common, and finding them by id, name or address."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TypeVar

from attrs import define, field

from workmail_async.emulator.clock import Clock
from workmail_async.emulator.lifecycle import Progress
from workmail_async.emulator.workmail.exceptions import (
    EmailAddressInUseException,
    EntityNotFoundException,
    EntityStateException,
    NameAvailabilityException,
    ReservedNameException,
)

ENABLED = "ENABLED"
DISABLED = "DISABLED"
DELETED = "DELETED"

# Names a directory or WorkMail itself uses. AWS publishes no list.
RESERVED_NAMES = frozenset({"administrator", "guest", "krbtgt", "postmaster"})


@define
class Change:
    """A change of state that shows after a while.

    Args:
        before: The state that is seen until then.
        progress: How far it has come.
        clock: The emulated time.
    """

    before: str
    progress: Progress
    clock: Clock

    @property
    def shows(self) -> bool:
        """Whether it has come so far."""
        return self.progress.fraction(self.clock.now()) >= 1


@define(kw_only=True, eq=False)
class Entity:
    """A user, a group or a resource.

    Args:
        id: Its identifier.
        name: Its name, unique in the organization.
        position: Its place in lists, counted up as entities are created.
        hidden: Whether the address book leaves it out.
        final_state: ENABLED, DISABLED or DELETED, be it seen already or not.
        change: The change to that state, if there was one.
        email: Its primary address, while it is enabled.
        aliases: Its other addresses in the order they were added, each with its place in lists.
        aliases_added: How many aliases it was ever given.
        enabled_date: When it was last registered to WorkMail.
        disabled_date: When it was last deregistered.
        groups: Identifiers of the groups it is a member of, in the order it joined them.
    """

    id: str
    name: str
    position: int
    hidden: bool = False
    final_state: str = DISABLED
    change: Change | None = None
    email: str | None = None
    aliases: dict[str, int] = field(factory=dict)
    aliases_added: int = 0
    enabled_date: datetime | None = None
    disabled_date: datetime | None = None
    groups: dict[str, None] = field(factory=dict)

    @property
    def state(self) -> str:
        """The state that is seen: ENABLED, DISABLED or DELETED."""
        if self.change is None or self.change.shows:
            return self.final_state
        return self.change.before

    def become(self, state: str, progress: Progress, clock: Clock) -> None:
        """Begin to change to a state."""
        self.change = Change(self.state, progress, clock)
        self.final_state = state

    def look(self) -> str:
        """Return the state that is seen, and count that someone looked."""
        state = self.state
        if self.change is not None:
            self.change.progress.looks += 1
        return state

    def require(self, *states: str) -> None:
        """Refuse unless the entity is in one of these states.

        Raises:
            EntityStateException: It is not.
        """
        going = self.final_state == DELETED and DELETED not in states
        if self.state not in states or going:
            raise EntityStateException(
                f"{self.name} is {self.state}; this needs {' or '.join(states)}"
            )

    def drop(self, entity_id: str) -> None:
        """Forget an entity that is being deleted."""
        self.groups.pop(entity_id, None)


EntityT = TypeVar("EntityT", bound=Entity)


class Directory:
    """The entities of one organization, each found in constant time."""

    def __init__(self) -> None:
        self._by_id: dict[str, Entity] = {}
        self._by_name: dict[str, Entity] = {}
        self._by_email: dict[str, Entity] = {}
        self._by_kind: dict[type[Entity], list[Entity]] = {}
        self._created = 0
        self._deleted: dict[type[Entity], int] = {}

    def __iter__(self) -> Iterator[Entity]:
        return iter(self._by_id.values())

    def next_position(self) -> int:
        """Return the place in lists for the next new entity."""
        self._created += 1
        return self._created

    def of(self, kind: type[EntityT]) -> list[EntityT]:
        """Return all entities of a kind, deleted ones too, oldest first."""
        return self._by_kind.get(kind, [])  # type: ignore[return-value]  # keyed by their type

    def count(self, kind: type[Entity]) -> int:
        """Return how many entities of a kind there are, deleted ones left out."""
        return len(self._by_kind.get(kind, ())) - self._deleted.get(kind, 0)

    def add(self, entity: Entity) -> None:
        """Take in a new entity; its name has been checked."""
        self._by_id[entity.id] = entity
        self._by_name[entity.name.casefold()] = entity
        self._by_kind.setdefault(type(entity), []).append(entity)

    def check_name(self, name: str) -> None:
        """Refuse a name that cannot be given to a new entity.

        Raises:
            NameAvailabilityException: Another entity has it.
            ReservedNameException: It is kept for the system.
        """
        if name.casefold() in RESERVED_NAMES:
            raise ReservedNameException(f"the name {name} is reserved")
        if name.casefold() in self._by_name:
            raise NameAvailabilityException(f"the name {name} is taken")

    def rename(self, entity: Entity, name: str) -> None:
        """Give an entity another name, which has been checked."""
        del self._by_name[entity.name.casefold()]
        entity.name = name
        self._by_name[name.casefold()] = entity

    def delete(self, entity: Entity) -> None:
        """Take name and addresses from an entity that is deleted; it stays in lists."""
        self.release_addresses(entity)
        del self._by_name[entity.name.casefold()]
        self._deleted[type(entity)] = self._deleted.get(type(entity), 0) + 1

    def find(
        self, identifier: str, *kinds: type[EntityT], by_email: bool = True, by_name: bool = True
    ) -> EntityT:
        """Return the entity that an identifier means.

        Args:
            identifier: An id, a name or an address.
            kinds: What may be found.
            by_email: Whether an address is accepted.
            by_name: Whether a name is accepted.

        Raises:
            EntityNotFoundException: There is none, or none of these kinds.
        """
        found = self._by_id.get(identifier)
        if found is None and by_email:
            found = self._by_email.get(identifier.casefold())
        if found is None and by_name:
            found = self._by_name.get(identifier.casefold())
        if isinstance(found, kinds):
            return found
        wanted = " or ".join(kind.__name__.lower() for kind in kinds)
        raise EntityNotFoundException(f"there is no {wanted} {identifier}")

    def holder(self, email: str) -> Entity | None:
        """Return whose address this is, if anyone's."""
        return self._by_email.get(email.casefold())

    def has_addresses_at(self, domain: str) -> bool:
        """Return whether any entity has an address on a domain."""
        ending = "@" + domain.casefold()
        return any(email.endswith(ending) for email in self._by_email)

    def check_address(self, email: str, entity: Entity) -> None:
        """Refuse an address that belongs to someone other than `entity`.

        Raises:
            EmailAddressInUseException: It does.
        """
        holder = self.holder(email)
        if holder is not None and holder is not entity:
            raise EmailAddressInUseException(f"{email} belongs to {holder.name}")

    def set_primary(self, entity: Entity, email: str) -> None:
        """Make an address the entity's primary one; the address has been checked."""
        entity.email = email
        self._by_email[email.casefold()] = entity

    def replace_primary(self, entity: Entity, email: str) -> None:
        """Make a checked address the primary one and keep the one before as an alias."""
        before = entity.email
        if before is not None and before.casefold() == email.casefold():
            return
        self.remove_alias(entity, email)
        self.set_primary(entity, email)
        if before is not None:
            self.add_alias(entity, before)

    def add_alias(self, entity: Entity, email: str) -> None:
        """Give an entity another address, which has been checked."""
        entity.aliases_added += 1
        entity.aliases[email] = entity.aliases_added
        self._by_email[email.casefold()] = entity

    def remove_alias(self, entity: Entity, email: str) -> None:
        """Take one of its aliases from an entity; nothing happens when it has no such alias."""
        for alias in entity.aliases:
            if alias.casefold() == email.casefold():
                del entity.aliases[alias]
                del self._by_email[alias.casefold()]
                return

    def release_addresses(self, entity: Entity) -> None:
        """Take all addresses from an entity."""
        for email in (entity.email, *entity.aliases):
            if email is not None:
                self._by_email.pop(email.casefold(), None)
        entity.email = None
        entity.aliases = {}
