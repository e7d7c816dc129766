"""A loopback HTTP/1.1 server whose every answer a test decides.

Tests of a client need a peer that also misbehaves on demand: that cuts a body short, hangs up,
answers HTML, or keeps a connection open for ever. Real services do all of it, and no emulator does
it when asked.
"""

import json
import socket
import socketserver
import struct
import sys
import threading
from collections import deque
from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import contextmanager, suppress
from email.message import Message
from http.server import BaseHTTPRequestHandler
from typing import Any, TypeAlias

import attrs

HOST = "127.0.0.1"
JSON = "application/x-amz-json-1.1"
REQUEST_ID = "5d9b3a0e-7f0c-4b57-9d0a-2f2c41b7f6aa"
_POLL = 0.02  # seconds until the accepting thread sees that it shall stop
_PATIENCE = 10.0  # seconds that a test waits for something that must happen


@attrs.frozen
class Received:
    """One request as it stood on the wire.

    Attributes:
        method: The HTTP method.
        target: The request line's target exactly as sent, still percent-encoded: path and query
            from aiohttp, a whole address from httpx.
        headers: All header lines in order; look-up ignores case.
        body: The raw body.
        connection: Number of the connection it came on, from 1; equal numbers show keep-alive.
    """

    method: str
    target: str
    headers: Message
    body: bytes
    connection: int

    @property
    def path(self) -> str:
        """Path and query, still percent-encoded, whatever form the target had."""
        return (
            "/" + self.target.partition("://")[2].partition("/")[2]
            if "://" in self.target
            else self.target
        )

    @property
    def operation(self) -> str:
        """The operation that X-Amz-Target names; empty for Message Flow, which has none."""
        return str(self.headers.get("X-Amz-Target", "")).rpartition(".")[2]

    def json(self) -> Any:
        """The body, decoded."""
        return json.loads(self.body)

    def header_dict(self) -> dict[str, str]:
        """All headers with their names in lower case."""
        return {name.lower(): value for name, value in self.headers.items()}


@attrs.frozen
class Answer:
    """What the server sends back.

    Attributes:
        status: The HTTP status.
        headers: Header lines; Content-Length or Transfer-Encoding is added.
        body: All bytes at once, or an iterable that gives them piece by piece while they are sent.
        content_length: Declared instead of the true length: more than there is makes a truncated
            body. Needed for an iterable body that is not `chunked`.
        chunked: Send with chunked transfer encoding.
        delay: Seconds to wait before answering; cut short when the server closes.
        gate: Waited for before answering: the test sets it when it is ready.
        close: Close the connection afterwards. A truncated body always closes.
    """

    status: int = 200
    headers: Mapping[str, str] = attrs.field(factory=dict)
    body: bytes | Iterable[bytes] = b""
    content_length: int | None = None
    chunked: bool = False
    delay: float = 0.0
    gate: threading.Event | None = None
    close: bool = False


@attrs.frozen
class HangUp:
    """Close the connection instead of answering.

    Attributes:
        read_request: False closes it while the request is still unread and unrecorded (the peer
            sees a reset); only for queued replies, since nothing is known of the request then.
    """

    read_request: bool = True


Reply: TypeAlias = Answer | HangUp
Responder: TypeAlias = Callable[[Received], Reply]


def json_answer(
    content: Any, *, status: int = 200, request_id: str | None = REQUEST_ID, **options: Any
) -> Answer:
    """An answer as WorkMail gives it; `options` are those of `Answer`."""
    headers = {"Content-Type": JSON}
    if request_id is not None:
        headers["x-amzn-RequestId"] = request_id
    headers.update(options.pop("headers", {}))
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return Answer(status=status, headers=headers, body=body, **options)


def error_answer(code: str, message: str | None = "Refused.", *, status: int = 400) -> Answer:
    """An error as the JSON protocols give it: the code in `__type`, and in a header too."""
    content = {"__type": code} if message is None else {"__type": code, "Message": message}
    return json_answer(content, status=status, headers={"x-amzn-ErrorType": code})


def html_answer(status: int = 503) -> Answer:
    """What a proxy or a load balancer says instead of the service."""
    page = b"<html><head><title>Trouble</title></head><body><h1>Try later</h1></body></html>"
    return Answer(status=status, headers={"Content-Type": "text/html"}, body=page)


def truncated_answer(content: Any, *, missing: int = 10, **options: Any) -> Answer:
    """An answer that ends, with its connection, `missing` bytes before the declared length."""
    body = json.dumps(content).encode()
    return json_answer(body, content_length=len(body) + missing, **options)


class StubServer:
    """The server: replies are queued or computed, requests and connections are counted.

    Attributes:
        requests: Every request that was read, in order of arrival.
        respond: Called when the queue is empty; by default an error that no client retries.
        faults: What went wrong in the server itself, a responder that raised above all.
    """

    def __init__(self) -> None:
        self.requests: list[Received] = []
        self.respond: Responder = _unexpected
        self.faults: list[BaseException] = []
        self._queue: deque[Reply] = deque()
        self._changed = threading.Condition()
        self._stopping = threading.Event()
        self._sockets: set[socket.socket] = set()
        self._accepted = 0
        self._server = _Server(self)
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(_POLL,), name="stub-server"
        )

    @property
    def url(self) -> str:
        """The address to give a client as its endpoint."""
        return f"http://{HOST}:{self._server.server_address[1]}"

    @property
    def open_connections(self) -> int:
        """Connections open now."""
        return len(self._sockets)

    @property
    def connections(self) -> int:
        """Connections accepted so far."""
        return self._accepted

    @property
    def last(self) -> Received:
        """The newest request."""
        return self.requests[-1]

    def enqueue(self, *replies: Reply) -> None:
        """Answers the coming requests with these, one each, before `respond` is asked."""
        with self._changed:
            self._queue.extend(replies)

    def reset(self) -> None:
        """Forgets requests, queue and responder; open connections stay."""
        with self._changed:
            self.requests.clear()
            self._queue.clear()
            self.respond = _unexpected

    def wait_for(self, condition: Callable[[], bool]) -> None:
        """Blocks until a request or a change of connections makes the condition true.

        Async tests call it in a worker thread.

        Raises:
            AssertionError: It did not become true in 10 seconds.
        """
        with self._changed:
            assert self._changed.wait_for(condition, _PATIENCE), "the stub server waited in vain"

    def start(self) -> None:
        """Starts to listen in a thread."""
        self._thread.start()

    def close(self) -> None:
        """Ends every connection and thread; what is being sent is cut off."""
        self._stopping.set()
        with self._changed:
            self._changed.notify_all()
        self._server.shutdown()
        self._thread.join()
        for connection in tuple(self._sockets):
            _shut(connection)
        self._server.server_close()
        for fault in self.faults:
            raise AssertionError("the stub server failed") from fault

    def _opened(self, connection: socket.socket) -> int:
        with self._changed:
            self._sockets.add(connection)
            self._accepted += 1
            self._changed.notify_all()
            if self._stopping.is_set():
                _shut(connection)
            return self._accepted

    def _closed(self, connection: socket.socket) -> None:
        with self._changed:
            self._sockets.discard(connection)
            self._changed.notify_all()

    def _refuses_unread(self) -> bool:
        with self._changed:
            if not (self._queue and self._queue[0] == HangUp(read_request=False)):
                return False
            self._queue.popleft()
            return True

    def _reply_to(self, received: Received) -> Reply:
        with self._changed:
            self.requests.append(received)
            queued = self._queue.popleft() if self._queue else None
            self._changed.notify_all()
        return queued or self.respond(received)

    def _pause(self, answer: Answer) -> None:
        if answer.delay:
            self._stopping.wait(answer.delay)
        while answer.gate and not answer.gate.wait(_POLL) and not self._stopping.is_set():
            pass


@contextmanager
def running_stub_server() -> Generator[StubServer]:
    """A started server, closed at the end."""
    server = StubServer()
    server.start()
    try:
        yield server
    finally:
        server.close()


def _unexpected(received: Received) -> Answer:
    what = f"no answer was prepared for {received.method} {received.target} {received.operation}"
    return error_answer("StubServerWasNotPrepared", what, status=418)


def _shut(connection: socket.socket) -> None:
    with suppress(OSError):  # the peer was faster
        connection.shutdown(socket.SHUT_RDWR)


class _Server(socketserver.ThreadingTCPServer):
    """Listens on a free port; one thread a connection, all of them joined by `server_close`."""

    daemon_threads = False
    block_on_close = True
    request_queue_size = 128

    def __init__(self, owner: StubServer) -> None:
        self.owner = owner
        super().__init__((HOST, 0), _Connection)

    def shutdown_request(self, request: Any) -> None:
        """Counts the connection as closed only when its socket is."""
        super().shutdown_request(request)
        self.owner._closed(request)

    def handle_error(self, request: object, client_address: object) -> None:
        """Keeps what a connection's thread died of, for `close` to raise."""
        fault = sys.exc_info()[1]
        if fault is not None:
            self.owner.faults.append(fault)


class _Connection(BaseHTTPRequestHandler):
    """One connection; BaseHTTPRequestHandler reads request lines and headers."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    @property
    def owner(self) -> StubServer:
        """The server as tests see it."""
        assert isinstance(self.server, _Server)
        return self.server.owner

    def setup(self) -> None:
        super().setup()
        self.number = self.owner._opened(self.connection)

    def finish(self) -> None:
        with suppress(OSError):  # the peer has gone with bytes unsent
            super().finish()

    def handle_one_request(self) -> None:
        """Reads one request and answers it."""
        try:
            if self.connection.recv(1, socket.MSG_PEEK) and self.owner._refuses_unread():
                self._reset()
            else:
                super().handle_one_request()
        except OSError:
            self.close_connection = True  # the peer has gone

    def _reset(self) -> None:
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.wfile.close()
        self.rfile.close()
        self.connection.close()

    def _answer(self) -> None:
        owner = self.owner
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        reply = owner._reply_to(
            Received(
                method=self.command,
                target=self.requestline.split()[1],  # `path` is not always what was sent
                headers=self.headers,
                body=body,
                connection=self.number,
            )
        )
        if isinstance(reply, HangUp):
            self.close_connection = True
            return
        owner._pause(reply)
        self._send(reply)

    do_GET = do_HEAD = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815

    def _send(self, answer: Answer) -> None:
        pieces = (answer.body,) if isinstance(answer.body, bytes) else answer.body
        length = answer.content_length
        if length is None and isinstance(answer.body, bytes):
            length = len(answer.body)
        self.send_response_only(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.chunked:
            self.send_header("Transfer-Encoding", "chunked")
        elif length is None:
            raise ValueError("a body in pieces needs content_length or chunked")
        else:
            self.send_header("Content-Length", str(length))
        if answer.close:
            self.send_header("Connection", "close")
        self.end_headers()
        sent = 0
        for piece in pieces:
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece) if answer.chunked else piece)
            self.wfile.flush()
            sent += len(piece)
        if answer.chunked:
            self.wfile.write(b"0\r\n\r\n")
        elif sent != length:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing on standard error."""
