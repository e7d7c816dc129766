"""moto's threaded server, changed so that it starts and stops without leaving anything behind.

moto's own server never closes its listening socket, hangs if the port is taken, and leaves threads
behind for the connections that clients keep open. It also ends each connection after one answer.
AWS keeps connections alive, and so does this server.
"""

from __future__ import annotations

import io
import logging
import os
import socket
import sys
import threading
from contextlib import closing
from http import HTTPStatus
from typing import IO, TYPE_CHECKING, Any, cast

from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.exceptions import ClientDisconnected
from werkzeug.serving import ThreadedWSGIServer
from werkzeug.wsgi import LimitedStream

from .answers import Answer, HangUp
from .answers import answer as make_answer

if TYPE_CHECKING:

    class ThreadedMotoServer:
        """moto's class for type checkers: pyright does not accept its own types."""

        _ip_address: str
        _port: int
        _server: ThreadedWSGIServer | None
        _thread: threading.Thread | None

        def __init__(self, ip_address: str, port: int, verbose: bool) -> None: ...

        def get_host_and_port(self) -> tuple[str, int]:
            """Return the address it listens on."""
            ...

else:
    from moto.moto_server.threaded_moto_server import ThreadedMotoServer

log: logging.Logger = logging.getLogger("workmail_async.emulator")

# How often the accept loop checks whether to stop.
_STOP_POLL_SECONDS = 0.02
_BODILESS = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)


class _Handler(MotoRequestHandler):
    """Answers the requests of one connection.

    It logs to our logger at DEBUG, because werkzeug's logger would write to the terminal.
    """

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def handle_expect_100(self) -> bool:
        go_on = super().handle_expect_100()
        self.wfile.flush()
        return go_on

    def run_wsgi(self) -> None:
        environ = self.environ = self.make_environ()
        try:
            body = self._body(environ)
        except (OSError, ValueError, ClientDisconnected) as error:
            # It is unknown where the next request would start.
            self.close_connection = True
            log.debug("%s: the body is not as announced: %r", self.requestline, error)
            self._send(make_answer(HTTPStatus.BAD_REQUEST, [], b"the body is not as announced"))
            return
        environ["wsgi.input"] = io.BytesIO(body)
        try:
            self._answer(environ)
        except HangUp:
            self.close_connection = True

    def _body(self, environ: dict[str, Any]) -> bytes:
        """Read the whole body, as moto does: the services never see half of one."""
        stream = environ["wsgi.input"]
        if "wsgi.input_terminated" not in environ:
            length = int(self.headers.get("Content-Length") or 0)
            if length < 0:
                raise ValueError(f"a body of {length} bytes")
            stream = LimitedStream(cast("IO[bytes]", self.rfile), length)
        content: bytes = stream.read()
        return content

    def _answer(self, environ: dict[str, Any]) -> None:
        try:
            answer = self._ask_application(environ)
        except HangUp:
            raise
        except Exception:
            log.exception("%s failed", self.requestline)
            answer = make_answer(500, [], b"the emulator failed; see its log")
        try:
            self._send(answer)
        finally:
            close = getattr(answer.chunks, "close", None)
            if close is not None:
                close()

    def _ask_application(self, environ: dict[str, Any]) -> Answer:
        begun: list[Any] = []

        def start_response(status: str, headers: list[tuple[str, str]], _: Any = None) -> Any:
            begun[:] = status, headers

        chunks = self.server.app(environ, start_response)
        status, headers = begun
        answer = Answer(status, headers, chunks)
        if self._is_bodiless(answer) or answer.says_length:
            return answer
        return answer.with_content(answer.content())

    def _send(self, answer: Answer) -> None:
        reason = answer.status.partition(" ")[2]
        names = {name.lower() for name, _ in answer.headers}
        self.send_response_only(answer.code, reason)
        if "server" not in names:  # moto sends the name of AWS's server; sending two is invalid
            self.send_header("Server", self.version_string())
        if "date" not in names:
            self.send_header("Date", self.date_time_string())
        for name, value in answer.headers:
            self.send_header(name, value)
        self.end_headers()
        try:
            # Chunk by chunk, because a body can be large and a fault can cut it off.
            for chunk in () if self._is_bodiless(answer) else answer.chunks:
                self.wfile.write(chunk)
        finally:
            self.wfile.flush()

    def _is_bodiless(self, answer: Answer) -> bool:
        return self.command == "HEAD" or answer.code in _BODILESS

    def finish(self) -> None:
        try:
            super().finish()
        finally:  # the base class skips this if the client is gone, and the socket stays open
            self.rfile.close()

    def log(self, type: str, message: str, *args: Any) -> None:
        log.debug(message, *args)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        log.debug("%s %s", self.requestline, code)


class _Server(ThreadedWSGIServer):
    """A WSGI server that keeps track of its connections and their threads."""

    def __init__(self, listening: socket.socket, app: Any) -> None:
        host, port = listening.getsockname()[:2]
        super().__init__(host, port, app, _Handler, fd=listening.fileno())
        self._connections: dict[threading.Thread, socket.socket] = {}
        self._connections_lock = threading.Lock()

    def process_request(self, request: Any, client_address: Any) -> None:
        thread = threading.Thread(
            target=self._serve_connection,
            args=(request, client_address),
            name="workmail-emulator-connection",
            daemon=True,
        )
        with self._connections_lock:
            self._connections[thread] = request
        thread.start()

    def _serve_connection(self, request: Any, client_address: Any) -> None:
        try:
            self.process_request_thread(request, client_address)
        finally:
            with self._connections_lock:
                self._connections.pop(threading.current_thread(), None)

    def handle_error(self, request: Any, client_address: Any) -> None:
        # socketserver calls this while the exception is being handled.
        log.debug("connection from %s failed: %r", client_address, sys.exc_info()[1])

    def close_connections(self) -> None:
        """End every connection and wait for its thread."""
        with self._connections_lock:
            connections = list(self._connections.items())
        for thread, connection in connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:  # the client has closed it
                log.debug("connection is already closed")
            thread.join()


class EmulatorServer(ThreadedMotoServer):
    """Serves one WSGI application on a thread.

    Args:
        host: The address to listen on.
        port: The port to listen on; 0 picks a free one.
        app: The WSGI application.
    """

    def __init__(self, host: str, port: int, app: Any) -> None:
        super().__init__(host, port, verbose=False)
        self._app = app
        self._running: _Server | None = None

    def start(self) -> None:
        """Listen and serve.

        Raises:
            OSError: It cannot listen on the address, for example because the port is taken.
        """
        family = socket.AF_INET6 if ":" in self._ip_address else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as listening:
            # Like `socket.create_server`, which leaks its socket if the host name is invalid.
            if os.name == "posix":
                listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                listening.bind((self._ip_address, self._port))
            except TypeError as error:  # a host name that cannot be encoded
                raise OSError(f"{self._ip_address} is not a valid host name or address") from error
            except OSError as error:
                raise OSError(
                    error.errno,
                    f"cannot listen on {self._ip_address} port {self._port}: {error.strerror}; "
                    "use port 0 for any free port",
                ) from error
            listening.listen()
            server = _Server(listening, self._app)
        self._thread = threading.Thread(
            target=server.serve_forever,
            kwargs={"poll_interval": _STOP_POLL_SECONDS},
            name="workmail-emulator",
            daemon=True,
        )
        try:
            self._thread.start()
        except BaseException:
            server.server_close()
            raise
        self._server = self._running = server

    def stop(self) -> None:
        """Stop serving. Returns when every thread has ended and every socket is closed."""
        if self._running is None or self._thread is None:
            return
        running, self._server, self._running = self._running, None, None
        with closing(running.socket):  # even if a step fails
            running.shutdown()
            running.close_connections()
            self._thread.join()
