"""The emulator's time, which a tester can stop and move."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta, timezone

# Beyond these, spans of time before or after a moment could not be told.
_FIRST = datetime(1970, 1, 1, tzinfo=timezone.utc)
_LAST = datetime(9000, 1, 1, tzinfo=timezone.utc)


class Clock:
    """Time as the emulated WorkMail sees it.

    It runs with the system's clock until it is moved or stopped. moto's own services keep the
    system's time.

    Args:
        start: Where the clock begins, an aware datetime; now, when left out.
        frozen: Whether the clock stands still until it is moved.
    """

    def __init__(self, start: datetime | None = None, *, frozen: bool = False) -> None:
        self._lock = threading.Lock()
        self._start = start
        self._frozen = frozen
        self._offset = timedelta(0)
        self._frozen_at: datetime | None = None
        self.reset()

    def reset(self) -> None:
        """Put the clock back to how it was made."""
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
            ValueError: It is less than 0, or leads beyond the year 9000.
        """
        try:
            step = by if isinstance(by, timedelta) else timedelta(seconds=by)
            if step < timedelta(0):
                raise ValueError(f"the emulator's clock only moves forward, not by {step}")
            with self._lock:
                return self._move(self._now() + step)
        except OverflowError:
            raise ValueError(f"the emulator's clock ends in {_LAST:%Y}, not {by} later") from None

    def set(self, moment: datetime) -> None:
        """Set the clock, forward or back.

        Args:
            moment: An aware datetime.

        Raises:
            ValueError: It is not aware, or not between the years 1970 and 9000.
        """
        with self._lock:
            self._move(moment)

    def freeze(self) -> None:
        """Stop the clock; `advance` and `set` still move it."""
        with self._lock:
            self._frozen_at = self._now()

    @property
    def frozen(self) -> bool:
        """Whether it stands still."""
        with self._lock:
            return self._frozen_at is not None

    def resume(self) -> None:
        """Let a stopped clock run on from where it stands."""
        with self._lock:
            if self._frozen_at is not None:
                self._offset = self._frozen_at - _system_now()
                self._frozen_at = None

    def _move(self, moment: datetime) -> datetime:
        if moment.tzinfo is None:
            raise ValueError("the emulator's clock takes aware datetimes only")
        if not _FIRST <= moment <= _LAST:
            raise ValueError(
                f"the emulator's clock goes from {_FIRST:%Y} to {_LAST:%Y}, not to {moment}"
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
