"""Credentials for an emulator, and boto3 clients that are bound to it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, TypedDict

if TYPE_CHECKING:
    from boto3 import Session


class Credentials(TypedDict):
    """Credentials under the argument names of this package's clients, boto3 and aiobotocore."""

    aws_access_key_id: str
    aws_secret_access_key: str


# The emulator accepts any.
_ANY = "testing"
CREDENTIALS: Credentials = Credentials(aws_access_key_id=_ANY, aws_secret_access_key=_ANY)


class Clients:
    """The boto3 clients of one emulator, each created once.

    They ignore profiles, configuration files and proxies of the machine: tests run the same
    everywhere.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._session: Session | None = None
        self._clients: dict[tuple[str, str, str], Any] = {}

    def get(self, service: str, endpoint_url: str, region: str) -> Any:
        """Return a client, which all callers for the same service and Region share.

        Args:
            service: The service's name in boto3.
            endpoint_url: The emulator's URL.
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
    # Each tuple says where botocore looks for a setting: nowhere.
    unset: dict[str, Any] = dict.fromkeys(settings, (None, None, None, None))
    return boto3.Session(botocore_session=Session(unset))
