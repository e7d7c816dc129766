"""The content of a message as a stream: left early, broken, stalled, closed twice, asked again."""

import gc
import threading
from collections.abc import AsyncGenerator, Iterator
from typing import Any

import anyio
import anyio.to_thread
import pytest
from aiobotocore.config import AioConfig

from tests.support.plugin import REGION
from tests.support.server import Answer, StubServer, error_answer, json_answer
from workmail_async import MessageFlowClient, errors, models
from workmail_async.messageflow.content import MessageContent
from workmail_async.runtime.transport import _Body

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("delays")]

OPERATION = "GetRawMessageContent"
PIECE = b"x" * 65536


def pieces(*, stop: threading.Event | None = None, number: int = 4) -> Iterator[bytes]:
    """A body in pieces; it stops in the middle until the event is set."""
    for index in range(number):
        if stop is not None and index == number // 2:
            stop.wait(10)
        yield PIECE


async def gone(server: StubServer, count: int) -> None:
    """Waits until the server has no more than so many connections."""
    await anyio.to_thread.run_sync(server.wait_for, lambda: server.open_connections <= count)


async def test_a_content_that_is_awaited_says_how_it_is_read(
    message_flow: MessageFlowClient,
) -> None:
    call: Any = message_flow.get_raw_message_content(message_id="m")

    with pytest.raises(TypeError, match=r"async with client\.get_raw_message_content"):
        await call


async def test_reading_in_pieces_and_then_the_rest_gives_everything(
    message_flow: MessageFlowClient, server: StubServer
) -> None:
    server.enqueue(Answer(body=PIECE * 4 + b"end"))

    async with message_flow.get_raw_message_content(message_id="m") as content:
        first = await anext(content)
        rest = await content.read()
        assert await content.read() == b""
        with pytest.raises(StopAsyncIteration):
            await anext(content)

    assert 0 < len(first) <= 65536
    assert first + rest == PIECE * 4 + b"end"


async def test_an_empty_message_has_no_pieces(
    message_flow: MessageFlowClient, server: StubServer
) -> None:
    server.enqueue(Answer(), Answer())

    async with message_flow.get_raw_message_content(message_id="m") as content:
        assert [piece async for piece in content] == []
    async with message_flow.get_raw_message_content(message_id="m") as content:
        assert (await content.message()).keys() == []


async def test_a_message_of_any_bytes_parses(
    message_flow: MessageFlowClient, server: StubServer
) -> None:
    server.enqueue(Answer(body=b"Subject: odd\r\n\r\n" + bytes(range(256))))

    async with message_flow.get_raw_message_content(message_id="m") as content:
        message = await content.message()

    assert message["Subject"] == "odd"
    assert isinstance(message.get_payload(), str)


async def test_a_break_in_the_middle_keeps_the_client_usable(
    message_flow: MessageFlowClient, server: StubServer
) -> None:
    never = threading.Event()
    server.enqueue(Answer(body=pieces(stop=never), content_length=4 * len(PIECE)))
    before = server.open_connections

    async with message_flow.get_raw_message_content(message_id="m") as content:
        async for piece in content:
            assert piece
            break
    never.set()

    await gone(server, before)
    del content
    gc.collect()  # trio warns of a generator that was left unfinished, and warnings are errors
    server.enqueue(Answer(body=b"next"))
    async with message_flow.get_raw_message_content(message_id="n") as content:
        assert await content.read() == b"next"


@pytest.mark.parametrize("chunked", [True, False], ids=["chunked", "with length"])
async def test_a_connection_that_breaks_in_the_body_is_a_transport_error(
    message_flow: MessageFlowClient, server: StubServer, chunked: bool
) -> None:
    length = None if chunked else 4 * len(PIECE)
    broken = threading.Event()

    def body() -> Iterator[bytes]:
        yield PIECE
        broken.wait(10)
        raise ConnectionAbortedError("the test breaks it")

    server.enqueue(Answer(body=body(), chunked=chunked, content_length=length))

    async with message_flow.get_raw_message_content(message_id="m") as content:
        first = await anext(content)
        broken.set()
        with pytest.raises(errors.TransportError) as caught:
            await content.read()

    assert first
    assert type(caught.value) is errors.TransportError
    assert caught.value.operation == OPERATION
    assert str(caught.value).startswith(f"{OPERATION}: the content was cut off: ")
    assert caught.value.__cause__ is not None
    assert len(server.requests) == 1  # nobody tries again behind the reader's back


async def test_a_content_that_stops_coming_is_a_timeout_error(server: StubServer) -> None:
    stop = threading.Event()
    server.respond = lambda _: Answer(body=pieces(stop=stop), content_length=4 * len(PIECE))
    config = AioConfig(read_timeout=0.5)

    async with (
        MessageFlowClient(region=REGION, endpoint_url=server.url, config=config) as client,
        client.get_raw_message_content(message_id="m") as content,
    ):
        with pytest.raises(errors.RequestTimeoutError, match="within the read timeout"):
            await content.read()
    stop.set()


async def test_the_time_limit_of_the_call_ends_where_the_content_begins(
    message_flow: MessageFlowClient, server: StubServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    scope = anyio.CancelScope()
    monkeypatch.setattr("anyio.move_on_after", lambda seconds: scope)
    stop = threading.Event()
    server.enqueue(Answer(body=pieces(stop=stop), content_length=4 * len(PIECE)))

    hasty = message_flow.with_options(timeout=5)
    async with hasty.get_raw_message_content(message_id="m") as content:
        scope.cancel()  # the time is up
        stop.set()
        assert len(await content.read()) == 4 * len(PIECE)


async def test_closing_twice_does_no_harm(
    message_flow: MessageFlowClient, server: StubServer
) -> None:
    server.enqueue(Answer(body=b"MIME"))

    async with message_flow.get_raw_message_content(message_id="m") as content:
        await content.read()
        await content.aclose()
        await content.aclose()


@pytest.mark.parametrize("first_read", [True, False], ids=["after the end", "before"])
async def test_a_closed_content_says_so(
    message_flow: MessageFlowClient, server: StubServer, first_read: bool
) -> None:
    server.enqueue(Answer(body=b"MIME"))

    async with message_flow.get_raw_message_content(message_id="m") as content:
        if first_read:
            assert await content.read() == b"MIME"

    for use in (content.read, content.message, content.__anext__):
        with pytest.raises(errors.ClientClosedError, match="this content is closed"):
            await use()


async def test_a_content_ends_with_its_client(server: StubServer) -> None:
    never = threading.Event()
    server.enqueue(Answer(body=pieces(stop=never), content_length=4 * len(PIECE)))
    client = MessageFlowClient(region=REGION, endpoint_url=server.url)

    async with client.get_raw_message_content(message_id="m") as content:
        await anext(content)
        await client.aclose()
        with pytest.raises(errors.TransportError, match="the content was cut off"):
            await content.read()
    never.set()


async def test_a_reader_that_is_cancelled_frees_the_connection(
    message_flow: MessageFlowClient, server: StubServer
) -> None:
    never = threading.Event()
    server.enqueue(Answer(body=pieces(stop=never), content_length=4 * len(PIECE)))
    before = server.open_connections

    with anyio.CancelScope() as scope:
        async with message_flow.get_raw_message_content(message_id="m") as content:
            await anext(content)
            scope.cancel()
            await content.read()
    never.set()

    assert scope.cancelled_caught
    await gone(server, before)


async def test_a_cancelled_reader_stops_though_all_is_there_to_be_read(
    message_flow: MessageFlowClient, server: StubServer
) -> None:
    server.enqueue(Answer(body=b"MIME"))

    async with message_flow.get_raw_message_content(message_id="m") as content:
        await anyio.sleep(0.01)
        with anyio.CancelScope() as scope:
            scope.cancel()
            await content.read()
            pytest.fail("it was not cancelled")

    assert scope.cancelled_caught


async def test_a_call_can_be_entered_again_and_fetches_again(
    message_flow: MessageFlowClient, server: StubServer
) -> None:
    server.enqueue(Answer(body=b"one"), Answer(body=b"two"))
    server.enqueue(error_answer("ResourceNotFoundException", status=404))
    call = message_flow.get_raw_message_content(message_id="m")

    async with call as content:
        assert await content.read() == b"one"
    async with call as content:
        assert await content.read() == b"two"
    with pytest.raises(errors.ResourceNotFoundException):
        await call.__aenter__()


async def test_leaving_a_call_that_was_not_entered_is_no_fault(
    message_flow: MessageFlowClient,
) -> None:
    await message_flow.get_raw_message_content(message_id="m").__aexit__(None, None, None)


async def test_a_call_shows_its_request(message_flow: MessageFlowClient) -> None:
    call = message_flow.get_raw_message_content(message_id="m-1")

    expected = "MessageContentCall(GetRawMessageContentRequest(message_id='m-1'))"
    assert repr(call) == expected


async def test_trouble_before_the_content_is_tried_again(
    message_flow: MessageFlowClient, server: StubServer
) -> None:
    server.enqueue(Answer(status=500), error_answer("X", status=503), Answer(body=b"MIME"))

    request = models.GetRawMessageContentRequest(message_id="m")
    response = await message_flow.send(request)

    async with response.message_content as content:
        assert await content.read() == b"MIME"
    assert response.response_metadata.attempts == 3


@pytest.mark.parametrize("body", [b"[]", b"<html>", b"", b"\xff"])
async def test_a_refusal_of_any_form_is_a_service_error(
    message_flow: MessageFlowClient, server: StubServer, body: bytes
) -> None:
    server.enqueue(json_answer(body, status=404))

    with pytest.raises(errors.UnknownServiceError) as caught:
        async with message_flow.get_raw_message_content(message_id="m"):
            pytest.fail("there is no content")

    assert caught.value.http_status == 404
    assert caught.value.message.startswith("Not Found; the answer is ")


async def test_a_content_that_another_task_reads_can_be_closed(
    message_flow: MessageFlowClient, server: StubServer
) -> None:
    never = threading.Event()
    server.enqueue(Answer(body=pieces(stop=never), content_length=4 * len(PIECE)))
    before = server.open_connections

    async def read_on(content: MessageContent) -> None:
        with pytest.raises(errors.TransportError):
            await content.read()

    async with (
        message_flow.get_raw_message_content(message_id="m") as content,
        anyio.create_task_group() as tasks,
    ):
        await anext(content)
        tasks.start_soon(read_on, content)
        await anyio.wait_all_tasks_blocked()
        await content.aclose()
        never.set()

    await gone(server, before)


async def test_a_stream_that_fails_in_any_other_way_is_a_transport_error() -> None:
    class Failing:
        async def read(self, amt: int | None = None) -> bytes:
            raise ValueError("nobody expected this")

        async def aclose(self) -> None:
            pass

    stream: Any = Failing()
    async with MessageContent(stream) as content:
        with pytest.raises(errors.TransportError, match="nobody expected this") as caught:
            await content.read()

    assert isinstance(caught.value.__cause__, ValueError)


async def test_closing_does_not_read_on_for_ever() -> None:
    """Should a library give more although it is closed, it is left alone in the end."""
    read = 0

    async def endless() -> AsyncGenerator[bytes, None]:
        nonlocal read
        while True:
            read += 1
            yield PIECE

    class Stream:
        def __init__(self) -> None:
            self._stream_iter = endless()

        async def aclose(self) -> None:
            pass

    stream = Stream()
    await _Body(stream).aclose()
    assert 0 < read <= 1000
    await stream._stream_iter.aclose()
