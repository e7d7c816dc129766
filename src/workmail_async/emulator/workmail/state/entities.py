"""What users, groups and resources have in common, and the directory that finds them."""

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

# Names that a directory or WorkMail itself uses. AWS publishes no list of them.
RESERVED_NAMES = frozenset({"administrator", "guest", "krbtgt", "postmaster"})


@define
class Change:
    """A change of state that shows after some time.

    Args:
        before: The state shown until then.
        progress: The progress of the change.
        clock: The emulated time.
    """

    before: str
    progress: Progress
    clock: Clock

    @property
    def shows(self) -> bool:
        """Whether the new state shows."""
        return self.progress.fraction(self.clock.now()) >= 1


@define(kw_only=True, eq=False)
class Entity:
    """A user, a group or a resource.

    Args:
        id: Its id.
        name: Its name, unique in the organization.
        position: Its position in lists: entities are numbered as they are created.
        hidden: Whether the address book hides it.
        final_state: ENABLED, DISABLED or DELETED, whether or not it shows yet.
        change: The change to that state, if any.
        email: Its primary address, while it is enabled.
        aliases: Its other addresses in the order in which they were added, each with its position.
        aliases_added: How many aliases it has ever had.
        enabled_date: When it was last registered to WorkMail.
        disabled_date: When it was last deregistered.
        groups: The ids of the groups it is a member of, in the order in which it joined them.
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
        """The state that shows: ENABLED, DISABLED or DELETED."""
        if self.change is None or self.change.shows:
            return self.final_state
        return self.change.before

    def become(self, state: str, progress: Progress, clock: Clock) -> None:
        """Start to change to a state."""
        self.change = Change(self.state, progress, clock)
        self.final_state = state

    def look(self) -> str:
        """Return the state that shows, and count the look."""
        state = self.state
        if self.change is not None:
            self.change.progress.looks += 1
        return state

    def require(self, *states: str) -> None:
        """Refuse an entity that is in none of these states.

        Raises:
            EntityStateException: It is in none of them.
        """
        going = self.final_state == DELETED and DELETED not in states
        if self.state not in states or going:
            raise EntityStateException(
                f"{self.name} is {self.state}; it must be {' or '.join(states)}"
            )

    def drop(self, entity_id: str) -> None:
        """Remove references to an entity that is being deleted."""
        self.groups.pop(entity_id, None)


EntityT = TypeVar("EntityT", bound=Entity)


class Directory:
    """The entities of one organization. Finding one takes constant time."""

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
        """Return the position of the next new entity."""
        self._created += 1
        return self._created

    def of(self, kind: type[EntityT]) -> list[EntityT]:
        """Return all entities of a kind, including deleted ones, oldest first."""
        return self._by_kind.get(kind, [])  # type: ignore[return-value]  # keyed by their type

    def count(self, kind: type[Entity]) -> int:
        """Return the number of entities of a kind, not counting deleted ones."""
        return len(self._by_kind.get(kind, ())) - self._deleted.get(kind, 0)

    def add(self, entity: Entity) -> None:
        """Add a new entity. The caller has checked its name."""
        self._by_id[entity.id] = entity
        self._by_name[entity.name.casefold()] = entity
        self._by_kind.setdefault(type(entity), []).append(entity)

    def check_name(self, name: str) -> None:
        """Refuse a name that a new entity cannot have.

        Raises:
            NameAvailabilityException: Another entity has it.
            ReservedNameException: It is reserved.
        """
        if name.casefold() in RESERVED_NAMES:
            raise ReservedNameException(f"the name {name} is reserved")
        if name.casefold() in self._by_name:
            raise NameAvailabilityException(f"the name {name} is in use")

    def rename(self, entity: Entity, name: str) -> None:
        """Rename an entity. The caller has checked the name."""
        del self._by_name[entity.name.casefold()]
        entity.name = name
        self._by_name[name.casefold()] = entity

    def delete(self, entity: Entity) -> None:
        """Free the name and addresses of an entity that is deleted. It stays in lists."""
        self.release_addresses(entity)
        del self._by_name[entity.name.casefold()]
        self._deleted[type(entity)] = self._deleted.get(type(entity), 0) + 1

    def find(
        self, identifier: str, *kinds: type[EntityT], by_email: bool = True, by_name: bool = True
    ) -> EntityT:
        """Return the entity with an id, a name or an address.

        Args:
            identifier: An id, a name or an address.
            kinds: The kinds of entities to accept.
            by_email: Whether to accept an address.
            by_name: Whether to accept a name.

        Raises:
            EntityNotFoundException: There is no such entity of these kinds.
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
        """Return the entity that has an address, if any."""
        return self._by_email.get(email.casefold())

    def has_addresses_at(self, domain: str) -> bool:
        """Return whether any entity has an address in a domain."""
        ending = "@" + domain.casefold()
        return any(email.endswith(ending) for email in self._by_email)

    def check_address(self, email: str, entity: Entity) -> None:
        """Refuse an address of an entity other than `entity`.

        Raises:
            EmailAddressInUseException: Another entity has it.
        """
        holder = self.holder(email)
        if holder is not None and holder is not entity:
            raise EmailAddressInUseException(f"{email} belongs to {holder.name}")

    def set_primary(self, entity: Entity, email: str) -> None:
        """Set the primary address of an entity. The caller has checked the address."""
        entity.email = email
        self._by_email[email.casefold()] = entity

    def replace_primary(self, entity: Entity, email: str) -> None:
        """Set the primary address, which was checked, and keep the previous one as an alias."""
        before = entity.email
        if before is not None and before.casefold() == email.casefold():
            return
        self.remove_alias(entity, email)
        self.set_primary(entity, email)
        if before is not None:
            self.add_alias(entity, before)

    def add_alias(self, entity: Entity, email: str) -> None:
        """Add an alias to an entity. The caller has checked the address."""
        entity.aliases_added += 1
        entity.aliases[email] = entity.aliases_added
        self._by_email[email.casefold()] = entity

    def remove_alias(self, entity: Entity, email: str) -> None:
        """Remove an alias from an entity, if it has it."""
        for alias in entity.aliases:
            if alias.casefold() == email.casefold():
                del entity.aliases[alias]
                del self._by_email[alias.casefold()]
                return

    def release_addresses(self, entity: Entity) -> None:
        """Free all addresses of an entity."""
        for email in (entity.email, *entity.aliases):
            if email is not None:
                self._by_email.pop(email.casefold(), None)
        entity.email = None
        entity.aliases = {}
