"""How an organization is exported: what users choose."""

from __future__ import annotations

from attrs import field, frozen

from workmail_async.exports.errors import ExportError

from .selection import Selection

#: Jobs that WorkMail runs at a time in one organization.
CONCURRENT_JOBS = 10


@frozen(kw_only=True)
class ExportOptions:
    """How an organization is exported.

    Attributes:
        selection: Which mailboxes are exported; by default all that are enabled.
        slots: How many jobs run at a time at most; those that others started count too.
        retries: How many further jobs are started for a mailbox whose job failed.
        retry_delay: Seconds before the first of them; each further one waits twice as long.
        downloads: How many archives are downloaded at a time.
        min_poll: Seconds between two looks at the jobs while something changes.
        max_poll: Seconds between two looks while nothing does.
        deadline: Seconds after which the run ends, done or not; None for no such limit.
        wait: Whether to wait for mailboxes that WorkMail exports only later (a mailbox is
            exported once in 24 hours), and not to leave them to the next run.
        patience: Seconds for which WorkMail may not answer before the run is given up.

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
                raise ExportError(f"{name} has to be 1 or more, not {getattr(self, name)}")
