"""`export`: writes an organization's mailboxes to disk."""

from __future__ import annotations

from pathlib import Path

import anyio.to_thread
import click
from attrs import asdict, frozen

from workmail_async.cli import service_end
from workmail_async.cli.exit_status import ExitStatus
from workmail_async.cli.export_run import finish, run_export
from workmail_async.cli.export_setup import ExportSetup, export_setup
from workmail_async.cli.options import (
    Connection,
    Decorator,
    TargetNames,
    connection_options,
    downloads_option,
    duration,
    folder_option,
    option_group,
    output_options,
    target_options,
)
from workmail_async.cli.output import Output
from workmail_async.cli.running import run
from workmail_async.cli.tables import choice_table, planned_action, preflight_table
from workmail_async.exports import (
    Choice,
    ExportOptions,
    MailboxRow,
    Manifest,
    Selection,
    Status,
    Verdict,
    choose_mailboxes,
    preflight,
)
from workmail_async.workmail.organization import Organization

_DEFAULT = ExportOptions()
_STARTED = (Status.RUNNING, Status.EXPORTED, Status.SAFE)


@frozen(kw_only=True)
class SelectionOptions:
    """Which mailboxes the command line selects.

    Attributes:
        include: Patterns of mailboxes to export.
        exclude: Patterns of mailboxes to leave out.
        disabled: Whether mailboxes of disabled users are exported.
    """

    include: tuple[str, ...]
    exclude: tuple[str, ...]
    disabled: bool

    @property
    def selection(self) -> Selection | None:
        """The selection; None when the command line says nothing about it."""
        selection = Selection(include=self.include, exclude=self.exclude, disabled=self.disabled)
        return selection if selection != Selection() else None


@frozen(kw_only=True)
class RunOptions:
    """How the command line wants the export to run; see `ExportOptions`."""

    slots: int
    retries: int
    retry_delay: float
    downloads: int
    poll: float
    patience: float
    deadline: float | None
    wait: bool

    def with_selection(self, selection: Selection) -> ExportOptions:
        """Return the options of an export of some mailboxes."""
        values = asdict(self)
        poll = values.pop("poll")
        return ExportOptions(
            **values, selection=selection, min_poll=poll, max_poll=max(poll, _DEFAULT.max_poll)
        )


@frozen(kw_only=True)
class StartOptions:
    """What to do before, or instead of, starting jobs.

    Attributes:
        retry_failed: Whether to retry mailboxes that an earlier run gave up on.
        skip_preflight: Whether to start without preflight.
        dry_run: Whether to show only what would be done.
    """

    retry_failed: bool
    skip_preflight: bool
    dry_run: bool


selection_options: Decorator = option_group(
    "chosen",
    SelectionOptions,
    click.option(
        "--include",
        multiple=True,
        metavar="PATTERN",
        help="Export only these: address, name or id; * matches anything. Repeatable.",
    ),
    click.option("--exclude", multiple=True, metavar="PATTERN", help="Skip these. Repeatable."),
    click.option("--disabled", is_flag=True, help="Also export mailboxes of disabled users."),
)

run_options: Decorator = option_group(
    "how",
    RunOptions,
    click.option(
        "--slots",
        type=click.IntRange(1, 10),
        default=_DEFAULT.slots,
        show_default=True,
        help="Export jobs at a time in the organization, including those started elsewhere.",
    ),
    click.option(
        "--retries",
        type=click.IntRange(0),
        default=_DEFAULT.retries,
        show_default=True,
        help="How often to retry a mailbox whose job failed.",
    ),
    click.option(
        "--retry-delay",
        type=duration,
        default="60s",
        show_default=True,
        help="Pause before the first retry; doubles with each further one.",
    ),
    downloads_option(_DEFAULT.downloads),
    click.option(
        "--poll",
        type=duration,
        default="2s",
        show_default=True,
        help="Pause between checks of the jobs while something changes.",
    ),
    click.option(
        "--patience",
        type=duration,
        default="15m",
        show_default=True,
        help="How long to keep trying when WorkMail does not answer.",
    ),
    click.option(
        "--deadline",
        type=duration,
        help="Stop after this time. Jobs keep running at WorkMail; the next run resumes.",
    ),
    click.option(
        "--wait",
        is_flag=True,
        help="Wait for mailboxes that WorkMail exports only later (each once in 24 hours).",
    ),
)

start_options: Decorator = option_group(
    "start",
    StartOptions,
    click.option(
        "--retry-failed", is_flag=True, help="Retry mailboxes that an earlier run gave up on."
    ),
    click.option("--skip-preflight", is_flag=True, help="Start without checking first."),
    click.option(
        "--dry-run",
        is_flag=True,
        help="Show what would be exported and what not, and why. Starts and writes nothing.",
    ),
)


@click.command(short_help="Export an organization's mailboxes, or resume.")
@folder_option()
@target_options
@selection_options
@run_options
@start_options
@connection_options
@output_options
@click.pass_context
def export(
    context: click.Context,
    /,
    *,
    folder: Path,
    names: TargetNames,
    chosen: SelectionOptions,
    how: RunOptions,
    start: StartOptions,
    connection: Connection,
    output: Output,
) -> None:
    """Export an organization's mailboxes, or resume an export.

    Run it again after any interruption: it picks up running jobs, downloads finished ones, and
    never does anything twice. The folder remembers the options that name things, so `--folder` is
    enough then. Giving any of --include, --exclude and --disabled replaces all three.
    """
    setup = export_setup(folder, connection, names, chosen.selection)
    setup.check()
    options = how.with_selection(setup.selection)
    started = False

    async def work() -> ExitStatus:
        nonlocal started
        output.say(service_end.countdown(service_end.today()))
        async with setup.client() as workmail:
            org = workmail.organization(setup.organization)
            if start.dry_run:
                return await _dry_run(org, setup, output)
            if not start.skip_preflight and not await _preflight_passes(org, setup, output):
                return ExitStatus.NOT_STARTED
            started = True
            return await run_export(
                org, setup, options, output, lambda exp: exp.run(retry_failed=start.retry_failed)
            )

    status = run(output, work, backend=connection.backend)
    if not started and status is ExitStatus.INCOMPLETE:
        status = ExitStatus.NOT_STARTED
    context.exit(status if start.dry_run else finish(status, setup, output))


async def _preflight_passes(org: Organization, setup: ExportSetup, output: Output) -> bool:
    """Check before anything is started; show what is not as it should be."""
    output.say("Checking bucket, key, role and permissions…")
    rows = await anyio.to_thread.run_sync(_mailboxes, setup)
    # Once an export has started, the rest of it needs less space than all mailboxes.
    folder = None if any(row.status in _STARTED for row in rows) else setup.folder
    report = await preflight(org, setup.target, folder, setup.selection)
    notable = [finding for finding in report.findings if finding.verdict is not Verdict.OK]
    if notable:
        data = {"ok": report.ok, "findings": [asdict(finding) for finding in notable]}
        output.tell("preflight", data, preflight_table(notable))
    if not report.ok:
        output.say("Nothing was started. Fix the errors, or start anyway with --skip-preflight.")
    return report.ok


async def _dry_run(org: Organization, setup: ExportSetup, output: Output) -> ExitStatus:
    choices = await choose_mailboxes(org, setup.selection)
    report = await preflight(org, setup.target, setup.folder, setup.selection)
    rows = await anyio.to_thread.run_sync(_mailboxes, setup)
    safe = frozenset(row.entity_id for row in rows if row.status is Status.SAFE)
    data = [asdict(finding) for finding in report.findings]
    shown = (preflight_table(report.findings), "")
    output.tell("preflight", {"ok": report.ok, "findings": data}, *shown)
    plan = [_choice_as_dict(choice, safe) for choice in choices]
    count = sum(each["action"] == "export" for each in plan)
    output.tell(
        "plan",
        {"export": count, "mailboxes": plan},
        choice_table(choices, safe),
        "",
        f"{count} of {len(choices)} would be exported. Nothing was started or written.",
    )
    return ExitStatus.DONE if report.ok else ExitStatus.NOT_STARTED


def _choice_as_dict(choice: Choice, safe: frozenset[str]) -> dict[str, str | None]:
    entity = choice.entity
    action, reason = planned_action(choice, safe)
    return {
        "entity_id": entity.entity_id,
        "kind": entity.kind,
        "label": entity.label,
        "state": entity.state,
        "action": action,
        "reason": reason or None,
    }


def _mailboxes(setup: ExportSetup) -> list[MailboxRow]:
    """Return what the folder's manifest knows; nothing when there is none yet."""
    if not setup.has_manifest:
        return []
    assert setup.folder is not None
    with Manifest.read(setup.folder) as manifest:
        return manifest.mailboxes()
