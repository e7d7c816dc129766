"""`status`, `preflight` and `policies`: the commands that only look and tell."""

from __future__ import annotations

import json
from pathlib import Path

import click
from attrs import asdict

from workmail_async.exports import Manifest, Verdict, export_policies, read_report
from workmail_async.exports import preflight as look_before

from .options import Common, common_options, folder_option, target_options
from .running import run, run_here
from .settings import manifest_of, settings_of
from .status import ExitStatus
from .tables import preflight_table, report_table

_PARTS = {
    "trust": "The role's trust policy: who may assume it",
    "role": "The role's own policy: what it may do",
    "key": "The statement for the key's policy: the role may use the key",
    "caller": "A policy for whoever runs the export",
}


@click.command(short_help="Show how far an export is.")
@folder_option()
@click.option("--all", "all_rows", is_flag=True, help="Show every mailbox, however many.")
@common_options
@click.pass_context
def status(context: click.Context, /, *, common: Common, folder: Path, all_rows: bool) -> None:
    """Show how far an export is, also while another process runs it.

    Reads the folder alone and asks WorkMail nothing.
    """

    def work() -> ExitStatus:
        with Manifest(manifest_of(folder), read_only=True) as manifest:
            report = read_report(manifest)
            jobs = {job.entity_id: job for job in manifest.jobs()}
        table = report_table(report, all_rows=all_rows, jobs=jobs)
        common.output.tell("report", report.to_dict(), *table)
        return ExitStatus.DONE if report.complete else ExitStatus.INCOMPLETE

    context.exit(run_here(common, work))


@click.command(short_help="Look for what would make exports fail.")
@folder_option(required=False)
@target_options
@common_options
@click.pass_context
def preflight(
    context: click.Context, /, *, common: Common, folder: Path | None, **told: str | None
) -> None:
    """Look for what would make exports fail: bucket, prefix, key, role, rights, disk.

    Changes nothing. What may not be looked at is said to be unknown.
    """
    settings = settings_of(common, folder, **told)
    settings.check()

    async def work() -> ExitStatus:
        async with settings.client() as workmail:
            org = workmail.organization(settings.organization)
            found = await look_before(org, settings.target, folder, settings.selection)
        data = {"ok": found.ok, "findings": [asdict(finding) for finding in found.findings]}
        verdict = "Exports can start."
        if any(finding.verdict is Verdict.UNKNOWN for finding in found.findings):
            verdict = "Exports can start, unless what is unknown stands in the way."
        if not found.ok:
            verdict = "Exports would fail: mend the errors first."
        common.output.tell("preflight", data, preflight_table(found.findings), "", verdict)
        return ExitStatus.DONE if found.ok else ExitStatus.NOT_BEGUN

    status = run(common, work)
    context.exit(ExitStatus.NOT_BEGUN if status is ExitStatus.INCOMPLETE else status)


@click.command(short_help="Print the policies that an export needs.")
@folder_option(required=False)
@target_options
@click.option("--account", help="AWS account; by default that of the role.")
@click.option(
    "--only", type=click.Choice(list(_PARTS)), help="Print this policy alone, to write to a file."
)
@common_options
@click.pass_context
def policies(
    context: click.Context,
    /,
    *,
    common: Common,
    folder: Path | None,
    account: str | None,
    only: str | None,
    **told: str | None,
) -> None:
    """Print the policies that an export needs, for the names given.

    Asks AWS nothing: role and key need not have their policies yet.
    """
    settings = settings_of(common, folder, **told)
    settings.check()

    def work() -> ExitStatus:
        target = settings.target
        found = export_policies(
            target,
            organization_id=settings.organization,
            region=settings.region or "",
            account_id=account or _account_of(target.role_arn),
        )
        parts = {name: getattr(found, name) for name in _PARTS if only in (None, name)}
        texts = {name: json.dumps(policy, indent=2) for name, policy in parts.items()}
        shown = [text if only else f"{_PARTS[name]}:\n\n{text}\n" for name, text in texts.items()]
        common.output.tell("policies", parts, *shown)
        return ExitStatus.DONE

    context.exit(run_here(common, work))


def _account_of(arn: str) -> str:
    parts = arn.split(":")
    return parts[4] if len(parts) > 4 else ""
