"""The options of an organization's export."""

from __future__ import annotations

from attrs import field, frozen

from workmail_async.exports.errors import ExportError

from .selection import Selection

#: How many jobs WorkMail runs at the same time in one organization.
CONCURRENT_JOBS = 10


@frozen(kw_only=True)
class ExportOptions:
    """The options of an organization's export.

    Attributes:
        selection: Which mailboxes are exported; by default all that are enabled.
        slots: How many jobs run at the same time; jobs that others started count too.
        retries: How many more jobs are started for a mailbox whose job failed.
        retry_delay: Seconds before the first retry; each further one waits twice as long.
        downloads: How many archives are downloaded at the same time.
        min_poll: Seconds between two looks at the jobs while something changes.
        max_poll: Seconds between two looks while nothing changes.
        deadline: Seconds after which the run ends, done or not; None for no limit. Jobs keep
            running at WorkMail, and the next run takes them over.
        wait: Whether to wait for mailboxes that cannot be exported yet (WorkMail exports a mailbox
            once in 24 hours) instead of leaving them to the next run.
        patience: Seconds to keep trying while WorkMail does not answer.

    Raises:
        ExportError: A number makes no sense.
    """

    selection: Selection = field(factory=Selection)
    slots: int = CONCURRENT_JOBS
    retries: int = 2
    retry_delay: float = 60.0
    downloads: int = 4
    min_poll: float = 2.0
    max_poll: float = 60.0
    deadline: float | None = None
    wait: bool = False
    patience: float = 900.0

    def __attrs_post_init__(self) -> None:
        for name in ("slots", "downloads"):
            if getattr(self, name) < 1:
                raise ExportError(f"{name} has to be at least 1, not {getattr(self, name)}")
