"""Personal access tokens: what users of IAM Identity Center set up mail programs with.

Users make them in WorkMail's web application. No operation does, so here seeds and testers do.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from attrs import frozen

from .users import User


@frozen(kw_only=True)
class PersonalAccessToken:
    """What is known of a token; the secret itself was shown to its user only.

    Args:
        id: Its identifier.
        user: Whose it is.
        name: Its name.
        scopes: What it allows.
        position: Its place in lists.
        date_created: When it was made.
        expires_time: When it ends. It is listed afterwards too.
        date_last_used: When it was last used, if ever.
    """

    id: str
    user: User
    name: str
    scopes: Sequence[str]
    position: int
    date_created: datetime
    expires_time: datetime
    date_last_used: datetime | None = None
