"""`policies`: prints the policies that an export needs."""

from __future__ import annotations

import json
from pathlib import Path

import click

from workmail_async.cli.exit_status import ExitStatus
from workmail_async.cli.export_setup import export_setup
from workmail_async.cli.options import (
    Connection,
    TargetNames,
    folder_option,
    output_options,
    region_option,
    target_options,
)
from workmail_async.cli.output import Output
from workmail_async.cli.running import run_sync
from workmail_async.exports import export_policies

_PARTS = {
    "trust": "Trust policy of the role: who may assume it",
    "role": "Permissions policy of the role: what it may do",
    "key": "Statement for the key's policy: lets the role use the key",
    "caller": "Permissions policy for the user or role that runs the export",
}


@click.command(short_help="Print the policies that an export needs.")
@folder_option(required=False)
@target_options
@click.option("--account", help="AWS account; by default that of the role.")
@click.option(
    "--only", type=click.Choice(list(_PARTS)), help="Print only this policy, to write to a file."
)
@region_option
@output_options
@click.pass_context
def policies(
    context: click.Context,
    /,
    *,
    folder: Path | None,
    names: TargetNames,
    account: str | None,
    only: str | None,
    region: str | None,
    output: Output,
) -> None:
    """Print the policies that an export needs, for the names you give.

    Calls no service: role and key need not exist yet.
    """
    setup = export_setup(folder, Connection(region=region), names)
    setup.check()

    def work() -> ExitStatus:
        target = setup.target
        found = export_policies(
            target,
            organization_id=setup.organization,
            region=setup.region or "",
            account_id=account or _account_of(target.role_arn),
        )
        parts = {name: getattr(found, name) for name in _PARTS if only in (None, name)}
        texts = {name: json.dumps(policy, indent=2) for name, policy in parts.items()}
        shown = [text if only else f"{_PARTS[name]}:\n\n{text}\n" for name, text in texts.items()]
        output.tell("policies", parts, *shown)
        return ExitStatus.DONE

    context.exit(run_sync(output, work))


def _account_of(arn: str) -> str:
    parts = arn.split(":")
    return parts[4] if len(parts) > 4 else ""
