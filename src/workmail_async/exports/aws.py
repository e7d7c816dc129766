"""Clients for the AWS services around an export, with the settings of a WorkMail client."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import anyio

from workmail_async.runtime.background import on_own_loop
from workmail_async.runtime.client import ServiceClient
from workmail_async.runtime.connection import Settings
from workmail_async.runtime.operation import Service

S3 = Service("s3", "Amazon S3", "2006-03-01", ())
IAM = Service("iam", "AWS IAM", "2010-05-08", ())
KMS = Service("kms", "AWS KMS", "2014-11-01", ())
STS = Service("sts", "AWS STS", "2011-06-15", ())

_ATTEMPTS = 5


@asynccontextmanager
async def aws_client(workmail: ServiceClient, service: Service) -> AsyncGenerator[Any, None]:
    """Open an aiobotocore client beside a WorkMail client.

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
        # an emulator has no name of its own for each bucket
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
