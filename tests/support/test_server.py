"""The stub server does to its clients what the tests of clients ask of it."""

import http.client
import threading
from collections.abc import Iterator

import pytest

from tests.support.server import (
    Answer,
    HangUp,
    Received,
    StubServer,
    error_answer,
    json_answer,
    running_stub_server,
    truncated_answer,
)


@pytest.fixture
def connection(stub_server: StubServer) -> Iterator[http.client.HTTPConnection]:
    client = http.client.HTTPConnection(stub_server.url.removeprefix("http://"), timeout=10)
    yield client
    client.close()


def post(connection: http.client.HTTPConnection, body: bytes = b"{}") -> tuple[int, bytes]:
    connection.request("POST", "/a%20b?c", body, {"X-Amz-Target": "WorkMailService.DescribeUser"})
    response = connection.getresponse()
    return response.status, response.read()


def test_requests_are_recorded_as_they_were_sent(
    stub_server: StubServer, connection: http.client.HTTPConnection
) -> None:
    stub_server.enqueue(json_answer({"a": 1}))

    assert post(connection, b'{"b": 2}') == (200, b'{"a": 1}')
    received = stub_server.last
    assert (received.method, received.target, received.path) == ("POST", "/a%20b?c", "/a%20b?c")
    assert received.operation == "DescribeUser"
    assert received.json() == {"b": 2}
    assert received.header_dict()["content-length"] == "8"


def test_queued_replies_come_before_the_responder(
    stub_server: StubServer, connection: http.client.HTTPConnection
) -> None:
    stub_server.respond = lambda received: json_answer(received.json())
    stub_server.enqueue(error_answer("EntityNotFoundException"))

    assert post(connection)[0] == 400
    assert post(connection, b"[3]") == (200, b"[3]")
    assert {received.connection for received in stub_server.requests} == {1}


def test_a_request_without_a_reply_is_refused(connection: http.client.HTTPConnection) -> None:
    status, body = post(connection)

    assert status == 418
    assert b"DescribeUser" in body


@pytest.mark.parametrize(
    ("reply", "fault", "recorded"),
    [
        (truncated_answer({}), http.client.IncompleteRead, 1),
        (HangUp(), http.client.RemoteDisconnected, 1),
        (HangUp(read_request=False), ConnectionResetError, 0),
    ],
)
def test_connections_break_when_asked_to(
    stub_server: StubServer,
    connection: http.client.HTTPConnection,
    reply: Answer | HangUp,
    fault: type[Exception],
    recorded: int,
) -> None:
    stub_server.enqueue(reply)

    with pytest.raises(fault):
        post(connection)
    assert len(stub_server.requests) == recorded


@pytest.mark.parametrize("chunked", [True, False])
def test_bodies_are_sent_piece_by_piece(
    stub_server: StubServer, connection: http.client.HTTPConnection, chunked: bool
) -> None:
    seen = threading.Event()

    def pieces() -> Iterator[bytes]:
        yield b"a"
        assert seen.wait(10)
        yield b"bc"

    stub_server.enqueue(
        Answer(body=pieces(), chunked=chunked, content_length=None if chunked else 3)
    )
    connection.request("GET", "/")
    response = connection.getresponse()

    assert response.read(1) == b"a"
    seen.set()
    assert response.read() == b"bc"


def test_an_answer_waits_for_its_gate(
    stub_server: StubServer, connection: http.client.HTTPConnection
) -> None:
    gate = threading.Event()
    stub_server.enqueue(json_answer({}, gate=gate))
    connection.request("POST", "/", b"")

    stub_server.wait_for(lambda: len(stub_server.requests) == 1)
    gate.set()
    assert connection.getresponse().read() == b"{}"


def test_closing_leaves_no_thread_however_busy_the_server_is() -> None:
    with running_stub_server() as server:
        server.enqueue(json_answer({}, gate=threading.Event()), json_answer({}, delay=3600))
        clients = [http.client.HTTPConnection(server.url.removeprefix("http://")) for _ in range(3)]
        for client in clients[:2]:
            client.request("POST", "/", b"")
        clients[2].connect()
        server.wait_for(lambda: server.open_connections == 3 and len(server.requests) == 2)
    for client in clients:
        client.close()

    assert server.open_connections == 0
    assert not [thread for thread in threading.enumerate() if "stub" in thread.name]


def test_a_responder_that_raises_fails_the_test() -> None:
    def respond(received: Received) -> Answer:
        raise LookupError("a mistake in a test")

    server = StubServer()
    server.start()
    server.respond = respond
    client = http.client.HTTPConnection(server.url.removeprefix("http://"))
    with pytest.raises(http.client.RemoteDisconnected):
        post(client)
    client.close()

    with pytest.raises(AssertionError) as failure:
        server.close()
    assert isinstance(failure.value.__cause__, LookupError)
