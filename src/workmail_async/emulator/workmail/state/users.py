"""Users."""

from __future__ import annotations

from datetime import datetime

from attrs import define, field

from .entities import Entity


@define(kw_only=True, eq=False)
class User(Entity):
    """A user. Passwords are checked, but not stored.

    Args:
        display_name: The display name.
        role: USER, REMOTE_USER, SYSTEM_USER or RESOURCE.
        attributes: First name, telephone and others, by their snake_case names.
        identity_provider_user_id: The user's id in IAM Identity Center.
        identity_store_id: The identity store of that id.
        mailbox_provisioned_date: When the mailbox was created.
        mailbox_deprovisioned_date: When it was removed.
    """

    display_name: str
    role: str = "USER"
    attributes: dict[str, str] = field(factory=dict, repr=False)
    identity_provider_user_id: str | None = None
    identity_store_id: str | None = None
    mailbox_provisioned_date: datetime | None = None
    mailbox_deprovisioned_date: datetime | None = None
