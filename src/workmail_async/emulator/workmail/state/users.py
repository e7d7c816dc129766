"""Users."""

from __future__ import annotations

from datetime import datetime

from attrs import define, field

from .entities import Entity


@define(kw_only=True, eq=False)
class User(Entity):
    """A user. Passwords are checked and then forgotten.

    Args:
        display_name: The name shown to people.
        role: USER, REMOTE_USER, SYSTEM_USER or RESOURCE.
        attributes: First name, telephone and the like, by their snake_case names.
        identity_provider_user_id: Who the user is in IAM Identity Center.
        identity_store_id: The identity store that user is in.
        mailbox_provisioned_date: When the mailbox was made.
        mailbox_deprovisioned_date: When it was taken away.
    """

    display_name: str
    role: str = "USER"
    attributes: dict[str, str] = field(factory=dict, repr=False)
    identity_provider_user_id: str | None = None
    identity_store_id: str | None = None
    mailbox_provisioned_date: datetime | None = None
    mailbox_deprovisioned_date: datetime | None = None
