"""How fast things that take time in WorkMail take place in the emulator.

Organizations, domain verification and exports do not finish at once. A tester chooses for each
whether it does so immediately, after it has been looked at a number of times, or after a stretch
of emulated time.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

from attrs import define, field, frozen


class Pace(Protocol):
    """How far something has come."""

    def fraction(self, *, elapsed: timedelta, looks: int) -> float:
        """Return the part that is done, 0 to 1.

        Args:
            elapsed: Emulated time since the beginning.
            looks: How often it has been looked at before now.
        """
        ...

    def finished_at(self, started: datetime) -> datetime | None:
        """Return the time at which it finishes, when that is known beforehand."""
        ...


@frozen
class Immediately:
    """Done as soon as anyone looks."""

    def fraction(self, *, elapsed: timedelta, looks: int) -> float:
        """Return 1."""
        return 1.0

    def finished_at(self, started: datetime) -> datetime | None:
        """Return the start."""
        return started


@frozen
class AfterCalls:
    """Seen unfinished by a number of calls; the call after those sees it finished.

    Args:
        calls: How many calls see it unfinished.
    """

    calls: int

    def fraction(self, *, elapsed: timedelta, looks: int) -> float:
        """Return the part of the calls that have been made."""
        return 1.0 if looks >= self.calls else looks / self.calls

    def finished_at(self, started: datetime) -> datetime | None:
        """Return nothing: calls come when they come."""
        return None


def _timedelta(value: timedelta | float) -> timedelta:
    return value if isinstance(value, timedelta) else timedelta(seconds=value)


@frozen
class AfterTime:
    """Done when the emulator's clock has moved on far enough.

    Args:
        duration: A timedelta, or a number of seconds.
    """

    duration: timedelta = field(converter=_timedelta)

    def fraction(self, *, elapsed: timedelta, looks: int) -> float:
        """Return the part of the time that has passed."""
        return 1.0 if elapsed >= self.duration else elapsed / self.duration

    def finished_at(self, started: datetime) -> datetime | None:
        """Return the start plus the duration."""
        return started + self.duration


@define
class Progress:
    """Something under way: when it began and how often it was looked at.

    Args:
        pace: How fast it goes.
        started: When it began.
        looks: How often it has been looked at.
    """

    pace: Pace
    started: datetime
    looks: int = 0

    def fraction(self, now: datetime) -> float:
        """Return the part that is done at `now`, 0 to 1, without counting as a look."""
        return self.pace.fraction(elapsed=now - self.started, looks=self.looks)

    def look(self, now: datetime) -> float:
        """Return the part that is done at `now`, 0 to 1, and count the look."""
        fraction = self.fraction(now)
        self.looks += 1
        return fraction


@define(kw_only=True)
class Lifecycle:
    """The pace of everything that takes time.

    Args:
        organization_creation: From Requested over Creating to Active.
        organization_deletion: From Deleting to Deleted.
        domain_verification: From PENDING to VERIFIED, for domains added by RegisterMailDomain.
        entity_state: From when a user, group or resource has been registered, deregistered or
            deleted until that shows in its state, which other operations go by.
        mailbox_export: From RUNNING to COMPLETED or FAILED.
        cancel_until: The progress in percent from which a cancelled export completes all the same.
    """

    organization_creation: Pace = Immediately()
    organization_deletion: Pace = Immediately()
    domain_verification: Pace = Immediately()
    entity_state: Pace = Immediately()
    mailbox_export: Pace = AfterCalls(2)
    cancel_until: int = 95
