"""What surrounds a request: address, credentials, the client's name, the number of the attempt."""

from typing import Any

import pytest
from aiobotocore.config import AioConfig
from aiobotocore.httpxsession import HttpxSession
from aiobotocore.session import AioSession

from tests.support.plugin import SECRET_KEY
from tests.support.server import StubServer, error_answer, json_answer
from tests.support.services import MESSAGE_FLOW, WORKMAIL
from tests.support.wire import assert_signed, authorization
from workmail_async import MessageFlowClient, WorkMailClient, __version__, models

pytestmark = pytest.mark.anyio

REGIONS = ["us-east-1", "us-west-2", "eu-west-1"]


class Captured(Exception):
    """Raised instead of sending; carries the request."""

    def __init__(self, request: Any) -> None:
        super().__init__(request.url)
        self.request = request


def capturing_session(service: str, backend: str) -> AioSession:
    """A session whose clients send nothing."""

    def capture(request: Any, **_: Any) -> None:
        raise Captured(request)

    session = AioSession()
    if backend == "trio":
        session.set_default_client_config(AioConfig(http_session_cls=HttpxSession))
    session.register(f"before-send.{service}", capture)
    return session


async def address(client: Any, method: str, **arguments: str) -> str:
    """Where a client would send a call."""
    with pytest.raises(Captured) as captured:
        await getattr(client, method)(**arguments)
    url: str = captured.value.request.url
    return url


@pytest.mark.parametrize("region", REGIONS)
async def test_requests_go_to_the_address_of_the_region(anyio_backend: str, region: str) -> None:
    session = capturing_session(WORKMAIL, anyio_backend)
    async with (
        WorkMailClient(session=session, region=region, max_attempts=1) as ours,
        session.create_client(WORKMAIL, region) as theirs,
    ):
        found = await address(ours, "list_organizations")
        assert found == f"https://workmail.{region}.amazonaws.com/"
        assert found == await address(theirs, "list_organizations")


@pytest.mark.parametrize("region", REGIONS)
async def test_messages_go_to_the_address_of_the_region(anyio_backend: str, region: str) -> None:
    session = capturing_session(MESSAGE_FLOW, anyio_backend)
    content = models.RawMessageContent(s3_reference=models.S3Reference(bucket="mail", key="a"))
    request = models.PutRawMessageContentRequest(message_id="m", content=content)
    async with (
        MessageFlowClient(session=session, region=region, max_attempts=1) as ours,
        session.create_client(MESSAGE_FLOW, region) as theirs,
    ):
        with pytest.raises(Captured) as captured:
            await ours.send(request)
        found = captured.value.request.url
        assert found == f"https://workmailmessageflow.{region}.amazonaws.com/messages/m"
        assert found == await address(theirs, "get_raw_message_content", messageId="m")


async def test_the_client_names_itself_and_what_it_is_built_on(
    stubbed_workmail: WorkMailClient, stub_server: StubServer
) -> None:
    stub_server.enqueue(json_answer({}))
    await stubbed_workmail.list_organizations()

    products = dict(part.split("/") for part in stub_server.last.headers["User-Agent"].split())
    assert products["workmail-async"] == __version__
    assert "aiobotocore" in products


async def test_temporary_credentials_send_and_sign_their_token(stub_server: StubServer) -> None:
    stub_server.enqueue(json_answer({}))
    async with WorkMailClient(
        region="eu-west-1",
        endpoint_url=stub_server.url,
        aws_access_key_id="AKIDGIVENBYHAND",
        aws_secret_access_key=SECRET_KEY,
        aws_session_token="a token",
    ) as client:
        await client.list_organizations()

    sent = stub_server.last
    assert sent.headers["X-Amz-Security-Token"] == "a token"
    assert_signed(sent, SECRET_KEY)
    signed = authorization(sent)
    assert signed.access_key == "AKIDGIVENBYHAND"
    assert signed.scope == "eu-west-1/workmail/aws4_request"
    assert "x-amz-security-token" in signed.signed_headers


async def test_attempts_are_numbered_and_belong_to_one_invocation(
    stubbed_workmail: WorkMailClient, stub_server: StubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("random.random", lambda: 0.0)
    failure = error_answer("InternalFailure", status=500)
    stub_server.enqueue(failure, failure, json_answer({}))
    page = await stubbed_workmail.list_organizations()

    headers = [received.header_dict() for received in stub_server.requests]
    numbers = ["attempt=1", "attempt=2; max=3", "attempt=3; max=3"]
    assert [header["amz-sdk-request"] for header in headers] == numbers
    assert len({header["amz-sdk-invocation-id"] for header in headers}) == 1
    assert page.response_metadata.attempts == 3
    for received in stub_server.requests:
        assert_signed(received, SECRET_KEY)


async def test_calls_share_a_connection(
    stubbed_workmail: WorkMailClient, stub_server: StubServer
) -> None:
    stub_server.respond = lambda received: json_answer({})
    for _ in range(5):
        await stubbed_workmail.list_organizations()

    assert stub_server.connections == 1
    assert stub_server.last.headers["Host"] == stub_server.url.removeprefix("http://")
