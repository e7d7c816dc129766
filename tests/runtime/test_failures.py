"""What botocore and HTTP libraries raise is translated; a defect shows as what it is."""

from typing import Any

import botocore.exceptions as aws
import pytest
from aiobotocore.config import AioConfig
from aiobotocore.httpxsession import HttpxSession
from aiobotocore.session import AioSession
from botocore.parsers import ResponseParserError

from tests.runtime.samples import OPERATION, ORGANIZATION, describe, failure_of, user_answer
from tests.support.plugin import REGION
from tests.support.server import StubServer
from workmail_async import WorkMailClient, errors, models
from workmail_async.runtime.failures import opening_error, stream_error, translate
from workmail_async.runtime.observers import Call

URL = "https://workmail.us-east-1.amazonaws.com/"


def call(attempts: int = 2) -> Call:
    """A call under way."""
    request = models.ResetPasswordRequest(
        organization_id=ORGANIZATION, user_id="0" * 12, password="hunter-2"
    )
    return Call(request.operation, request, max_attempts=3, attempts=attempts, http_status=502)


TRANSLATIONS: dict[str, tuple[Exception, type[errors.WorkMailError], str]] = {
    "read timeout": (
        aws.ReadTimeoutError(endpoint_url=URL, error=TimeoutError()),
        errors.RequestTimeoutError,
        (
            f"{URL} did not answer within the read timeout; the service may or may not have "
            "acted on the request (2 attempts)"
        ),
    ),
    "connect timeout": (
        aws.ConnectTimeoutError(endpoint_url=URL, error=TimeoutError()),
        errors.RequestTimeoutError,
        f"no connection to {URL} within the connect timeout (2 attempts)",
    ),
    "unreachable": (
        aws.EndpointConnectionError(endpoint_url=URL, error=OSError(111, "Connection refused")),
        errors.ConnectError,
        (
            f"cannot connect to {URL}: Connection refused; check region and your connection "
            "(2 attempts)"
        ),
    ),
    "no TLS": (
        aws.SSLError(endpoint_url=URL, error=OSError(1, "certificate expired")),
        errors.ConnectError,
        (
            f"no TLS connection to {URL}: certificate expired; check endpoint_url and "
            "the certificates (2 attempts)"
        ),
    ),
    "proxy": (
        aws.ProxyConnectionError(proxy_url="http://proxy", error=OSError(111, "refused")),
        errors.ConnectError,
        "cannot connect to the proxy http://proxy: refused (2 attempts)",
    ),
    "closed": (
        aws.ConnectionClosedError(endpoint_url=URL, error=ValueError("half an answer.")),
        errors.TransportError,
        (
            f"the connection to {URL} was lost: half an answer; the service may or may not "
            "have acted on the request (2 attempts)"
        ),
    ),
    "anything else": (
        aws.HTTPClientError(error=ValueError("hunter-2 is odd")),
        errors.TransportError,
        (
            "the connection to the endpoint was lost: *** is odd; the service may or may not "
            "have acted on the request (2 attempts)"
        ),
    ),
    "missing file": (
        aws.HTTPClientError(error=FileNotFoundError(2, "No such file or directory")),
        errors.ConfigurationError,
        (
            "the AWS settings name a file or a program that cannot be used, "
            "such as ca_bundle or credential_process: No such file or directory"
        ),
    ),
    "no credentials": (
        aws.NoCredentialsError(),
        errors.CredentialsError,
        (
            "no AWS credentials: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, "
            "pass profile=…, or give this machine a role"
        ),
    ),
    "credentials that cannot be renewed": (
        aws.CredentialRetrievalError(provider="sso", error_msg="log in again"),
        errors.CredentialsError,
        "Error when retrieving credentials from sso: log in again",
    ),
    "an answer that cannot be parsed": (
        ResponseParserError("odd"),
        errors.InvalidResponseError,
        "odd (2 attempts)",
    ),
    "a setting": (
        aws.UnknownEndpointError(service_name="workmail", region_name="x"),
        errors.ConfigurationError,
        "Unable to construct an endpoint for workmail in region x",
    ),
    "credentials out of date": (
        RuntimeError("Credentials were refreshed, but the refreshed credentials are expired."),
        errors.CredentialsError,
        "Credentials were refreshed, but the refreshed credentials are expired.",
    ),
}


@pytest.mark.parametrize(("error", "kind", "text"), TRANSLATIONS.values(), ids=TRANSLATIONS.keys())
def test_what_is_known_is_translated(
    error: Exception, kind: type[errors.WorkMailError], text: str
) -> None:
    ours = translate(error, call())

    assert type(ours) is kind
    assert str(ours) == f"ResetPassword: {text}"
    if isinstance(ours, errors.TransportError):
        assert (ours.operation, ours.attempts) == ("ResetPassword", 2)


@pytest.mark.parametrize(
    "error", [KeyError("x"), RuntimeError("x"), ValueError("x"), ZeroDivisionError()], ids=repr
)
def test_what_is_not_known_is_not_translated(error: Exception) -> None:
    assert translate(error, call()) is None


@pytest.mark.parametrize("error", [KeyError("x"), RuntimeError("x")], ids=repr)
def test_what_is_not_known_of_opening_is_not_translated(error: Exception) -> None:
    assert opening_error(error) is None


def test_a_stream_that_failed_without_a_reason_names_the_failure() -> None:
    assert str(stream_error(ValueError("odd."), "X")) == "X: the content was cut off: odd"


def session_that_fails(event: str, error: Exception, anyio_backend: str) -> AioSession:
    """A session in which something raises at one of botocore's events."""

    def fail(**_: Any) -> None:
        raise error

    session = AioSession()
    if anyio_backend == "trio":
        session.set_default_client_config(AioConfig(http_session_cls=HttpxSession))
    session.register(event, fail)
    return session


@pytest.mark.anyio
@pytest.mark.parametrize("event", ["before-call", "request-created", "before-sign", "before-send"])
async def test_a_defect_shows_as_what_it_is(
    server: StubServer, anyio_backend: str, event: str
) -> None:
    defect = ZeroDivisionError("somebody's own")
    server.respond = lambda _: user_answer()
    session = session_that_fails(f"{event}.workmail", defect, anyio_backend)

    async with WorkMailClient(session=session, region=REGION, endpoint_url=server.url) as client:
        error = await failure_of(client, ZeroDivisionError)

    assert error is defect


@pytest.mark.anyio
async def test_an_error_of_ours_comes_through_as_it_is(
    server: StubServer, anyio_backend: str
) -> None:
    own = errors.ConfigurationError("from a handler")
    session = session_that_fails("before-call.workmail", own, anyio_backend)

    async with WorkMailClient(session=session, region=REGION, endpoint_url=server.url) as client:
        assert await failure_of(client, errors.ConfigurationError) is own


# ---- The HTTP library ----


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_httpx_can_be_chosen_on_asyncio_too(server: StubServer) -> None:
    server.respond = lambda _: user_answer("u-3")
    config = AioConfig(http_session_cls=HttpxSession)

    async with WorkMailClient(region=REGION, endpoint_url=server.url, config=config) as client:
        assert (await describe(client)).user_id == "u-3"

    assert server.last.target == f"{server.url}/"  # httpx writes the whole address


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["trio"])
async def test_a_missing_library_says_how_to_get_it(
    server: StubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def find_spec(name: str) -> None:
        assert name == "httpx2"

    monkeypatch.setattr("workmail_async.runtime.opening.find_spec", find_spec)

    async with WorkMailClient(region=REGION, endpoint_url=server.url) as client:
        error = await failure_of(client, errors.ConfigurationError)

    assert str(error) == "on trio requests go through httpx2: pip install 'workmail-async[trio]'"
    assert OPERATION not in str(error)
