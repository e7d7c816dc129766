"""Message Flow: both operations as aiobotocore does them, and the content as a stream."""

import tracemalloc
from collections.abc import Iterator
from email.message import EmailMessage

import anyio
import anyio.lowlevel
import anyio.to_thread
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.support.models import request_of
from tests.support.plugin import SECRET_KEY
from tests.support.server import Answer, HangUp, StubServer, error_answer, json_answer
from tests.support.services import MESSAGE_FLOW, Operation
from tests.support.side_by_side import SideBySide
from tests.support.strategies import Wire, examples, full_request, minimal_request
from tests.support.wire import assert_same_request, assert_signed
from workmail_async import MessageFlowClient, errors, models

PUT = Operation(MESSAGE_FLOW, "PutRawMessageContent")
GET = Operation(MESSAGE_FLOW, "GetRawMessageContent")
REQUEST_ID = "0b5c1d27-54f3-4a3b-9c35-2b1f9d3f7f10"
MIME = (
    b"From: Ana <ana@example.com>\r\nTo: bo@example.com\r\nSubject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n"
    b"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nHello.\r\n"
)
PIECE = b"x" * 65536

puts = full_request(PUT.input) | minimal_request(PUT.input)


def content_answer(content: bytes = MIME) -> Answer:
    """A message as the service gives it, mislabelled as JSON."""
    headers = {"Content-Type": "application/json", "x-amzn-RequestId": REQUEST_ID}
    return Answer(headers=headers, body=content)


def long_answer(pieces: int) -> Answer:
    """A message that is made while it is sent."""

    def body() -> Iterator[bytes]:
        for _ in range(pieces):
            yield PIECE

    return Answer(body=body(), content_length=pieces * len(PIECE))


async def closed(server: StubServer) -> None:
    """Waits until the server has lost all its connections."""
    await anyio.to_thread.run_sync(server.wait_for, lambda: server.open_connections == 0)


async def assert_usable(client: MessageFlowClient, server: StubServer) -> None:
    """Checks that a client can still send and read."""
    server.enqueue(content_answer())
    async with client.get_raw_message_content(message_id="next") as content:
        assert await content.read() == MIME


@examples(20)
@given(wire=puts, as_request=st.booleans())
def test_a_put_is_what_aiobotocore_sends(
    message_flow: SideBySide, wire: Wire, as_request: bool
) -> None:
    async def through_both() -> object:
        await message_flow.theirs.put_raw_message_content(**wire)
        request = request_of(PUT, wire)
        if as_request:
            return await message_flow.ours.send(request)
        return await message_flow.ours.put_raw_message_content(
            message_id=request.message_id, content=request.content
        )

    message_flow.prepare(json_answer({}), json_answer({}))
    answer = message_flow.run(through_both)

    theirs, ours = message_flow.sent
    assert_same_request(ours, theirs)
    assert_signed(ours, SECRET_KEY)
    assert ours.path == f"/messages/{wire['messageId']}"
    assert ours.json() == {"content": wire["content"]}
    assert answer == models.PutRawMessageContentResponse()


@examples(20)
@given(
    message_id=st.text(min_size=1, max_size=20).filter(lambda text: set(text) != {"."}),
    content=st.binary(max_size=1000),
)
@example(message_id="a/b c%2Fd?e=f#g+ä&", content=MIME)
def test_a_get_is_what_aiobotocore_sends_and_gives(
    message_flow: SideBySide, message_id: str, content: bytes
) -> None:
    async def read_by_both() -> tuple[bytes, bytes]:
        answer = await message_flow.theirs.get_raw_message_content(messageId=message_id)
        async with answer["messageContent"] as body:
            expected = await body.read()
        async with message_flow.ours.get_raw_message_content(message_id=message_id) as ours:
            return await ours.read(), expected

    message_flow.prepare(content_answer(content), content_answer(content))
    read, expected = message_flow.run(read_by_both)
    assert read == expected == content

    theirs_sent, ours_sent = message_flow.sent
    assert_same_request(ours_sent, theirs_sent)
    assert_signed(ours_sent, SECRET_KEY)
    assert ours_sent.method == "GET"
    assert ours_sent.body == b""


@pytest.mark.anyio
async def test_the_id_is_one_segment_of_the_path_whatever_it_holds(
    stubbed_message_flow: MessageFlowClient, stub_server: StubServer
) -> None:
    stub_server.enqueue(content_answer())
    async with stubbed_message_flow.get_raw_message_content(message_id="a/b c%?#é"):
        pass

    assert stub_server.last.path == "/messages/a%2Fb%20c%25%3F%23%C3%A9"


@pytest.mark.anyio
async def test_a_sent_request_answers_with_the_stream_and_metadata(
    stubbed_message_flow: MessageFlowClient, stub_server: StubServer
) -> None:
    stub_server.enqueue(content_answer())
    response = await stubbed_message_flow.send(models.GetRawMessageContentRequest(message_id="m"))

    async with response.message_content as content:
        assert await content.read() == MIME
    metadata = response.response_metadata
    assert (metadata.request_id, metadata.http_status, metadata.attempts) == (REQUEST_ID, 200, 1)


@pytest.mark.anyio
async def test_nothing_is_sent_before_the_context_is_entered(
    stubbed_message_flow: MessageFlowClient, stub_server: StubServer
) -> None:
    call = stubbed_message_flow.get_raw_message_content(message_id="m")
    await anyio.lowlevel.checkpoint()

    assert stub_server.requests == []
    stub_server.enqueue(content_answer())
    async with call as content:
        assert await content.read() == MIME


@pytest.mark.anyio
@pytest.mark.parametrize("chunked", [True, False])
async def test_chunks_make_up_the_content(
    stubbed_message_flow: MessageFlowClient, stub_server: StubServer, chunked: bool
) -> None:
    pieces = [bytes([number]) * 50_000 for number in range(10)]
    whole = b"".join(pieces)
    length = None if chunked else len(whole)
    stub_server.enqueue(Answer(body=pieces, chunked=chunked, content_length=length))

    async with stubbed_message_flow.get_raw_message_content(message_id="m") as content:
        chunks = [chunk async for chunk in content]
        assert await content.read() == b""

    assert b"".join(chunks) == whole
    assert all(chunks)
    assert len(chunks) > 1


@pytest.mark.anyio
async def test_the_content_parses_into_a_message(
    stubbed_message_flow: MessageFlowClient, stub_server: StubServer
) -> None:
    stub_server.enqueue(content_answer())

    async with stubbed_message_flow.get_raw_message_content(message_id="m") as content:
        message = await content.message()

    assert isinstance(message, EmailMessage)
    assert message["Subject"] == "Grüße"
    assert message.get_content() == "Hello.\r\n"


@pytest.mark.anyio
async def test_a_large_content_is_never_in_memory(
    stubbed_message_flow: MessageFlowClient, stub_server: StubServer
) -> None:
    await assert_usable(stubbed_message_flow, stub_server)  # what is loaded once does not count
    pieces = 512
    stub_server.enqueue(long_answer(pieces))
    received = 0
    tracemalloc.start()
    try:
        async with stubbed_message_flow.get_raw_message_content(message_id="m") as content:
            async for chunk in content:
                received += len(chunk)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert received == pieces * len(PIECE)
    assert peak < received / 8


@pytest.mark.anyio
async def test_leaving_early_closes_the_connection_and_not_the_client(
    stubbed_message_flow: MessageFlowClient, stub_server: StubServer
) -> None:
    stub_server.enqueue(long_answer(4096))

    async with stubbed_message_flow.get_raw_message_content(message_id="m") as content:
        async for chunk in content:
            assert set(chunk) == set(PIECE)
            break

    await closed(stub_server)
    await assert_usable(stubbed_message_flow, stub_server)


@pytest.mark.anyio
async def test_an_error_in_the_block_closes_the_connection_and_not_the_client(
    stubbed_message_flow: MessageFlowClient, stub_server: StubServer
) -> None:
    stub_server.enqueue(long_answer(4096))

    async def fail() -> None:
        async with stubbed_message_flow.get_raw_message_content(message_id="m"):
            raise LookupError("the caller's own")

    with pytest.raises(LookupError, match="own"):
        await fail()
    await closed(stub_server)
    await assert_usable(stubbed_message_flow, stub_server)


@pytest.mark.anyio
async def test_cancelling_a_reader_closes_the_connection_and_not_the_client(
    stubbed_message_flow: MessageFlowClient, stub_server: StubServer
) -> None:
    stub_server.enqueue(long_answer(4096))
    reading = anyio.Event()

    async def read_for_ever() -> None:
        async with stubbed_message_flow.get_raw_message_content(message_id="m") as content:
            async for _ in content:
                reading.set()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(read_for_ever)
        await reading.wait()
        tasks.cancel_scope.cancel()

    await closed(stub_server)
    await assert_usable(stubbed_message_flow, stub_server)


@pytest.mark.anyio
async def test_a_content_that_breaks_off_is_an_error_and_no_end(
    stubbed_message_flow: MessageFlowClient, stub_server: StubServer
) -> None:
    stub_server.enqueue(Answer(body=MIME, content_length=len(MIME) + 1))

    async with stubbed_message_flow.get_raw_message_content(message_id="m") as content:
        with pytest.raises(errors.TransportError) as failure:
            await content.read()

    assert failure.value.operation == GET.name
    await assert_usable(stubbed_message_flow, stub_server)


@pytest.mark.anyio
async def test_a_message_no_longer_in_transit_is_not_found(
    stubbed_message_flow: MessageFlowClient, stub_server: StubServer
) -> None:
    stub_server.enqueue(error_answer("ResourceNotFoundException", "Gone.", status=404))

    with pytest.raises(errors.ResourceNotFoundException) as failure:
        async with stubbed_message_flow.get_raw_message_content(message_id="m"):
            pytest.fail("there is no content")

    assert (failure.value.message, failure.value.http_status) == ("Gone.", 404)


@pytest.mark.anyio
async def test_a_connection_lost_before_the_answer_is_tried_again(
    stubbed_message_flow: MessageFlowClient,
    stub_server: StubServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    backoff = "botocore.retries.standard.ExponentialBackoff.delay_amount"
    monkeypatch.setattr(backoff, lambda self, context: 0)
    stub_server.enqueue(HangUp(), HangUp())

    await assert_usable(stubbed_message_flow, stub_server)
    assert len(stub_server.requests) == 3
