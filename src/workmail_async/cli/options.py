"""The options that commands share, and what their values mean."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, Literal

import click
from attrs import frozen

from .output import JsonOutput, Output, TextOutput

_UNITS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}

Command = Callable[..., Any]


def duration(value: str | float) -> float:
    """Return the seconds of a duration such as `90`, `45s`, `30m`, `6h` or `2d`.

    Args:
        value: The duration; in seconds when it has no unit.

    Raises:
        click.BadParameter: It is none.
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smhd]?)", str(value).strip().lower())
    if found is None:
        raise click.BadParameter(f"{value!r} is no duration: write 90, 45s, 30m, 6h or 2d")
    return float(found[1]) * _UNITS[found[2]]


@frozen(kw_only=True)
class Common:
    """What every command is told.

    Attributes:
        region: The AWS Region.
        profile: The profile in the AWS configuration files.
        endpoint_url: Another address than AWS's own.
        backend: The event loop.
        output: Where results go.
    """

    region: str | None
    profile: str | None
    endpoint_url: str | None
    backend: Literal["asyncio", "trio"]
    output: Output


def common_options(command: Command) -> Command:
    """Give a command the options that all have; it gets them as `common`."""

    @wraps(command)
    def with_common(
        *args: Any,
        region: str | None,
        profile: str | None,
        endpoint_url: str | None,
        backend: Literal["asyncio", "trio"],
        as_json: bool,
        verbose: int,
        **options: Any,
    ) -> Any:
        output = JsonOutput(verbose) if as_json else TextOutput(verbose)
        output.show_log()
        common = Common(
            region=region,
            profile=profile,
            endpoint_url=endpoint_url,
            backend=backend,
            output=output,
        )
        return command(*args, common=common, **options)

    for option in reversed(
        (
            click.option("--region", help="AWS Region; by default that of the environment."),
            click.option("--profile", help="Profile of the AWS configuration files."),
            click.option("--endpoint-url", help="Another address than AWS's own."),
            click.option(
                "--backend",
                type=click.Choice(["asyncio", "trio"]),
                default="asyncio",
                show_default=True,
                help="Event loop.",
            ),
            click.option(
                "--json",
                "as_json",
                is_flag=True,
                help="Write JSON lines: an object for each event, and the report at the end.",
            ),
            click.option(
                "-v",
                "--verbose",
                count=True,
                help="Say more; show the traceback of an error. Twice: every call.",
            ),
        )
    ):
        with_common = option(with_common)
    return with_common


def folder_option(*, required: bool = True) -> Callable[[Command], Command]:
    """Give a command the folder of an export."""
    return click.option(
        "--folder",
        type=click.Path(file_okay=False, path_type=Path),
        required=required,
        help="Folder of the export: archives, manifest, report.",
    )


def target_options(command: Command) -> Command:
    """Give a command the options that say what is exported to where."""
    for option in reversed(
        (
            click.option("--organization", help="Id of the organization: m-…"),
            click.option("--bucket", help="S3 bucket that WorkMail writes to."),
            click.option("--prefix", help="Prefix of all exports in the bucket.  [exports]"),
            click.option("--role", help="ARN of the role that WorkMail assumes."),
            click.option("--key", help="ARN of the KMS key that encrypts the exports."),
        )
    ):
        command = option(command)
    return command
