"""How a client connects: its Region, endpoint and credentials."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

if TYPE_CHECKING:
    from aiobotocore.config import AioConfig
    from aiobotocore.session import AioSession


@frozen(kw_only=True)
class Credentials:
    """AWS credentials that were passed as arguments; the repr shows none of them.

    Attributes:
        access_key_id: The id of the access key.
        secret_access_key: The secret of the access key.
        session_token: The token of temporary credentials.
    """

    access_key_id: str = field(repr=False)
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(default=None, repr=False)


@frozen(kw_only=True)
class Settings:
    """The Region, endpoint and credentials of a client; `ServiceClient` explains each argument."""

    region: str | None = None
    profile: str | None = None
    endpoint_url: str | None = None
    credentials: Credentials | None = None
    session: AioSession | None = None
    config: AioConfig | None = None

    def shown(self) -> str:
        """Return what a repr may show."""
        shown = {"region": self.region, "profile": self.profile, "endpoint_url": self.endpoint_url}
        return ", ".join(f"{k}={v!r}" for k, v in shown.items() if v is not None)
