"""A mkdocs hook that generates tables and trees from the code, so that no page gets outdated.

A page asks for one with a comment such as `<!-- generated: error-tree -->`.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Any

import click

from workmail_async import WorkMailClient, archives, emulator, enums, errors, exports, models
from workmail_async.cli.program import program
from workmail_async.messageflow import errors as messageflow_errors
from workmail_async.runtime import errors as runtime_errors
from workmail_async.runtime.model import Model, members
from workmail_async.runtime.waiting import Waiter
from workmail_async.workmail import errors as workmail_errors
from workmail_async.workmail import waiters

#: How many columns of code fit a page in a window of 1,280 pixels.
WIDTH = 74

_PLACE = re.compile(r"<!-- generated: (?P<name>[a-z-]+) -->")


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Put the generated parts into a page; mkdocs calls this for each page.

    Args:
        markdown: The page.

    Returns:
        The complete page.
    """
    return _PLACE.sub(lambda place: GENERATED[place["name"]](), markdown)


def error_classes(module: ModuleType) -> list[type[errors.WorkMailError]]:
    """Return the public error classes of a module."""
    exported = (getattr(module, name) for name in module.__all__)
    classes = (each for each in exported if isinstance(each, type))
    return [each for each in classes if issubclass(each, errors.WorkMailError)]


def error_tree() -> str:
    """Draw the class hierarchy, with a single line for all classes of the services' codes."""
    documented = set(errors.ERRORS.values())
    classes = error_classes(errors) + error_classes(archives) + error_classes(exports)

    def branch(cls: type[errors.WorkMailError], indent: str) -> Iterable[str]:
        below = [each for each in classes if each.__bases__[0] is cls]
        lines = [(each.__name__, each) for each in below if each not in documented]
        if cls is errors.ServiceError:
            lines.insert(
                0, (f"AccessDeniedException, … one for each of {len(documented)} codes", cls)
            )
        for position, (text, each) in enumerate(lines):
            last = position == len(lines) - 1
            also = [base.__name__ for base in each.__bases__[1:]] if each is not cls else []
            yield f"{indent}{'└── ' if last else '├── '}{text}" + (
                f"  (also a {', '.join(also)})" if also else ""
            )
            if each is not cls:
                yield from branch(each, indent + ("    " if last else "│   "))

    return "\n".join(["```text", "WorkMailError", *branch(errors.WorkMailError, ""), "```"])


def own_errors() -> str:
    """Describe the classes that do not belong to a service's code."""
    documented = set(errors.ERRORS.values())
    own = [each for each in error_classes(errors) if each not in documented]
    return _error_table((cls, _paragraph(cls, 0), ADVICE[cls]) for cls in own)


def export_errors() -> str:
    """Describe the classes of `workmail_async.archives` and `workmail_async.exports`."""
    own = error_classes(archives) + error_classes(exports)
    return _error_table(
        (cls, _paragraph(cls, 0), EXPORT_ADVICE.get(cls.__name__, "")) for cls in own
    )


def service_errors() -> str:
    """Describe the classes of the services' codes; their docstrings have the advice."""
    classes = [errors.ERRORS[code] for code in sorted(errors.ERRORS)]
    return _error_table((cls, _paragraph(cls, 0), _paragraph(cls, 1)) for cls in classes)


def _error_table(rows: Iterable[tuple[type[errors.WorkMailError], str, str]]) -> str:
    lines = ["| class | meaning | what to do | retryable |", "|---|---|---|---|"]
    for cls, meaning, advice in rows:
        link = f"[`{cls.__name__}`][{_home(cls)}.{cls.__name__}]"
        lines.append(f"| {link} | {meaning} | {advice} | {_retryable(cls)} |")
    return "\n".join(lines)


def _home(cls: type) -> str:
    """Return the module that documents a class; `__module__` is where users import it from."""
    for package in (archives, exports):
        if cls.__name__ in package.__all__:
            return package.__name__
    modules = (runtime_errors, workmail_errors, messageflow_errors)
    return next(m.__name__ for m in modules if cls.__name__ in m.__all__)


def _paragraph(cls: type, number: int) -> str:
    paragraph = _paragraph_of(cls, number)
    if not paragraph:
        raise ValueError(f"{cls.__name__} has no paragraph {number} in its docstring")
    return paragraph


def _paragraph_of(documented: object, number: int) -> str:
    paragraphs = inspect.cleandoc(documented.__doc__ or "").split("\n\n")
    text = paragraphs[number] if number < len(paragraphs) else ""
    return " ".join(text.split()).replace("|", "\\|")


def _retryable(cls: type[errors.WorkMailError]) -> str:
    value: object = vars(cls).get("retryable", cls.retryable)
    return "HTTP 429, 5xx" if isinstance(value, property) else "yes" if value else ""


def waiter_table() -> str:
    """Describe every waiter: what it waits for, what ends it, its timeout and its pauses."""
    rows = [
        "| Method | Succeeds at | Fails at | Timeout | Pause |",
        "|---|---|---|---|---|",
    ]
    for name in waiters.__all__:
        waiter: Waiter = getattr(waiters, name)
        method = inspect.signature(getattr(WorkMailClient, f"wait_until_{waiter.name}"))
        default = {key: parameter.default for key, parameter in method.parameters.items()}
        good = [*waiter.success, *(f"error {code}" for code in waiter.success_errors)]
        twice = " (seen twice in a row)" if waiter.consecutive > 1 else ""
        rows.append(
            f"| `wait_until_{waiter.name}` | {', '.join(good)}{twice} "
            f"| {', '.join(waiter.failure) or 'none'} | {_duration(default['timeout'])} "
            f"| {default['min_delay']:g} to {default['max_delay']:g} s |"
        )
    return "\n".join(rows)


def _duration(seconds: float) -> str:
    for unit, length in (("h", 3600), ("min", 60)):
        if seconds >= length and seconds % length == 0:
            return f"{seconds / length:g} {unit}"
    return f"{seconds:g} s"


def sensitive_members() -> str:
    """List the members whose values are never shown, with their classes."""
    found: dict[str, list[str]] = {}
    for name in sorted(models.__all__):
        cls = getattr(models, name)
        if isinstance(cls, type) and issubclass(cls, Model):
            for member in members(cls):
                if member.wire.shape.sensitive:
                    found.setdefault(member.name, []).append(f"`{name}`")
    rows = ["| member | of |", "|---|---|"]
    rows += [f"| `{member}` | {', '.join(found[member])} |" for member in sorted(found)]
    return "\n".join(rows)


def enum_table() -> str:
    """List the enums with their values."""
    rows = ["| enum | values |", "|---|---|"]
    for name in enums.__all__:
        cls = getattr(enums, name)
        rows.append(f"| `{name}` | {', '.join(f'`{value}`' for value in cls)} |")
    return "\n".join(rows)


def emulated_operations() -> str:
    """Describe every emulated operation by area: its errors, and where it differs."""
    from tests.emulator.refusals import MESSAGE_FLOW_MODEL

    areas: dict[str, list[str]] = {}
    for operation, handler in sorted(_handlers().items()):
        title = inspect.getdoc(inspect.getmodule(handler)) or ""
        areas.setdefault(title.partition(".")[0], []).append(
            _emulated(operation, _paragraph_of(handler, 1))
        )
    areas["Message Flow"] = [
        _emulated(operation, _MESSAGE_FLOW_NOTES[operation])
        for operation in MESSAGE_FLOW_MODEL.operation_names
    ]
    head = "| operation | errors | behaviour |\n|---|---|---|"
    return "\n\n".join(f"### {area}\n\n{head}\n" + "\n".join(areas[area]) for area in sorted(areas))


def emulated_errors() -> str:
    """Count the documented errors that tests cause, and give reasons for the others."""
    from tests.emulator.reference.situations import UNREACHABLE, documented
    from tests.emulator.refusals import OPERATIONS

    pairs = documented()
    lines = [
        "| | |",
        "|---|---:|",
        f"| operations | {len(OPERATIONS)} |",
        f"| their documented errors, counted for each operation | {len(pairs)} |",
        f"| of these, caused by tests | {len(pairs - UNREACHABLE.keys())} |",
        f"| of these, impossible to cause by a call | {len(UNREACHABLE)} |",
        "",
        "| Operation | Error | Why no call can cause it |",
        "|---|---|---|",
    ]
    lines += [
        f"| {operation} | {code} | {reason} |"
        for (operation, code), reason in sorted(UNREACHABLE.items())
    ]
    return "\n".join(lines)


def _emulated(operation: str, note: str) -> str:
    from tests.emulator.reference.situations import UNREACHABLE
    from tests.emulator.refusals import documented_errors

    codes = documented_errors(operation)
    missing = sum((operation, code) in UNREACHABLE for code in codes)
    return f"| {operation} | {len(codes) - missing} of {len(codes)} | {note} |"


def _handlers() -> dict[str, Callable[..., object]]:
    from botocore import xform_name

    from tests.emulator.refusals import MODEL
    from workmail_async.emulator.workmail.responses import WorkMailResponse

    return {name: getattr(WorkMailResponse, xform_name(name)) for name in MODEL.operation_names}


#: One handler serves both, so no docstring can describe them.
_MESSAGE_FLOW_NOTES = {
    "GetRawMessageContent": "Messages come from `Emulator.deliver` and stay in transit for 24 "
    "hours of the emulated clock. The content is a stream.",
    "PutRawMessageContent": "Reads moto's S3 if the bucket's policy allows it. Checks MIME "
    "by `Emulator.mime_rules`. The new content is delivered if a synchronous function put it.",
}


def reference(package: ModuleType) -> str:
    """Ask mkdocstrings for every public name of a package."""
    return "\n\n".join(f"::: {package.__name__}.{name}" for name in package.__all__)


def command_line() -> str:
    """Show the help of the command line, with a heading for each command."""
    whole = click.Context(program, info_name="workmail-async", terminal_width=WIDTH)
    parts = ["```text", whole.get_help(), "```"]
    for name, command in program.commands.items():
        context = click.Context(command, info_name=name, parent=whole, terminal_width=WIDTH)
        parts += ["", f"## {name}", "", "```text", context.get_help(), "```"]
    return "\n".join(parts)


#: What to do about each library error. A class without advice fails the build.
ADVICE: dict[type[errors.WorkMailError], str] = {
    errors.WorkMailError: "Catch it to handle every error of this library.",
    errors.ClientClosedError: "Make a new client, or keep this one open longer.",
    errors.ConfigurationError: "Correct the setting that the message names.",
    errors.CredentialsError: "Sign in, or give the client other credentials.",
    errors.ConnectError: "Check the endpoint, the Region, the proxy and your connection.",
    errors.InvalidResponseError: "Check what answers at the endpoint; often it is a proxy.",
    errors.PaginationError: "Report it to AWS Support. The items you have read so far are valid.",
    errors.RequestTimeoutError: "Allow more time. The service may have acted.",
    errors.RequestValidationError: "Correct what `faults` lists.",
    errors.ServiceError: "Read `code` and `message`.",
    errors.TransportError: "Try again. The service may have acted.",
    errors.UnknownServiceError: "Read `code` and `message`; a newer version may know the code.",
    errors.WaiterError: "Check `state` and `last_response`.",
    errors.WaiterFailedError: "Read `reason` and start again. Waiting longer does not help.",
    errors.WaiterTimeoutError: "Wait again, with a longer `timeout`.",
}


#: What to do about the errors of archives and exports.
EXPORT_ADVICE = {
    "ArchiveError": "Download the file at `path` again.",
    "BadExportError": "Export the mailbox again; downloading the file again does not help.",
    "ConversionError": "Do what the message says, or convert into another folder.",
    "DownloadError": "Download again: it resumes where it stopped.",
    "ExportAbortedError": "Fix what the message names, then run the export again.",
    "ExportError": "Catch it to handle every error of an export.",
    "ItemError": "Skip the item; `finding` says what is wrong with it.",
    "ManifestError": "Choose another folder, or restore the manifest at `path`.",
    "ManifestInUseError": "Wait for the other process. `workmail-async status` shows its progress.",
    "ManifestLostError": "Fix the disk or restore the manifest, then run the export again.",
}


#: What a page can ask for.
GENERATED: dict[str, Callable[[], str]] = {
    "emulated-errors": emulated_errors,
    "emulated-operations": emulated_operations,
    "command-line": command_line,
    "enums": enum_table,
    "error-tree": error_tree,
    "export-errors": export_errors,
    "names-of-archives": lambda: reference(archives),
    "names-of-emulator": lambda: reference(emulator),
    "names-of-exports": lambda: reference(exports),
    "own-errors": own_errors,
    "sensitive-members": sensitive_members,
    "service-errors": service_errors,
    "waiters": waiter_table,
}
