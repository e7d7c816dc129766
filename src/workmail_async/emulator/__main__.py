"""`python -m workmail_async.emulator`: the emulator as a server of its own."""

from __future__ import annotations

import signal
import threading
from pathlib import Path
from typing import Any

import click

from .server import Emulator


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=5000,
    show_default=True,
    help="Port to listen on; 0: any free one.",
)
@click.option("--region", default="us-east-1", show_default=True, help="Region of the seed.")
@click.option(
    "--seed",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="YAML or JSON file with the organizations to begin with.",
)
def main(host: str, port: int, region: str, seed: Path | None) -> None:
    """Run an emulated WorkMail, with S3, KMS, IAM and STS beside it, until Ctrl-C or SIGTERM."""
    stop = threading.Event()

    def ask_to_stop(*_: Any) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, ask_to_stop)
    try:
        emulator = Emulator(host=host, port=port, region=region, seed=seed)
        emulator.start()
    except (OSError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    try:
        # `click.echo` flushes, so that whoever waits for this line gets it at once.
        click.echo(f"WorkMail emulator listening on {emulator.endpoint_url}")
        stop.wait()
    finally:
        emulator.stop()


if __name__ == "__main__":
    main(prog_name="python -m workmail_async.emulator")
