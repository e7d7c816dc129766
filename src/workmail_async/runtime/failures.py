"""Translates the errors of botocore and the HTTP libraries into ours."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from functools import cache
from json import JSONDecodeError
from typing import Any

import botocore.exceptions as aws
from aiohttp import ClientConnectionError, ClientConnectorError
from botocore.parsers import ResponseParserError

from . import errors
from .observers import Call
from .operation import Service
from .redaction import scrub

#: The form of an endpoint.
ENDPOINT_FORM = "endpoint_url='https://host[:port]'"

_CREDENTIALS = (
    aws.PartialCredentialsError,
    aws.CredentialRetrievalError,
    aws.NoAuthTokenError,
    aws.TokenRetrievalError,
    aws.SSOError,
    aws.UnauthorizedSSOTokenError,
    aws.RefreshWithMFAUnsupportedError,
    aws.MetadataRetrievalError,
    aws.InfiniteLoopConfigError,
    aws.InvalidConfigError,
    aws.UnknownCredentialError,
    aws.LoginError,
)
_NO_CREDENTIALS = (
    "no AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, pass profile=…, "
    "or give this machine a role"
)
_NO_FILE = (
    "the AWS settings name a file or a program that cannot be used, "
    "such as ca_bundle or credential_process"
)
_IN_DOUBT = "the service may or may not have acted on the request"


@cache
def service_error_classes() -> dict[str, type[errors.ServiceError]]:
    """Return the generated error classes by their codes."""
    # by name: the runtime does not depend on generated code
    generated: Any = importlib.import_module("workmail_async.errors")
    classes: dict[str, type[errors.ServiceError]] = generated.ERRORS
    return classes


def translate(error: Exception, call: Call) -> errors.WorkMailError | None:
    """Return our error for one that a call raised.

    Args:
        error: An error of botocore or an HTTP library.
        call: The call.

    Returns:
        The error to raise instead; None if it is unknown, hence a defect that must not be hidden.
    """
    operation, attempts = call.operation.name, call.attempts
    if isinstance(error, aws.ClientError):  # from a call to fetch credentials
        return errors.CredentialsError(f"{operation}: {error}")
    text = scrub(str(error), call.request)
    if isinstance(error, aws.NoCredentialsError):
        return errors.CredentialsError(f"{operation}: {_NO_CREDENTIALS}")
    if isinstance(error, _CREDENTIALS):
        return errors.CredentialsError(f"{operation}: {text}")
    if isinstance(error, (aws.HTTPClientError, aws.ConnectionError)):
        return _exchange_error(error, call)
    if isinstance(error, ResponseParserError):
        return errors.InvalidResponseError(
            text, operation=operation, attempts=attempts, http_status=call.http_status or 0
        )
    if isinstance(error, aws.BotoCoreError):
        return errors.ConfigurationError(f"{operation}: {text}")
    if isinstance(error, RuntimeError) and "credentials" in text:  # renewed, but expired
        return errors.CredentialsError(f"{operation}: {text}")
    return None


def _exchange_error(error: aws.BotoCoreError, call: Call) -> errors.WorkMailError:
    details: Mapping[str, Any] = error.kwargs
    url = details.get("endpoint_url", "the endpoint")
    cause: object = details.get("error")
    reason = scrub(_reason(error), call.request)
    facts: dict[str, Any] = {"operation": call.operation.name, "attempts": call.attempts}
    if isinstance(cause, FileNotFoundError):
        return errors.ConfigurationError(f"{call.operation.name}: {_NO_FILE}: {reason}")
    if isinstance(error, aws.ReadTimeoutError):
        return errors.RequestTimeoutError(
            f"{url} did not answer within the read timeout; {_IN_DOUBT}", **facts
        )
    if isinstance(error, aws.ConnectTimeoutError):
        return errors.RequestTimeoutError(
            f"no connection to {url} within the connect timeout", **facts
        )
    if isinstance(error, aws.ProxyConnectionError):
        proxy = details.get("proxy_url")
        return errors.ConnectError(f"cannot connect to the proxy {proxy}: {reason}", **facts)
    if isinstance(error, aws.SSLError):
        return errors.ConnectError(
            f"no TLS connection to {url}: {reason}; check endpoint_url and the certificates",
            **facts,
        )
    if isinstance(error, aws.EndpointConnectionError) and not _was_connected(cause):
        hint = _region_hint(url, call.operation.service)
        return errors.ConnectError(
            f"cannot connect to {url}: {reason}; check {hint} and your connection", **facts
        )
    return errors.TransportError(
        f"the connection to {url} was lost: {reason}; {_IN_DOUBT}", **facts
    )


def stream_error(error: Exception, operation: str) -> errors.TransportError:
    """Return our error for one that reading a streamed answer raised.

    Args:
        error: An error of botocore or an HTTP library.
        operation: The operation's name.

    Returns:
        The error to raise instead.
    """
    if isinstance(error, aws.ReadTimeoutError):
        stopped = "no more content arrived within the read timeout"
        return errors.RequestTimeoutError(stopped, operation=operation)
    what = f"the content was cut off: {_reason(error)}"
    return errors.TransportError(what, operation=operation)


def _reason(error: Exception) -> str:
    """Return the HTTP library's text, without botocore's text around it."""
    details: Mapping[str, Any] = getattr(error, "kwargs", {})
    cause: object = details.get("error", error)
    return (getattr(cause, "strerror", None) or str(cause)).rstrip(".")


def _was_connected(cause: object) -> bool:
    """Return whether aiohttp was connected before it failed."""
    return isinstance(cause, ClientConnectionError) and not isinstance(cause, ClientConnectorError)


def _region_hint(url: str, service: Service) -> str:
    if "amazonaws.com" not in url:
        return "endpoint_url"
    if any(region in url for region in service.regions):
        return "region"
    return f"region ({service.title} runs in {', '.join(service.regions)})"


def service_error(response: dict[str, Any], call: Call) -> errors.ServiceError:
    """Return the error that an answer reports.

    Args:
        response: botocore's parsed answer.
        call: The call.

    Returns:
        An instance of the class of the error's code, or of `UnknownServiceError`.
    """
    found = response.get("Error", {})
    code = str(found.get("Code") or "Unknown")
    message = found.get("Message") or response.get("message") or response.get("Message") or ""
    message = scrub(str(message), call.request)
    metadata: dict[str, Any] = {
        **response.get("ResponseMetadata", {}),
        "RetryAttempts": call.attempts - 1,
    }
    cls = service_error_classes().get(code, errors.UnknownServiceError)
    return cls(
        message,
        code=code,
        operation=call.operation.name,
        request_id=metadata.get("RequestId"),
        http_status=metadata.get("HTTPStatusCode", 0),
        attempts=call.attempts,
        response={
            "Error": {**found, "Code": code, "Message": message},
            "ResponseMetadata": metadata,
        },
    )


def opening_error(error: Exception) -> errors.WorkMailError | None:
    """Return our error for one that opening a client raised; None if it is unknown."""
    text = str(error)
    if isinstance(error, aws.NoRegionError):
        return errors.ConfigurationError(
            "no AWS Region: pass region=…, or set AWS_DEFAULT_REGION or the profile's region"
        )
    if isinstance(error, aws.InvalidRegionError):
        region = error.kwargs["region_name"]
        return errors.ConfigurationError(f"{region!r} is not an AWS Region, such as 'us-east-1'")
    if isinstance(error, aws.ProfileNotFound):
        return errors.ConfigurationError(f"{text}: pass another profile=…, or set AWS_PROFILE")
    if isinstance(error, _CREDENTIALS):
        return errors.CredentialsError(text)
    if isinstance(error, aws.BotoCoreError):
        return errors.ConfigurationError(text)
    if isinstance(error, JSONDecodeError):  # the output of a credential_process
        return errors.CredentialsError(f"the source of the credentials did not return JSON: {text}")
    if isinstance(error, ValueError):  # botocore rejects an endpoint with it
        return errors.ConfigurationError(f"{text}: pass {ENDPOINT_FORM}")
    if isinstance(error, OSError):
        return errors.ConfigurationError(f"{_NO_FILE}: {text}")
    return None
