"""Retention policies: when WorkMail deletes mail automatically. The emulator deletes none."""

from __future__ import annotations

from typing import Any

from attrs import field, frozen


@frozen(kw_only=True)
class RetentionPolicy:
    """A retention policy.

    Args:
        id: Its id.
        name: Its name.
        description: Its description.
        folder_configurations: What to do in which folder, as in the request.
    """

    id: str
    name: str
    description: str | None = field(repr=False)
    folder_configurations: list[dict[str, Any]]
