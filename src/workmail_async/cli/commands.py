"""The command `workmail-async` with all that it can do."""

from __future__ import annotations

import click

from . import archives, exporting, looking

_EPILOG = """Exit status: 0, everything asked for is safe on disk; 1, not everything, and the report
names what; 2, nothing was begun (wrong usage, or preflight found an error); 130, Ctrl-C."""


@click.group(epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="workmail-async")
def program() -> None:
    """Get every mailbox out of Amazon WorkMail, and prove it.

    `export` does it all and may be stopped and started at any moment. The other commands look
    before it, look at it, and make of its archives what the next system reads.
    """


for _command in (
    exporting.export,
    looking.status,
    looking.preflight,
    looking.policies,
    exporting.download,
    archives.convert,
    archives.verify,
):
    program.add_command(_command)
