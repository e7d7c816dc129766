"""`python -m workmail_async.emulator`: the emulator as a separate server."""

from __future__ import annotations

import signal
import sys
import time
from pathlib import Path
from typing import Any, NoReturn

try:
    import click
except ModuleNotFoundError:
    sys.exit("the emulator needs click: pip install 'workmail-async[emulator]'")

_AN_HOUR = 3_600
_ENDINGS = (signal.SIGINT, signal.SIGTERM)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=5000,
    show_default=True,
    help="Port to listen on; 0 picks a free one.",
)
@click.option(
    "--region", default="us-east-1", show_default=True, help="Region that the seed goes to."
)
@click.option(
    "--seed",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="YAML or JSON file with the organizations to start with.",
)
def main(host: str, port: int, region: str, seed: Path | None) -> None:
    """Run an emulated WorkMail, with S3, KMS, IAM and STS, until Ctrl-C or SIGTERM."""
    for number in _ENDINGS:
        signal.signal(number, _leave)
    # Starting takes a second, in which a signal can already arrive.
    try:
        from . import Emulator

        emulator = Emulator(host=host, port=port, region=region, seed=seed)
        emulator.start()
    except (ModuleNotFoundError, OSError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    try:
        # `click.echo` flushes, so a program that waits for this line gets it at once.
        click.echo(f"WorkMail emulator listening on {emulator.endpoint_url}")
        while True:  # sleep, as Ctrl-C ends no other kind of waiting on Windows
            time.sleep(_AN_HOUR)
    finally:
        emulator.stop()


def _leave(*_: Any) -> NoReturn:
    """End the command, whether it is loading a large seed or serving. Later signals are ignored."""
    for number in _ENDINGS:
        signal.signal(number, signal.SIG_IGN)
    raise SystemExit(0)


if __name__ == "__main__":
    main(prog_name="python -m workmail_async.emulator")
