"""`export` and `download`: the commands that write to disk what is in WorkMail."""

from __future__ import annotations

import shlex
from collections.abc import Awaitable, Callable
from pathlib import Path

import anyio.to_thread
import click
from attrs import asdict

from workmail_async.exports import (
    Choice,
    ExportError,
    ExportOptions,
    ExportReport,
    MailboxRow,
    Manifest,
    OrganizationExport,
    Selection,
    Status,
    choose_mailboxes,
    preflight,
    read_report,
)
from workmail_async.exports.organization.report import REPORT_NAME
from workmail_async.workmail.organization import Organization

from .options import Common, common_options, duration, folder_option, target_options
from .output import Output
from .running import failed, run
from .settings import Settings, manifest_of, settings_of
from .status import ExitStatus
from .tables import choice_table, preflight_table, report_table, verdict_of

_DEFAULT = ExportOptions()
_TOUCHED = (Status.RUNNING, Status.EXPORTED, Status.SAFE)


@click.command(short_help="Export an organization's mailboxes, or go on.")
@folder_option()
@target_options
@click.option(
    "--include",
    multiple=True,
    metavar="PATTERN",
    help="Export only these: address, name or id, with * for anything. Repeatable.",
)
@click.option("--exclude", multiple=True, metavar="PATTERN", help="Leave these out. Repeatable.")
@click.option("--disabled", is_flag=True, help="Export mailboxes of disabled users, too.")
@click.option(
    "--slots",
    type=click.IntRange(1, 10),
    default=_DEFAULT.slots,
    show_default=True,
    help="Jobs at a time in the organization, those that others started included.",
)
@click.option(
    "--retries",
    type=click.IntRange(0),
    default=_DEFAULT.retries,
    show_default=True,
    help="Further jobs for a mailbox whose job failed.",
)
@click.option(
    "--retry-delay",
    type=duration,
    default="60s",
    show_default=True,
    help="Pause before the first of them; each further one waits twice as long.",
)
@click.option(
    "--downloads",
    type=click.IntRange(1),
    default=_DEFAULT.downloads,
    show_default=True,
    help="Archives downloaded at a time.",
)
@click.option(
    "--poll",
    type=duration,
    default="2s",
    show_default=True,
    help="Pause between two looks at the jobs while something changes.",
)
@click.option(
    "--patience",
    type=duration,
    default="15m",
    show_default=True,
    help="How long to put up with no answers before giving up.",
)
@click.option("--deadline", type=duration, help="Stop after this time, done or not.")
@click.option(
    "--wait",
    is_flag=True,
    help="Wait for mailboxes that can be exported only later (once in 24 hours each).",
)
@click.option("--retry-failed", is_flag=True, help="Begin anew with what was given up before.")
@click.option("--skip-preflight", is_flag=True, help="Start without looking first.")
@click.option(
    "--dry-run",
    is_flag=True,
    help="Show who would be exported, who not and why; start nothing, write nothing.",
)
@common_options
@click.pass_context
def export(
    context: click.Context,
    /,
    *,
    common: Common,
    folder: Path,
    organization: str | None,
    bucket: str | None,
    prefix: str | None,
    role: str | None,
    key: str | None,
    include: tuple[str, ...],
    exclude: tuple[str, ...],
    disabled: bool,
    slots: int,
    retries: int,
    retry_delay: float,
    downloads: int,
    poll: float,
    patience: float,
    deadline: float | None,
    wait: bool,
    retry_failed: bool,
    skip_preflight: bool,
    dry_run: bool,
) -> None:
    """Export an organization's mailboxes, or go on with it.

    Run it again after whatever stopped it: running jobs are taken over, finished ones downloaded,
    nothing is done twice. The folder remembers what the command line said, so that `--folder` is
    enough then. One of --include, --exclude and --disabled replaces all three.
    """
    chosen: dict[str, str | None] = {}
    if include or exclude or disabled:
        selection = Selection(include=include, exclude=exclude, disabled=disabled)
        chosen = {**selection.to_settings()}
    settings = settings_of(
        common,
        folder,
        organization=organization,
        bucket=bucket,
        prefix=prefix,
        role=role,
        key=key,
        **chosen,
    )
    settings.check()
    options = ExportOptions(
        selection=settings.selection,
        slots=slots,
        retries=retries,
        retry_delay=retry_delay,
        downloads=downloads,
        min_poll=poll,
        max_poll=max(poll, _DEFAULT.max_poll),
        deadline=deadline,
        wait=wait,
        patience=patience,
    )
    output = common.output
    begun = False

    async def work() -> ExitStatus:
        nonlocal begun
        async with settings.client() as workmail:
            org = workmail.organization(settings.organization)
            if dry_run:
                return await _dry_run(org, settings, output)
            if not skip_preflight and not await _preflight_passes(org, settings, output):
                return ExitStatus.NOT_BEGUN
            begun = True
            return await _watched(
                settings,
                output,
                lambda exporter: exporter.run(retry_failed=retry_failed),
                org,
                options,
            )

    status = run(common, work)
    if not begun and status is ExitStatus.INCOMPLETE:
        status = ExitStatus.NOT_BEGUN
    context.exit(status if dry_run else _finished(status, settings, output))


@click.command(short_help="Download what is exported; start nothing.")
@folder_option()
@click.option(
    "--downloads",
    type=click.IntRange(1),
    default=_DEFAULT.downloads,
    show_default=True,
    help="Archives downloaded at a time.",
)
@common_options
@click.pass_context
def download(context: click.Context, /, *, common: Common, folder: Path, downloads: int) -> None:
    """Download and verify what is exported and not on disk; start nothing.

    Also brings back archives that were removed from the folder, as long as they lie in S3.
    """
    settings = settings_of(common, folder)
    settings.check()

    async def work() -> ExitStatus:
        async with settings.client() as workmail:
            return await _watched(
                settings,
                common.output,
                OrganizationExport.download,
                workmail.organization(settings.organization),
                ExportOptions(downloads=downloads),
            )

    context.exit(_finished(run(common, work), settings, common.output))


async def _watched(
    settings: Settings,
    output: Output,
    act: Callable[[OrganizationExport], Awaitable[ExportReport]],
    org: Organization,
    options: ExportOptions,
) -> ExitStatus:
    assert settings.folder is not None
    with output.watching() as listener:
        exporter = OrganizationExport(
            org, settings.target, settings.folder, options=options, listener=listener, display=False
        )
        report = await act(exporter)
    return ExitStatus.DONE if report.complete else ExitStatus.INCOMPLETE


async def _preflight_passes(org: Organization, settings: Settings, output: Output) -> bool:
    """Look before anything is started; tell what is not as it should be."""
    output.say("Looking at bucket, key, role and rights…")
    rows = await anyio.to_thread.run_sync(_mailboxes, settings)
    begun = any(row.status in _TOUCHED for row in rows)
    # once it has begun, the space that is needed is no longer that of all mailboxes
    folder = None if begun else settings.folder
    found = await preflight(org, settings.target, folder, settings.selection)
    remarks = [finding for finding in found.findings if finding.verdict.value != "ok"]
    if remarks:
        data = {"ok": found.ok, "findings": [asdict(finding) for finding in remarks]}
        output.tell("preflight", data, preflight_table(remarks))
    if not found.ok:
        output.say("Nothing was started: mend the errors, or go on with --skip-preflight.")
    return found.ok


async def _dry_run(org: Organization, settings: Settings, output: Output) -> ExitStatus:
    choices = await choose_mailboxes(org, settings.selection)
    found = await preflight(org, settings.target, settings.folder, settings.selection)
    rows = await anyio.to_thread.run_sync(_mailboxes, settings)
    safe = frozenset(row.entity_id for row in rows if row.status is Status.SAFE)
    data = [asdict(finding) for finding in found.findings]
    output.tell("preflight", {"ok": found.ok, "findings": data}, preflight_table(found.findings))
    said = [_choice_as_dict(choice, safe) for choice in choices]
    count = sum(each["what"] == "export" for each in said)
    output.tell(
        "plan",
        {"export": count, "mailboxes": said},
        choice_table(choices, safe),
        f"{count} of {len(choices)} would be exported. Nothing was started or written.",
    )
    return ExitStatus.DONE if found.ok else ExitStatus.NOT_BEGUN


def _choice_as_dict(choice: Choice, safe: frozenset[str]) -> dict[str, str | None]:
    entity = choice.entity
    what, why = verdict_of(choice, safe)
    return {
        "entity_id": entity.entity_id,
        "kind": entity.kind,
        "label": entity.label,
        "state": entity.state,
        "what": what,
        "why": why or None,
    }


def _mailboxes(settings: Settings) -> list[MailboxRow]:
    """Return what the folder's manifest knows; nothing when there is none yet."""
    assert settings.folder is not None
    path = manifest_of(settings.folder)
    if not path.is_file():
        return []
    with Manifest(path, read_only=True) as manifest:
        return manifest.mailboxes()


def _finished(status: ExitStatus, settings: Settings, output: Output) -> ExitStatus:
    """Write the report, show it, and say how to go on when it is not complete."""
    assert settings.folder is not None
    path = manifest_of(settings.folder)
    if status is ExitStatus.NOT_BEGUN or not path.is_file():
        return status
    try:
        report = read_report(settings.folder)
        report.write(settings.folder / REPORT_NAME)
    except (OSError, ExportError) as error:
        return failed(output, error)
    output.tell("report", report.to_dict(), *report_table(report, all_rows=False))
    output.say(f"The whole report: {settings.folder / REPORT_NAME}")
    again = shlex.join(["workmail-async", "export", "--folder", str(settings.folder)])
    running = report.counts[Status.RUNNING]
    if status is ExitStatus.INTERRUPTED:
        goes_on = f"{running} exports go on at WorkMail, and nothing" if running else "Nothing"
        output.say(f"Stopped. {goes_on} is lost. Go on with: {again}")
    elif report.missing:
        output.say(f"Not everything is safe yet. Go on with: {again}")
        stuck = [mailbox for mailbox in report.of(Status.EXPORTED) if mailbox.reason]
        if stuck or report.of(Status.FAILED, Status.CANCELLED):
            output.say("What failed, or lies in S3 no more, is exported anew with --retry-failed.")
    return status
