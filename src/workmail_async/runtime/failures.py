"""Translates what botocore and the HTTP libraries raise into errors of ours."""

from __future__ import annotations

import importlib
from functools import cache
from typing import Any

import botocore.exceptions as aws
from botocore.parsers import ResponseParserError

from . import errors
from .observers import Call
from .operation import Service
from .redaction import scrub

_CREDENTIALS = (
    aws.NoCredentialsError,
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
)
_TIMEOUTS = (aws.ReadTimeoutError, aws.ConnectTimeoutError)
_UNREACHABLE = (aws.EndpointConnectionError, aws.SSLError, aws.ProxyConnectionError)


@cache
def service_error_classes() -> dict[str, type[errors.ServiceError]]:
    """Return the generated error classes by their codes."""
    # by name: the runtime does not depend on generated code
    generated: Any = importlib.import_module("workmail_async.errors")
    classes: dict[str, type[errors.ServiceError]] = generated.ERRORS
    return classes


def translate(error: Exception, call: Call) -> errors.WorkMailError | None:
    """Return our error for what a call raised.

    Args:
        error: What botocore or an HTTP library raised.
        call: The call.

    Returns:
        The error to raise instead, or None for one that is not known: a defect, which must show.
    """
    if isinstance(error, errors.WorkMailError):
        return error
    if isinstance(error, aws.ClientError):
        response: dict[str, Any] = dict(error.response)
        return service_error(response, call)
    operation, attempts = call.operation.name, call.attempts
    text = scrub(str(error), call.request)
    if isinstance(error, _CREDENTIALS):
        return errors.CredentialsError(f"{operation}: {text}")
    if isinstance(error, _TIMEOUTS):
        return errors.RequestTimeoutError(text, operation=operation, attempts=attempts)
    if isinstance(error, _UNREACHABLE):
        text += _region_hint(text, call.operation.service)
        return errors.ConnectError(text, operation=operation, attempts=attempts)
    if isinstance(error, (aws.HTTPClientError, aws.ConnectionError)):
        return errors.TransportError(text, operation=operation, attempts=attempts)
    if isinstance(error, ResponseParserError):
        return errors.InvalidResponseError(
            text, operation=operation, attempts=attempts, http_status=call.http_status or 0
        )
    if isinstance(error, aws.BotoCoreError):
        return errors.ConfigurationError(f"{operation}: {text}")
    return None


def _region_hint(text: str, service: Service) -> str:
    if "amazonaws.com" not in text or any(region in text for region in service.regions):
        return ""
    return f" ({service.title} runs in {', '.join(service.regions)})"


def service_error(response: dict[str, Any], call: Call) -> errors.ServiceError:
    """Return the error of an answer that reports one.

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
    metadata = response.get("ResponseMetadata", {})
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
    """Return our error for what opening a client raised, or None for one that is not known."""
    text = str(error)
    if isinstance(error, aws.NoRegionError):
        return errors.ConfigurationError(
            "no AWS Region: pass region=…, or set AWS_DEFAULT_REGION or the profile's region"
        )
    if isinstance(error, aws.ProfileNotFound):
        return errors.ConfigurationError(f"{text}: pass another profile=…")
    if isinstance(error, _CREDENTIALS):
        return errors.CredentialsError(text)
    if isinstance(error, aws.BotoCoreError):
        return errors.ConfigurationError(text)
    if isinstance(error, ValueError):  # how botocore refuses an endpoint
        return errors.ConfigurationError(f"{text}: pass endpoint_url='https://host[:port]'")
    return None
