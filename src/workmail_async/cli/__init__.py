"""The command `workmail-async`: exports an organization from a terminal.

It is thin: `workmail_async.exports` and `workmail_async.archives` do the work. It needs the extra
`cli`.
"""

from __future__ import annotations

import io
import sys


def main() -> None:
    """Run the command line, or say how to install what it needs."""
    try:
        from .program import program
    except ModuleNotFoundError as error:
        if error.name not in {"click", "rich"}:
            raise
        print(
            f"workmail-async: the command line needs {error.name}, which is not installed: "
            "pip install 'workmail-async[cli]'",
            file=sys.stderr,
        )
        sys.exit(2)
    except KeyboardInterrupt:  # loading takes a moment
        sys.exit(130)
    for stream in (sys.stdout, sys.stderr):
        # A terminal may lack a letter of some mailbox's name; that must not end the command.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")
    program(prog_name="workmail-async")
