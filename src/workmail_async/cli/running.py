"""Runs a command until it ends, fails or is interrupted, and says which it was."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Awaitable, Callable
from typing import Any, Literal

import anyio
import click

from workmail_async import errors
from workmail_async.exports import ExportAbortedError, ExportError, ManifestError

from .exit_status import ExitStatus
from .output import Output

#: Errors that are raised before anything is started.
_BEFORE_START = (errors.ConfigurationError, errors.CredentialsError, ManifestError)

_RESUME = "then run the same command again: it resumes."
#: What to do about an error whose own text does not say it.
_ADVICE: tuple[tuple[type[Exception], str], ...] = (
    (errors.ConfigurationError, "See the options --region, --profile and --endpoint-url."),
    (errors.CredentialsError, "Sign in to AWS, or name a profile with --profile."),
    (errors.TransportError, f"Check your connection, {_RESUME}"),
    (errors.OrganizationNotFoundException, "Check --organization and --region."),
    (ExportAbortedError, f"Fix the cause, {_RESUME}"),
    (OSError, f"Check the disk, {_RESUME}"),
)


def run(
    output: Output,
    work: Callable[[], Awaitable[ExitStatus]],
    *,
    backend: Literal["asyncio", "trio"] = "asyncio",
) -> ExitStatus:
    """Run a command on an event loop.

    Args:
        output: Where its results go.
        work: What it does.
        backend: The event loop.

    Returns:
        How it ended; errors of ours are printed.

    Raises:
        click.ClickException: The command line is wrong.
    """
    try:
        return anyio.run(_until_interrupted, work, output, backend=backend)
    except Exception as error:
        innermost = _innermost(error)
        if isinstance(innermost, click.ClickException):
            raise innermost from error
        return failed(output, error)
    except BaseException as error:
        # Where no signal handler can be installed, Ctrl-C ends the loop like this.
        if isinstance(_innermost(error), KeyboardInterrupt):
            return ExitStatus.INTERRUPTED
        raise


def run_sync(output: Output, work: Callable[[], ExitStatus]) -> ExitStatus:
    """Run a command that needs no event loop.

    Args:
        output: Where its results go.
        work: What it does.

    Returns:
        How it ended; errors of ours are printed.

    Raises:
        click.ClickException: The command line is wrong.
    """
    try:
        return work()
    except KeyboardInterrupt:
        output.say("Stopped. No file is left half-written.")
        return ExitStatus.INTERRUPTED
    except click.ClickException:
        raise
    except Exception as error:  # noqa: BLE001  (a traceback helps nobody at a terminal)
        return failed(output, error)


def failed(output: Output, error: BaseException) -> ExitStatus:
    """Print an error as one line that says what to do.

    Args:
        output: Where to print it.
        error: The error.

    Returns:
        The exit status that it means.
    """
    error = _innermost(error)
    advice = next((text for kind, text in _ADVICE if isinstance(error, kind)), "")
    message = " ".join(str(error).split())
    if isinstance(error, OSError) and error.filename is not None and error.strerror:
        message = f"{error.filename}: {error.strerror}"
    if not isinstance(error, (errors.WorkMailError, OSError)):
        message = f"{type(error).__name__}: {message}" if message else type(error).__name__
        advice = "This is a bug in workmail-async; -v prints the traceback for a report."
    output.error(type(error).__name__, message, advice, error)
    # An ExportError itself, not one of its kinds, means options that do not fit the organization.
    before = type(error) is ExportError or isinstance(error, _BEFORE_START)
    return ExitStatus.NOT_STARTED if before else ExitStatus.INCOMPLETE


def _innermost(error: BaseException) -> BaseException:
    """Return the one error of a group of one, however deep; the first of several."""
    members: Any = getattr(error, "exceptions", None)
    return _innermost(members[0]) if members else error


async def _until_interrupted(
    work: Callable[[], Awaitable[ExitStatus]], output: Output
) -> ExitStatus:
    raised: Exception | None = None
    status = ExitStatus.INTERRUPTED
    async with anyio.create_task_group() as listening:
        with anyio.CancelScope() as scope:
            if _can_listen():
                await listening.start(_listen, scope, output)
            try:
                status = await work()
            except Exception as error:  # noqa: BLE001  (raised below, not as a group)
                raised = error
        listening.cancel_scope.cancel()
    if raised is not None:
        raise raised
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
            output.say("Stopping… (press Ctrl-C again to quit at once; nothing is lost either way)")
            scope.cancel()
