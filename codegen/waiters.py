"""Reads the waiters of the overlay and checks them against the service model."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from codegen.ir import Operation, Waiter
from codegen.names import snake
from codegen.overlay import Overlay
from codegen.words import Words


def waiters_of(
    overlay: Overlay, operations: Mapping[str, Operation], words: Words
) -> tuple[Waiter, ...]:
    """Return the waiters on some operations.

    Args:
        overlay: The overlay.
        operations: The operations of one service; waiters on others are left alone.
        words: What each waiter waits for.
    """
    return tuple(
        _Table(overlay, name, operations[operation]).waiter(words)
        for name in overlay.keys("waiters")
        if (operation := overlay.get("waiters", name, "operation")) in operations
    )


class _Table:
    """The table of one waiter."""

    def __init__(self, overlay: Overlay, name: str, operation: Operation) -> None:
        self.overlay = overlay
        self.name = name
        self.operation = operation
        self.members = {member.wire: member for member in operation.response.members}
        state = self.members.get(self.need("state"))
        self.states = state.shape.values if state else ()
        self.errors = [error.code for error in operation.errors]

    def waiter(self, words: Words) -> Waiter:
        """Return the waiter."""
        self.need("reason")
        state = f"a state of {self.operation.response.name}"
        error = f"an error that {self.operation.name} documents"
        return Waiter(
            name=self.name,
            summary=words.summary("waiters", self.name),
            notes=words.optional("waiters", self.name, "notes"),
            operation=self.operation,
            state=self.attribute("state") or "",
            success=self.known("success", self.states, state),
            failure=self.known("failure", self.states, state),
            success_errors=self.known("success_errors", self.errors, error),
            retry_errors=self.known("retry_errors", self.errors, error),
            consecutive=self.get("consecutive", 1),
            progress=self.attribute("progress"),
            explanation=self.attribute("explanation"),
            gives=self.get("gives", True),
            timeout=float(self.need("timeout") or 0),
            min_delay=float(self.need("min_delay") or 0),
            max_delay=float(self.need("max_delay") or 0),
        )

    def get(self, key: str, default: Any = None) -> Any:
        return self.overlay.get("waiters", self.name, key, default=default)

    def need(self, key: str) -> Any:
        return self.overlay.need("waiters", self.name, key)

    def attribute(self, key: str) -> str | None:
        """Return the attribute for a member of the response."""
        wire = self.get(key)
        if wire is None:
            return None
        if wire not in self.members:
            self.wrong(key, f"{wire} is no member of {self.operation.response.name}")
        return snake(wire)

    def known(self, key: str, values: Collection[str], what: str) -> tuple[str, ...]:
        """Return a list of names; the model may leave open which there are."""
        found = tuple(self.get(key, ()))
        for name in found:
            if values and name not in values:
                self.wrong(key, f"{name} is not {what}")
        return found

    def wrong(self, key: str, because: str) -> None:
        self.overlay.wrong("waiters", self.name, key, because=because)
