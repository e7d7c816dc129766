"""Reads our words from the overlay, with the service's names spelled as in Python."""

from __future__ import annotations

from codegen.overlay import Overlay
from codegen.vocabulary import Vocabulary

#: The longest summary that fits on the first line of a method's docstring.
LONGEST_SUMMARY = 88


class Words:
    """The words of the overlay, on one line each.

    Args:
        overlay: The overlay.
        vocabulary: The names to spell as Python code.
    """

    def __init__(self, overlay: Overlay, vocabulary: Vocabulary) -> None:
        self._overlay = overlay
        self._vocabulary = vocabulary

    def text(self, *steps: str, hint: str = "") -> str:
        """Return a required text; `hint` says what needs it."""
        return self._spelled(self._overlay.need(*steps, hint=hint))

    def optional(self, *steps: str) -> str:
        """Return an optional text; empty if it is missing."""
        return self._spelled(self._overlay.get(*steps, default=""))

    def summary(self, file: str, name: str) -> str:
        """Return the summary of an operation, structure, enumeration, error or waiter."""
        text = self.text(file, name, "summary")
        if len(text) > LONGEST_SUMMARY:
            room = f"{LONGEST_SUMMARY} fit on a docstring's first line"
            because = f"it has {len(text)} characters, and {room}"
            self._overlay.wrong(file, name, "summary", because=because)
        return text

    def member(self, structure: str, member: str) -> str:
        """Return what a member means: in this structure, or else everywhere."""
        own = self.optional("members", structure, member)
        general = self.optional("members", "members", member)
        return (
            own or general or self.text("members", "members", member, hint=f"used by {structure}")
        )

    def _spelled(self, text: str) -> str:
        return self._vocabulary.python(" ".join(text.split()))
