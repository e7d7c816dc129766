"""The emulator's clock, which a test can move and stop."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta, timezone

# Leaves room to add and subtract lifetimes without leaving the range of datetime.
_FIRST = datetime(1970, 1, 1, tzinfo=timezone.utc)
_LAST = datetime(9000, 1, 1, tzinfo=timezone.utc)


class Clock:
    """The time of the emulated WorkMail.

    It follows the system's clock until you move or stop it. moto's own services always use the
    system's time.

    Args:
        start: The time to start at, an aware datetime. Defaults to now.
        frozen: Whether the clock is stopped. You can still move it.
    """

    def __init__(self, start: datetime | None = None, *, frozen: bool = False) -> None:
        self._lock = threading.Lock()
        self._start = start
        self._frozen = frozen
        self._offset = timedelta(0)
        self._frozen_at: datetime | None = None
        self.reset()

    def reset(self) -> None:
        """Go back to the initial time, stopped or running as at the start."""
        with self._lock:
            self._offset = timedelta(0)
            self._frozen_at = _system_now() if self._frozen else None
            if self._start is not None:
                self._move(self._start)

    def now(self) -> datetime:
        """Return the emulated time as an aware UTC datetime."""
        with self._lock:
            return self._now()

    def advance(self, by: timedelta | float) -> datetime:
        """Move the clock forward and return the new time.

        Args:
            by: A timedelta, or a number of seconds.

        Raises:
            ValueError: `by` is negative, or the clock would pass the year 9000.
        """
        try:
            step = by if isinstance(by, timedelta) else timedelta(seconds=by)
            if step < timedelta(0):
                raise ValueError(
                    f"advance() moves the clock forward, not by {step}; use set() to move it back"
                )
            with self._lock:
                return self._move(self._now() + step)
        except OverflowError:
            raise ValueError(
                f"the emulator's clock ends in {_LAST:%Y}; it cannot advance by {by}"
            ) from None

    def set(self, moment: datetime) -> None:
        """Set the clock, forward or back.

        Args:
            moment: An aware datetime.

        Raises:
            ValueError: `moment` is naive, or not between the years 1970 and 9000.
        """
        with self._lock:
            self._move(moment)

    def freeze(self) -> None:
        """Stop the clock. `advance` and `set` still move it."""
        with self._lock:
            self._frozen_at = self._now()

    @property
    def frozen(self) -> bool:
        """Whether the clock is stopped."""
        with self._lock:
            return self._frozen_at is not None

    def resume(self) -> None:
        """Start a stopped clock again from its current time."""
        with self._lock:
            if self._frozen_at is not None:
                self._offset = self._frozen_at - _system_now()
                self._frozen_at = None

    def _move(self, moment: datetime) -> datetime:
        if moment.tzinfo is None:
            raise ValueError(
                "the emulator's clock needs an aware datetime, such as one with tzinfo=timezone.utc"
            )
        if not _FIRST <= moment <= _LAST:
            raise ValueError(
                f"the emulator's clock runs from {_FIRST:%Y} to {_LAST:%Y}, not {moment}"
            )
        moment = moment.astimezone(timezone.utc)
        if self._frozen_at is None:
            self._offset = moment - _system_now()
        else:
            self._frozen_at = moment
        return moment

    def _now(self) -> datetime:
        return self._frozen_at if self._frozen_at is not None else _system_now() + self._offset


def _system_now() -> datetime:
    return datetime.now(timezone.utc)
