"""Retention policies: when mail is deleted from folders by itself. The emulator deletes none."""

from __future__ import annotations

from typing import Any

from attrs import field, frozen


@frozen(kw_only=True)
class RetentionPolicy:
    """A policy.

    Args:
        id: Its identifier.
        name: Its name.
        description: What it is for.
        folder_configurations: What to do in which folder, in the form of the request.
    """

    id: str
    name: str
    description: str | None = field(repr=False)
    folder_configurations: list[dict[str, Any]]
