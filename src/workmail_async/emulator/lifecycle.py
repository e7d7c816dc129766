"""How long things take in the emulator that take time in WorkMail.

Organizations, domain verification and exports do not finish at once. A test chooses for each of
them: immediately, after a number of calls that look at it, or after some emulated time.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

from attrs import define, field, frozen


class Pace(Protocol):
    """How fast something makes progress."""

    def fraction(self, *, elapsed: timedelta, looks: int) -> float:
        """Return how much is done, 0 to 1.

        Args:
            elapsed: Emulated time since the start.
            looks: How many calls have looked at it so far.
        """
        ...

    def finished_at(self, started: datetime) -> datetime | None:
        """Return when it finishes, or None if that is not known in advance."""
        ...


@frozen
class Immediately:
    """Done at the first look."""

    def fraction(self, *, elapsed: timedelta, looks: int) -> float:
        """Return 1."""
        return 1.0

    def finished_at(self, started: datetime) -> datetime | None:
        """Return the start."""
        return started


@frozen
class AfterCalls:
    """Unfinished for a number of calls; the next call finds it finished.

    Args:
        calls: How many calls find it unfinished.
    """

    calls: int

    def fraction(self, *, elapsed: timedelta, looks: int) -> float:
        """Return the share of the calls made so far."""
        return 1.0 if looks >= self.calls else looks / self.calls

    def finished_at(self, started: datetime) -> datetime | None:
        """Return None: nobody knows when the calls will come."""
        return None


def _timedelta(value: timedelta | float) -> timedelta:
    return value if isinstance(value, timedelta) else timedelta(seconds=value)


@frozen
class AfterTime:
    """Done after some time on the emulator's clock.

    Args:
        duration: A timedelta, or a number of seconds.
    """

    duration: timedelta = field(converter=_timedelta)

    def fraction(self, *, elapsed: timedelta, looks: int) -> float:
        """Return the share of the time that has passed."""
        return 1.0 if elapsed >= self.duration else elapsed / self.duration

    def finished_at(self, started: datetime) -> datetime | None:
        """Return the start plus the duration."""
        return started + self.duration


@define
class Progress:
    """Something in progress: when it started and how often it was looked at.

    Args:
        pace: How fast it makes progress.
        started: When it started.
        looks: How many calls have looked at it.
    """

    pace: Pace
    started: datetime
    looks: int = 0

    def fraction(self, now: datetime) -> float:
        """Return how much is done at `now`, 0 to 1. This does not count as a look."""
        return self.pace.fraction(elapsed=now - self.started, looks=self.looks)

    def look(self, now: datetime) -> float:
        """Return how much is done at `now`, 0 to 1, and count the look."""
        fraction = self.fraction(now)
        self.looks += 1
        return fraction


@define(kw_only=True)
class Lifecycle:
    """How long things take.

    Args:
        organization_creation: From Requested through Creating to Active.
        organization_deletion: From Deleting to Deleted.
        domain_verification: From PENDING to VERIFIED, for domains that RegisterMailDomain added.
        entity_state: Until the state of a user, group or resource shows that it was registered,
            deregistered or deleted. Other operations act on the state shown.
        mailbox_export: From RUNNING to COMPLETED or FAILED.
        cancel_until: The progress in percent at which it is too late to cancel an export.
    """

    organization_creation: Pace = Immediately()
    organization_deletion: Pace = Immediately()
    domain_verification: Pace = Immediately()
    entity_state: Pace = Immediately()
    mailbox_export: Pace = AfterCalls(2)
    cancel_until: int = 95
