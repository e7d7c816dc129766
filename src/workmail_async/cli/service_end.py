"""When Amazon WorkMail ends, and how long that is from now."""

from __future__ import annotations

from datetime import date, datetime, timezone

#: The last day of the service, and of its API.
LAST_DAY = date(2027, 3, 31)


def today() -> date:
    """Return the date in UTC."""
    return datetime.now(timezone.utc).date()


def days_left(day: date) -> int:
    """Return how many days of the service are left; 0 on the last day, negative after it.

    Args:
        day: The day to count from.
    """
    return (LAST_DAY - day).days


def countdown(day: date) -> str:
    """Return in a sentence how long Amazon WorkMail still runs.

    Args:
        day: The day to count from.
    """
    left = days_left(day)
    if left < 0:
        return (
            f"Amazon WorkMail ended on {LAST_DAY}. Mailboxes can no longer be exported; archives "
            "that are in your bucket can still be downloaded."
        )
    if left == 0:
        return f"Amazon WorkMail ends today, {LAST_DAY}."
    return (
        f"{left:,} {'day' if left == 1 else 'days'} left until Amazon WorkMail ends on {LAST_DAY}."
    )
