"""Clients of the AWS services that an export needs, and what their errors mean."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import anyio

from workmail_async.runtime.client import ServiceClient
from workmail_async.runtime.event_loop import on_own_loop
from workmail_async.runtime.operation import Service
from workmail_async.runtime.settings import Settings

S3 = Service("s3", "Amazon S3", "2006-03-01", ())
IAM = Service("iam", "AWS IAM", "2010-05-08", ())
KMS = Service("kms", "AWS KMS", "2014-11-01", ())
STS = Service("sts", "AWS STS", "2011-06-15", ())

_ATTEMPTS = 5
#: The beginning of the codes with which a service asks to slow down, whatever their status.
_BUSY = "Throttling"


@asynccontextmanager
async def aws_client(workmail: ServiceClient, service: Service) -> AsyncGenerator[Any, None]:
    """Open an aiobotocore client with the settings of a WorkMail client.

    Args:
        workmail: The client whose Region, credentials and endpoint are used.
        service: The service, such as `S3`.

    Yields:
        The client; it is closed at the end of the block.
    """
    behaviour: dict[str, Any] = {
        "retries": {"mode": "standard", "total_max_attempts": _ATTEMPTS},
    }
    if workmail.settings.endpoint_url is not None:
        # an emulator has no host name for each bucket
        behaviour["s3"] = {"addressing_style": "path"}
    client = await on_own_loop(_open, service, workmail.settings, behaviour)
    try:
        yield client
    finally:
        with anyio.CancelScope(shield=True):
            await client.close()


async def _open(service: Service, settings: Settings, behaviour: dict[str, Any]) -> Any:
    from workmail_async.runtime.opening import open_client  # loads aiobotocore

    return await open_client(service, settings, behaviour)


def status_of(error: Exception) -> int | None:
    """Return the HTTP status of a refusal by one of the services; None for any other error."""
    from botocore.exceptions import ClientError

    if not isinstance(error, ClientError):
        return None
    answer: dict[str, Any] = dict(error.response)
    status: int = answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return status


def is_passing(error: Exception) -> bool:
    """Return whether a retry may help: the error is of the network or of a busy service.

    Args:
        error: The error of a call of botocore, or of reading its answer.
    """
    status = status_of(error)
    if status is not None:
        return status == 429 or status >= 500 or refusal(error).get("Code", "").startswith(_BUSY)
    if isinstance(error, OSError):
        return True
    packages = ("botocore", "aiobotocore", "aiohttp", "httpx", "httpx2", "httpcore", "httpcore2")
    return type(error).__module__.partition(".")[0] in packages


def refusal(error: Any) -> dict[str, Any]:
    """Return the error of one of the services: its `Code` and `Message`."""
    said: dict[str, Any] = error.response.get("Error", {})
    return said
