"""Finds out which operation of which service a request is for, before any service sees it."""

from __future__ import annotations

import io
import json
import re
from datetime import datetime, timezone
from typing import Any, Final, TypeAlias
from urllib.parse import parse_qs

from attrs import frozen
from moto.core.request import Request
from moto.core.routing import get_service_router
from werkzeug.exceptions import HTTPException

from workmail_async.emulator.validation import service_model

Environ: TypeAlias = dict[str, Any]

#: The paths of the control API. No service has paths like these.
CONTROL_PATH: Final = "/_workmail/"

WORKMAIL: Final = "workmail"
MESSAGE_FLOW: Final = "workmailmessageflow"
#: The services of an emulator, by the names that requests are signed for.
SERVICES: tuple[str, ...] = (WORKMAIL, MESSAGE_FLOW, "s3", "kms", "iam", "sts")

_ALGORITHM = "AWS4-HMAC-SHA256"
_ROUTED = (MESSAGE_FLOW, "s3")
_CREDENTIAL = re.compile(r"Credential=[^/]+/\d{8}/([^/]+)/([^/]+)/aws4_request")
_DATE_FORMAT = "%Y%m%dT%H%M%SZ"


@frozen(kw_only=True)
class Call:
    """What a request asks for.

    Args:
        service: The service it is signed for, such as `workmail` or `s3`.
        operation: The operation's name; empty if there is no such operation.
        region: The Region it is signed for.
        signed: When it was signed, if known.
    """

    service: str
    operation: str
    region: str
    signed: datetime | None


def is_legible(environ: Environ) -> bool:
    """Return whether the signature, if there is one, names a Region and a service."""
    authorization = str(environ.get("HTTP_AUTHORIZATION", ""))
    return not authorization.startswith(_ALGORITHM) or bool(_CREDENTIAL.search(authorization))


def identify(environ: Environ) -> Call:
    """Return what a request asks for. Its body can still be read afterwards."""
    query = parse_qs(environ.get("QUERY_STRING", ""), keep_blank_values=True)
    credential = _CREDENTIAL.search(environ.get("HTTP_AUTHORIZATION", "")) or _CREDENTIAL.search(
        f"Credential={query.get('X-Amz-Credential', [''])[0]}"
    )
    target, _, operation = str(environ.get("HTTP_X_AMZ_TARGET", "")).rpartition(".")
    if credential is not None:
        region, service = credential.groups()
    else:  # as in moto, a request that names no service is for S3
        region, service = "us-east-1", WORKMAIL if target == "WorkMailService" else "s3"
    if service in _ROUTED:
        operation = _routed(service, environ)
    elif not operation:
        operation = form(environ).get("Action", [""])[0]
    return Call(
        service=service,
        operation=operation,
        region=region,
        signed=_time(environ.get("HTTP_X_AMZ_DATE") or query.get("X-Amz-Date", [""])[0]),
    )


def parameters(call: Call, environ: Environ) -> dict[str, Any]:
    """Return the members of a request to WorkMail or Message Flow; none if it is not JSON."""
    try:
        body = json.loads(_body(environ) or b"{}")
    except (ValueError, RecursionError):
        body = {}
    members: dict[str, Any] = body if isinstance(body, dict) else {}
    if call.service == MESSAGE_FLOW:
        return {"messageId": environ["PATH_INFO"].rpartition("/")[2], **members}
    return members


def form(environ: Environ) -> dict[str, list[str]]:
    """Return the form of a request in the query protocol. Its body can still be read afterwards."""
    if not str(environ.get("CONTENT_TYPE", "")).startswith("application/x-www-form-urlencoded"):
        return {}
    return parse_qs(_body(environ).decode("utf-8", "replace"))


def services_of(operation: str) -> tuple[str, ...]:
    """Return the first service that has an operation, as a tuple; empty if none has it."""
    for service in SERVICES:
        if operation in service_model(service).operation_names:
            return (service,)
    return ()


def _routed(service: str, environ: Environ) -> str:
    try:
        operation, _ = get_service_router(service).match(Request(environ))
    except HTTPException:
        return ""
    return str(operation.name)


def _body(environ: Environ) -> bytes:
    content: bytes = environ["wsgi.input"].read()
    environ["wsgi.input"] = io.BytesIO(content)
    return content


def _time(text: str) -> datetime | None:
    try:
        return datetime.strptime(text, _DATE_FORMAT).replace(tzinfo=timezone.utc)
    except ValueError:
        return None
