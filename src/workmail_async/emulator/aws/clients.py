"""Ways for boto3 and other SDKs to reach an emulator: credentials, and clients bound to it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, TypedDict

if TYPE_CHECKING:
    from boto3 import Session


class Credentials(TypedDict):
    """Credentials under the names that this package's clients, boto3 and aiobotocore take."""

    aws_access_key_id: str
    aws_secret_access_key: str


# Any are accepted.
_ANY = "testing"
CREDENTIALS: Credentials = Credentials(aws_access_key_id=_ANY, aws_secret_access_key=_ANY)


class Clients:
    """boto3's clients of one emulator, each made once.

    Profiles, configuration files and proxies of this machine do not reach them.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._session: Session | None = None
        self._clients: dict[tuple[str, str, str], Any] = {}

    def get(self, service: str, endpoint_url: str, region: str) -> Any:
        """Return a client, which the other callers of the same get too.

        Args:
            service: The service's name in boto3.
            endpoint_url: Where the emulator listens.
            region: The Region to sign for.
        """
        from botocore.config import Config

        key = (service, endpoint_url, region)
        with self._lock:
            if key not in self._clients:
                if self._session is None:
                    self._session = _session()
                self._clients[key] = self._session.client(
                    service,
                    endpoint_url=endpoint_url,
                    region_name=region,
                    config=Config(proxies={}),
                    **CREDENTIALS,
                )
            return self._clients[key]

    def close(self) -> None:
        """Close every client."""
        with self._lock:
            for client in self._clients.values():
                client.close()
            self._clients.clear()
            self._session = None


def _session() -> Session:
    import boto3
    from botocore.session import Session

    settings = ("profile", "config_file", "credentials_file")
    # Each is a tuple of where to look for a setting: nowhere.
    unset: dict[str, Any] = dict.fromkeys(settings, (None, None, None, None))
    return boto3.Session(botocore_session=Session(unset))
