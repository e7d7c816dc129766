"""Reports as tables, for people at a terminal."""

from __future__ import annotations

from collections.abc import Iterable

from rich.box import SIMPLE_HEAD
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from workmail_async.display.units import size
from workmail_async.exports import (
    Choice,
    ExportReport,
    JobRow,
    MailboxReport,
    PreflightFinding,
    Status,
    Verdict,
)

from .output import printable

_STYLES = {
    Status.SAFE.value: "green",
    Status.RUNNING.value: "cyan",
    Status.EXPORTED.value: "cyan",
    Status.FAILED.value: "red",
    Status.CANCELLED.value: "red",
    Verdict.OK.value: "green",
    Verdict.WARNING.value: "yellow",
    Verdict.ERROR.value: "red",
    "export": "green",
    "good": "green",
    "bad": "red",
    "complete": "green",
    "incomplete": "red",
}

#: How many rows a table has unless every row is asked for.
MOST = 60


def cell(text: object) -> Text:
    """Return the content of a cell, colored when it is a status."""
    shown = printable(str(text))
    return Text(shown, style=_STYLES.get(shown, ""))


def new_table(*heads: str, numbers: Iterable[str] = (), fixed: Iterable[str] = ()) -> Table:
    """Return an empty table.

    Args:
        *heads: The headings of its columns.
        numbers: Which of them hold numbers, to align them right.
        fixed: Which of them must not be wrapped, besides numbers and "Status".
    """
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    right = set(numbers)
    unwrapped = {*right, *fixed, "Status"}
    for head in heads:
        table.add_column(
            head,
            justify="right" if head in right else "left",
            overflow="fold",
            no_wrap=head in unwrapped,
        )
    return table


def report_table(
    report: ExportReport, *, all_rows: bool, jobs: dict[str, JobRow] | None = None
) -> Iterable[RenderableType]:
    """Show a report: what is missing first, then what is safe, then what was skipped.

    Args:
        report: The report.
        all_rows: Whether to show every mailbox.
        jobs: The last job of each mailbox, to show its progress.
    """
    if not report.mailboxes:
        yield "The organization's mailboxes are not known yet."
        return
    ordered = (*report.missing, *report.of(Status.SAFE), *report.of(Status.SKIPPED))
    shown = ordered if all_rows else ordered[: max(MOST, len(report.missing))]
    table = new_table("Mailbox", "Status", "Items", "Size", "Notes", numbers=("Items", "Size"))
    for mailbox in shown:
        file = mailbox.file
        table.add_row(
            cell(mailbox.label),
            cell(mailbox.status.value),
            f"{file.items:,}" if file else "",
            size(file.bytes) if file else "",
            cell(_notes(mailbox, (jobs or {}).get(mailbox.entity_id))),
        )
    yield table
    if len(shown) < len(ordered):
        yield f"… and {len(ordered) - len(shown)} more; `workmail-async status --all` shows them."
    yield ""
    yield report.summary()
    yield f"Not exported: {report.not_exported}."


def _notes(mailbox: MailboxReport, job: JobRow | None) -> str:
    notes = [mailbox.reason] if mailbox.reason else []
    if mailbox.status is Status.RUNNING and job is not None:
        notes.append(f"{job.progress or 0} %, job {job.job_id}")
    if mailbox.file is not None and mailbox.file.notes:
        first, *others = mailbox.file.notes.split("\n")
        notes.append(f"{first} (and {len(others)} more)" if others else first)
    return "; ".join(notes)


def preflight_table(findings: Iterable[PreflightFinding]) -> Table:
    """Show what preflight found, each finding with its remedy below it."""
    table = new_table("Check", "Verdict", "Found", fixed=("Check", "Verdict"))
    for finding in findings:
        remedy = f"\nRemedy: {finding.remedy}" if finding.remedy else ""
        table.add_row(
            cell(finding.check), cell(finding.verdict.value), cell(f"{finding.message}{remedy}")
        )
    return table


def choice_table(choices: Iterable[Choice], safe: frozenset[str]) -> Table:
    """Show which mailboxes would be exported, and why the others would not.

    Args:
        choices: The choices.
        safe: The ids of mailboxes that are on disk already.
    """
    table = new_table("Mailbox", "Kind", "State", "Action", "Reason", fixed=("Kind", "State"))
    for choice in choices:
        entity = choice.entity
        action, reason = planned_action(choice, safe)
        table.add_row(
            cell(entity.label), entity.kind, cell(entity.state), cell(action), cell(reason)
        )
    return table


def planned_action(choice: Choice, safe: frozenset[str]) -> tuple[str, str]:
    """Return what would be done with a mailbox, and the reason when nothing would."""
    if choice.skipped is not None:
        return "skip", choice.skipped
    if choice.entity.entity_id in safe:
        return "keep", "already safe on disk"
    return "export", ""
