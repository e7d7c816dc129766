"""The report of an organization's export, for people and for programs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from attrs import asdict, frozen

from workmail_async.display.html import table
from workmail_async.display.units import size
from workmail_async.files.atomic import replacing

from .manifest import Manifest
from .records import FileRow, MailboxRow, Status

REPORT_NAME = "report.json"

#: What WorkMail leaves out of every export.
NOT_EXPORTED = "contacts, tasks and notes: WorkMail's export holds mail and calendar items only"


@frozen(kw_only=True)
class MailboxReport:
    """The result for one mailbox.

    Attributes:
        entity_id: The id of the user, resource or group.
        kind: `user`, `resource` or `group`.
        label: Its address, or its name.
        state: Its state in WorkMail when the organization was last listed.
        status: How far it is.
        reason: Why it was skipped, deferred or given up.
        not_before: When a deferred mailbox can be exported.
        attempts: How many jobs were started for it.
        file: Its archive, when it is safe.
    """

    entity_id: str
    kind: str
    label: str
    state: str
    status: Status
    reason: str | None
    not_before: datetime | None
    attempts: int
    file: FileRow | None


@frozen(kw_only=True)
class ExportReport:
    """The result of an export so far.

    Attributes:
        organization_id: The organization.
        run: The export's id.
        mailboxes: Every user, resource and group, including those that were skipped.
        not_exported: What WorkMail does not export from any mailbox.
        chosen: Whether the organization was listed; until then nothing is complete.
    """

    organization_id: str
    run: str
    mailboxes: tuple[MailboxReport, ...]
    not_exported: str = NOT_EXPORTED
    chosen: bool = True

    def of(self, *statuses: Status) -> tuple[MailboxReport, ...]:
        """Return the mailboxes with some statuses."""
        return tuple(mailbox for mailbox in self.mailboxes if mailbox.status in statuses)

    @property
    def counts(self) -> dict[Status, int]:
        """How many mailboxes have each status."""
        found = Counter(mailbox.status for mailbox in self.mailboxes)
        return {status: found[status] for status in Status}

    @property
    def complete(self) -> bool:
        """Whether every mailbox that was asked for is safe on disk."""
        return self.chosen and not self.missing

    @property
    def missing(self) -> tuple[MailboxReport, ...]:
        """The mailboxes that were asked for and are not safe on disk."""
        return tuple(m for m in self.mailboxes if m.status not in (Status.SAFE, Status.SKIPPED))

    @property
    def files(self) -> tuple[FileRow, ...]:
        """The verified archives."""
        return tuple(mailbox.file for mailbox in self.mailboxes if mailbox.file is not None)

    @property
    def total_bytes(self) -> int:
        """The size of all archives."""
        return sum(file.bytes for file in self.files)

    @property
    def total_items(self) -> int:
        """The number of items in all archives."""
        return sum(file.items for file in self.files)

    def to_dict(self) -> dict[str, Any]:
        """Return the report as in JSON: times in ISO 8601, statuses as strings."""
        return {
            "organization_id": self.organization_id,
            "run": self.run,
            "complete": self.complete,
            "counts": {status.value: count for status, count in self.counts.items()},
            "total_bytes": self.total_bytes,
            "total_items": self.total_items,
            "not_exported": self.not_exported,
            "mailboxes": [asdict(m, value_serializer=_plain) for m in self.mailboxes],
        }

    def write(self, path: str | Path) -> None:
        """Write the report as JSON; an existing file is replaced completely or not at all.

        Args:
            path: The file.
        """
        write_json(Path(path), self.to_dict())

    def summary(self) -> str:
        """Return the result in one sentence."""
        wanted = len(self.mailboxes) - self.counts[Status.SKIPPED]
        verb = "is" if len(self.files) == 1 else "are"
        numbers = f"{self.total_items:,} items, {size(self.total_bytes)}"
        return f"{len(self.files)} of {wanted} mailboxes {verb} safe on disk: {numbers}."

    def _repr_html_(self) -> str:
        first = (*self.missing, *self.of(Status.SAFE), *self.of(Status.SKIPPED))
        rows = [
            (
                mailbox.label,
                mailbox.status.value,
                mailbox.reason or "",
                *((f"{m.items:,}", size(m.bytes)) if (m := mailbox.file) else ("", "")),
            )
            for mailbox in first
        ]
        heads = ("Mailbox", "Status", "Reason", "Items", "Size")
        return f"<p>{self.summary()} Not exported: {self.not_exported}.</p>" + table(
            heads, rows, numbers=2
        )


def write_json(path: Path, data: Mapping[str, Any]) -> None:
    """Write a JSON file; an existing one is replaced completely or not at all.

    Args:
        path: The file.
        data: What it is to hold.

    Raises:
        OSError: The file cannot be written.
    """
    text = json.dumps(data, indent=2, ensure_ascii=False)
    with replacing(path, durable=True) as file:
        file.write(f"{text}\n".encode("utf-8", "backslashreplace"))


def read_report(export: str | Path | Manifest) -> ExportReport:
    """Read how far an export is; works while it runs, too.

    Args:
        export: The folder of the export, or its open manifest.

    Returns:
        The report as of now.

    Raises:
        ManifestError: The folder has no manifest that can be read.
    """
    if not isinstance(export, Manifest):
        with Manifest.read(export) as manifest:
            return read_report(manifest)
    files = export.files()
    return ExportReport(
        organization_id=export.setting("organization") or "",
        run=export.run,
        chosen=export.chosen,
        mailboxes=tuple(_of(row, files.get(row.entity_id)) for row in export.mailboxes()),
    )


def _of(row: MailboxRow, file: FileRow | None) -> MailboxReport:
    return MailboxReport(
        entity_id=row.entity_id,
        kind=row.kind,
        label=row.label,
        state=row.state,
        status=row.status,
        reason=row.reason,
        not_before=None
        if row.not_before is None
        else datetime.fromtimestamp(row.not_before, timezone.utc),
        attempts=row.attempts,
        file=file if row.status is Status.SAFE else None,
    )


def _plain(_: Any, __: Any, value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    return value.value if isinstance(value, Status) else value
