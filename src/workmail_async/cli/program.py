"""The command `workmail-async` with all its subcommands."""

from __future__ import annotations

import click

from .commands import convert, download, export, policies, preflight, status, verify

_EPILOG = """Exit status: 0: everything is done; 1: something is missing, and the report names it;
2: nothing was started (wrong usage, or a preflight error); 130: Ctrl-C."""


@click.group(epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="workmail-async")
def program() -> None:
    """Export every mailbox of an Amazon WorkMail organization, and verify each one.

    `export` does the whole job, and you can stop and rerun it at any time. The other commands check
    what it needs, show how far it is, verify the archives and convert them for your next mail
    system.
    """


for _command in (
    export.export,
    status.status,
    preflight.preflight,
    policies.policies,
    download.download,
    convert.convert,
    verify.verify,
):
    program.add_command(_command)
