"""The options that several commands share, and how a command receives them.

Each group of options reaches its command as one object, so that a command with twenty options still
is a short function.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any, Literal

import click
from attrs import fields, frozen

from .output import JsonOutput, Output, TextOutput

_UNITS = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}

Command = Callable[..., Any]
Decorator = Callable[[Command], Command]


def duration(value: str | float) -> float:
    """Return the seconds of a duration such as `90`, `45s`, `30m`, `6h` or `2d`.

    Args:
        value: The duration; in seconds when it has no unit.

    Raises:
        click.BadParameter: It is not a duration.
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([smhd]?)", str(value).strip().lower())
    if found is None:
        raise click.BadParameter(f"{value!r} is not a duration: write 90, 45s, 30m, 6h or 2d")
    return float(found[1]) * _UNITS[found[2]]


def option_group(name: str, group: type, *options: Decorator) -> Decorator:
    """Give a command options that it receives as one object.

    Args:
        name: The name of the argument that gets the object.
        group: Its class, an attrs class with a field for each option.
        *options: The options, in the order in which the help shows them.
    """

    def decorate(command: Command) -> Command:
        @wraps(command)
        def grouped(*args: Any, **values: Any) -> Any:
            own = {each.name: values.pop(each.name) for each in fields(group)}
            return command(*args, **{name: group(**own)}, **values)

        decorated: Command = grouped
        for option in reversed(options):
            decorated = option(decorated)
        return decorated

    return decorate


@frozen(kw_only=True)
class Connection:
    """How a command reaches AWS.

    Attributes:
        region: The AWS Region.
        profile: The profile in the AWS configuration files.
        endpoint_url: A custom endpoint URL.
        backend: The event loop.
    """

    region: str | None = None
    profile: str | None = None
    endpoint_url: str | None = None
    backend: Literal["asyncio", "trio"] = "asyncio"


@frozen(kw_only=True)
class TargetNames:
    """What is exported to where; None for what the command line does not say.

    Attributes:
        organization: The organization's id.
        bucket: The S3 bucket.
        prefix: The prefix of all exports in it.
        role: The ARN of the role that WorkMail assumes.
        key: The ARN of the KMS key.
    """

    organization: str | None = None
    bucket: str | None = None
    prefix: str | None = None
    role: str | None = None
    key: str | None = None


region_option: Decorator = click.option(
    "--region", help="AWS Region; by default that of the key or of your AWS configuration."
)

#: The options of commands that call AWS, as `connection`.
connection_options: Decorator = option_group(
    "connection",
    Connection,
    region_option,
    click.option("--profile", help="Profile in your AWS configuration files."),
    click.option("--endpoint-url", help="Custom endpoint URL."),
    click.option(
        "--backend",
        type=click.Choice(["asyncio", "trio"]),
        default="asyncio",
        show_default=True,
        help="Event loop.",
    ),
)

#: The options that name what is exported to where, as `names`.
target_options: Decorator = option_group(
    "names",
    TargetNames,
    click.option("--organization", help="Organization id: m-…"),
    click.option("--bucket", help="S3 bucket that WorkMail writes to."),
    click.option("--prefix", help="Prefix of all exports in the bucket.  [default: exports]"),
    click.option("--role", help="ARN of the role that WorkMail assumes."),
    click.option("--key", help="ARN of the KMS key that encrypts the exports."),
)


def output_options(command: Command) -> Command:
    """Give a command the options that say how it prints; it gets an `Output` as `output`."""

    @wraps(command)
    def with_output(*args: Any, as_json: bool, verbose: int, **options: Any) -> Any:
        output: Output = JsonOutput(verbose) if as_json else TextOutput(verbose)
        output.show_log()
        return command(*args, output=output, **options)

    decorated: Command = with_output
    for option in (
        click.option(
            "-v",
            "--verbose",
            count=True,
            help="Print the log, and the traceback of an error. Twice: log every call.",
        ),
        click.option(
            "--json",
            "as_json",
            is_flag=True,
            help="Print JSON lines: an object for each event, and the report last.",
        ),
    ):
        decorated = option(decorated)
    return decorated


def folder_option(*, required: bool = True) -> Callable[[Command], Command]:
    """Give a command the folder of an export."""
    return click.option(
        "--folder",
        type=click.Path(file_okay=False, path_type=Path),
        required=required,
        help="Folder of the export: archives, manifest, report.",
    )


def downloads_option(default: int) -> Callable[[Command], Command]:
    """Give a command the number of simultaneous downloads."""
    return click.option(
        "--downloads",
        type=click.IntRange(1),
        default=default,
        show_default=True,
        help="Archives to download at a time.",
    )
