"""Keeps sensitive values of a request out of foreign texts, such as error messages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from .model import Model, members
from .shapes import REDACTED, Shape

_SHORT = 4  # characters


def sensitive_values(structure: Model) -> Iterator[str]:
    """Yield every sensitive string of a request, at any depth.

    Args:
        structure: The request or structure.

    Yields:
        The sensitive values.
    """
    for member in members(type(structure)):
        yield from _values(getattr(structure, member.name, None), member.wire.shape)


def _values(value: Any, shape: Shape) -> Iterator[str]:
    if isinstance(value, Model):
        yield from sensitive_values(value)
    elif isinstance(value, (list, tuple)):
        element = getattr(shape, "element", shape)
        for item in value:
            yield from _values(item, element)
    elif shape.sensitive and isinstance(value, str) and value:
        yield value


def scrub(text: str, structure: Model) -> str:
    """Replace every sensitive value of a request in a text.

    Args:
        text: A text that may repeat values of the request.
        structure: The request.

    Returns:
        The text with `***` in place of each sensitive value. Very short values, such as initials,
        are replaced only as whole words.
    """
    for value in sorted(sensitive_values(structure), key=len, reverse=True):
        if len(value) < _SHORT:
            text = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", REDACTED, text)
        else:
            text = text.replace(value, REDACTED)
    return text
