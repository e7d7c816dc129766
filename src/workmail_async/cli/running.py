"""Runs a command's async part to its end, to Ctrl-C or to an error, and says which it was."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import anyio
import click

from workmail_async import errors
from workmail_async.exports import ExportAbortedError, ExportError, ManifestError

from .options import Common
from .output import Output
from .status import ExitStatus

#: Errors of which each says that nothing was begun.
_NOT_BEGUN = (errors.ConfigurationError, errors.CredentialsError, ManifestError)

#: The way out of an error whose own words do not name it.
_ADVICE: tuple[tuple[type[Exception], str], ...] = (
    (errors.ConfigurationError, "Options --region, --profile and --endpoint-url say where."),
    (errors.CredentialsError, "Sign in to AWS, or name a profile with --profile."),
    (errors.TransportError, "See to the network, then run the same command again: it goes on."),
    (errors.OrganizationNotFoundException, "See to --organization and --region."),
    (ExportAbortedError, "Mend the cause, then run the same command again: it goes on."),
    (OSError, "See to the disk, then run the same command again: it goes on."),
)


def run(common: Common, work: Callable[[], Awaitable[ExitStatus]]) -> ExitStatus:
    """Run a command's work on an event loop.

    Args:
        common: What every command is told.
        work: The work.

    Returns:
        What came of it; errors of ours have been told.

    Raises:
        click.ClickException: The command line does not fit.
    """
    try:
        return anyio.run(_until_interrupted, work, common.output, backend=common.backend)
    except Exception as error:
        innermost = _innermost(error)
        if isinstance(innermost, click.ClickException):
            raise innermost from error
        return failed(common.output, error)
    except BaseException as error:
        if isinstance(_innermost(error), KeyboardInterrupt):  # signals cannot be listened for
            return ExitStatus.INTERRUPTED
        raise


def run_here(common: Common, work: Callable[[], ExitStatus]) -> ExitStatus:
    """Run a command's work that needs no event loop.

    Args:
        common: What every command is told.
        work: The work.

    Returns:
        What came of it; errors of ours have been told.

    Raises:
        click.ClickException: The command line does not fit.
    """
    try:
        return work()
    except KeyboardInterrupt:
        common.output.say("Stopped. Nothing is left half-written.")
        return ExitStatus.INTERRUPTED
    except click.ClickException:
        raise
    except Exception as error:  # noqa: BLE001  (a traceback helps nobody at a terminal)
        return failed(common.output, error)


def failed(output: Output, error: BaseException) -> ExitStatus:
    """Tell an error as one line with the way out.

    Args:
        output: Where to.
        error: The error.

    Returns:
        What it means for the exit status.
    """
    error = _innermost(error)
    advice = next((text for kind, text in _ADVICE if isinstance(error, kind)), "")
    message = " ".join(str(error).split())
    if isinstance(error, OSError) and error.filename is not None and error.strerror:
        message = f"{error.filename}: {error.strerror}"
    if not isinstance(error, (errors.WorkMailError, OSError)):
        message = f"{type(error).__name__}: {message}" if message else type(error).__name__
        advice = "This should not happen; with -v the traceback tells where it did."
    output.error(type(error).__name__, message, advice, error)
    unfit = type(error) is ExportError  # options that do not fit the organization
    begun = not unfit and not isinstance(error, _NOT_BEGUN)
    return ExitStatus.INCOMPLETE if begun else ExitStatus.NOT_BEGUN


def _innermost(error: BaseException) -> BaseException:
    """Return the one error of a group of one, however deep; the first of several."""
    members: Any = getattr(error, "exceptions", None)
    return _innermost(members[0]) if members else error


async def _until_interrupted(
    work: Callable[[], Awaitable[ExitStatus]], output: Output
) -> ExitStatus:
    problem: Exception | None = None
    status = ExitStatus.INTERRUPTED
    async with anyio.create_task_group() as listening:
        with anyio.CancelScope() as scope:
            if _can_listen():
                await listening.start(_listen, scope, output)
            try:
                status = await work()
            except Exception as error:  # noqa: BLE001  (raised below, not as a group)
                problem = error
        listening.cancel_scope.cancel()
    if problem is not None:
        raise problem
    return status


def _can_listen() -> bool:
    return sys.platform != "win32" and threading.current_thread() is threading.main_thread()


async def _listen(
    scope: anyio.CancelScope, output: Output, *, task_status: anyio.abc.TaskStatus[None]
) -> None:
    """Cancel the work at the first Ctrl-C, and end the process at the second."""
    with anyio.open_signal_receiver(signal.SIGINT, signal.SIGTERM) as signals:
        task_status.started()
        async for _ in signals:
            if scope.cancel_called:
                os._exit(ExitStatus.INTERRUPTED)  # nothing is lost: the manifest is on disk
            output.say("Stopping… (once more ends it at once; nothing is lost either way)")
            scope.cancel()
