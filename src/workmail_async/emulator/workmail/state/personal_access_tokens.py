"""Personal access tokens, with which users of IAM Identity Center set up mail programs.

Users create them in WorkMail's web application. No operation does, so here seeds and tests do.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from attrs import frozen

from .users import User


@frozen(kw_only=True)
class PersonalAccessToken:
    """A token. Its secret is not stored: in WorkMail only the user ever sees it.

    Args:
        id: Its id.
        user: Its owner.
        name: Its name.
        scopes: What it allows.
        position: Its position in lists.
        date_created: When it was created.
        expires_time: When it expires. Lists still show it afterwards.
        date_last_used: When it was last used; None if never.
    """

    id: str
    user: User
    name: str
    scopes: Sequence[str]
    position: int
    date_created: datetime
    expires_time: datetime
    date_last_used: datetime | None = None
