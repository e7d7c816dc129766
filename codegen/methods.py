"""Makes the methods of the clients, and of the view that binds one of their arguments."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from codegen.ir import (
    Argument,
    Group,
    Import,
    Member,
    Method,
    Operation,
    Pagination,
    View,
    Waiter,
)
from codegen.names import PACKAGE
from codegen.prose import Doc, Entry, Section
from codegen.shapes import annotation

#: How many members of a response a method's docstring names at most.
_FEW = 10

_TIMES = (
    ("timeout", "Seconds before it gives up."),
    ("min_delay", "Seconds before the second check."),
    ("max_delay", "The longest pause between two checks, in seconds."),
)


def of_operation(operation: Operation, bound: str | None) -> Method:
    """Return the method that sends an operation's request.

    Args:
        operation: The operation.
        bound: The argument that the view passes; None for the client's own method.
    """
    members = _arguments(operation, bound)
    result = _result(operation)
    kind: Literal["call", "page", "stream"] = "call"
    if operation.pagination:
        kind = "page"
    elif operation.stream:
        kind = "stream"
    return Method(
        name=operation.method,
        kind=kind,
        arguments=tuple(map(_argument, members)),
        passed=tuple(member.name for member in members),
        returns=result,
        doc=Doc(
            operation.summary,
            (operation.notes,),
            (
                _described(members),
                Section("Returns", tuple(_returned(operation))),
                Section("Raises", tuple(_documented_errors(operation))),
            ),
            (f"{_also_raised(operation)}<{operation.page}>",),
        ),
        request=operation.request.name,
        call=operation.stream.call if operation.stream else None,
    )


def of_waiter(waiter: Waiter, bound: str | None) -> Method:
    """Return the method that waits.

    Args:
        waiter: The waiter.
        bound: The argument that the view passes; None for the client's own method.
    """
    operation = waiter.operation
    members = [member for member in _arguments(operation, bound) if member.required]
    response = f"models.{operation.response.name}"
    times = [Entry(name, text) for name, text in _TIMES]
    watch = Entry("on_progress", "Called with each response; a plain or an async function.")
    gives = (Entry(None, f"The last response of `{operation.method}`."),) if waiter.gives else ()
    failed = f"The final state is {_either(waiter.failure)}."
    raised = [Entry("errors.WaiterTimeoutError", "The timeout expired.")]
    if waiter.failure:
        raised.append(Entry("errors.WaiterFailedError", failed))
    return Method(
        name=f"wait_until_{waiter.name}",
        kind="wait",
        arguments=(
            *map(_argument, members),
            *(Argument(name, "float", str(getattr(waiter, name))) for name, _ in _TIMES),
            Argument("on_progress", f"ProgressCallback[{response}] | None", "None"),
        ),
        passed=tuple(member.name for member in members),
        returns=response if waiter.gives else "None",
        doc=Doc(
            waiter.summary,
            (waiter.notes,),
            (
                Section("Args", (*_described(members).entries, *times, watch)),
                Section("Returns", gives),
                Section("Raises", tuple(raised)),
            ),
        ),
        request=operation.request.name,
        waiter=waiter.name.upper(),
    )


def client_imports(
    package: str, groups: Iterable[Group], operations: Mapping[str, Operation], view: View | None
) -> tuple[Import, ...]:
    """Return what a client's module imports."""
    methods = [method for group in groups for method in group.methods]
    found = [
        Import("typing", ("TYPE_CHECKING",)),
        *_annotation_imports(package, methods),
        Import(f"{PACKAGE}.runtime.client", ("ServiceClient",)),
    ]
    if any(method.waiter for method in methods):
        found += [
            Import(f"{PACKAGE}.runtime.waiting", ("wait_until",)),
            Import(package, ("waiters",)),
        ]
    if view:
        found.append(Import(package, (f"{view.module} as views",)))
    for operation in operations.values():
        if operation.stream:
            found.append(Import(operation.stream.call_module, (operation.stream.call,)))
    return (*found, Import(f"{package}.service", ("SERVICE",)))


def view_imports(package: str, groups: Iterable[Group]) -> tuple[Import, ...]:
    """Return what a view's module imports."""
    methods = [method for group in groups for method in group.methods]
    return (
        Import("attrs", ("field", "frozen")),
        Import("typing", ("TYPE_CHECKING",)),
        *_annotation_imports(package, methods),
    )


def _annotation_imports(package: str, methods: list[Method]) -> Iterator[Import]:
    annotations = " ".join(
        [method.returns for method in methods]
        + [argument.annotation for method in methods for argument in method.arguments]
    )
    for module, name in (
        (PACKAGE, "enums"),
        (package, "models"),
        ("typing", "Literal"),
        (f"{PACKAGE}.runtime.paging", "Pager"),
        (f"{PACKAGE}.runtime.waiting", "ProgressCallback"),
    ):
        if f"{name}." in annotations or f"{name}[" in annotations:
            yield Import(module, (name,))


def _arguments(operation: Operation, bound: str | None) -> list[Member]:
    members = [member for member in operation.request.members if member.name != bound]
    return sorted(members, key=lambda member: not member.required)


def _argument(member: Member) -> Argument:
    return Argument(member.name, member.parameter, None if member.required else "None")


def _described(members: Iterable[Member]) -> Section:
    return Section("Args", tuple(Entry(member.name, member.brief) for member in members))


def _result(operation: Operation) -> str:
    response = f"models.{operation.response.name}"
    if operation.pagination:
        return f"Pager[{_item(operation.pagination)}, {response}]"
    if operation.stream:
        return operation.stream.call
    return response


def _item(pagination: Pagination) -> str:
    element = pagination.items.shape.element
    assert element is not None
    return annotation(element, lenient=False, models="models.", enums="enums.")


def _returned(operation: Operation) -> Iterator[Entry]:
    """Yield what a method returns; the client's docstring explains empty responses."""
    if operation.response.members:
        yield Entry(None, _response(operation))


def _response(operation: Operation) -> str:
    if operation.pagination:
        pages = "all pages" if operation.pagination.token else "its only page"
        item = _item(operation.pagination)
        return f"A pager: `async for` yields each `{item}` of {pages}, `await` returns one page."
    if operation.stream:
        return operation.stream.returns
    names = [f"`{member.name}`" for member in operation.response.members]
    if len(names) > _FEW:
        more = f"{len(names) - _FEW} more: see `models.{operation.response.name}`"
        return f"The response, with {', '.join(names[:_FEW])} and {more}."
    return f"The response, with {_both(names)}."


def _documented_errors(operation: Operation) -> Iterator[Entry]:
    for error in operation.errors:
        yield Entry(f"errors.{error.code}", error.summary)


def _also_raised(operation: Operation) -> str:
    """Name the errors that the client's docstring explains."""
    names = [f"`{error.code}`" for error in operation.frequent_errors]
    also = "Also raises" if operation.errors else "Raises"
    return f"{also} {_both(names)}. " if names else ""


def _both(words: list[str]) -> str:
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))


def _either(words: tuple[str, ...]) -> str:
    return " or ".join(filter(None, (", ".join(words[:-1]), words[-1]))) if words else ""
