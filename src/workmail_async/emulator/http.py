"""moto's threaded server, made to start and stop without leaving anything behind.

moto's own never closes its listening socket, hangs when the port is taken, and leaves the threads
of connections that clients keep open.
"""

from __future__ import annotations

import logging
import socket
import sys
import threading
from typing import Any

from moto.moto_server.threaded_moto_server import ThreadedMotoServer
from moto.moto_server.werkzeug_app import MotoRequestHandler
from werkzeug.serving import ThreadedWSGIServer

log = logging.getLogger("workmail_async.emulator")

# How often the accepting loop looks whether it should stop.
_STOP_POLL_SECONDS = 0.02


class _Handler(MotoRequestHandler):
    """Logs to our logger, at DEBUG; werkzeug's would write to the terminal."""

    def log(self, type: str, message: str, *args: Any) -> None:
        log.debug(message, *args)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        log.debug("%s %s", self.requestline, code)


class _Server(ThreadedWSGIServer):
    """A WSGI server that knows its connections and their threads."""

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
        # socketserver calls this while it handles the exception.
        log.debug("connection from %s failed: %r", client_address, sys.exc_info()[1])

    def close_connections(self) -> None:
        """End every connection and wait for its thread."""
        with self._connections_lock:
            connections = list(self._connections.items())
        for thread, connection in connections:
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:  # the client was faster
                log.debug("connection was closed already")
            thread.join()


class EmulatorServer(ThreadedMotoServer):
    """Serves one WSGI application on a thread.

    Args:
        host: The address to listen on.
        port: The port to listen on; 0 for any free one.
        app: The WSGI application.
    """

    def __init__(self, host: str, port: int, app: Any) -> None:
        super().__init__(host, port, verbose=False)
        self._app = app
        self._running: _Server | None = None

    def start(self) -> None:
        """Listen and serve.

        Raises:
            OSError: The address cannot be listened on, for instance because it is taken.
        """
        family = socket.AF_INET6 if ":" in self._ip_address else socket.AF_INET
        with socket.create_server((self._ip_address, self._port), family=family) as listening:
            self._server = self._running = _Server(listening, self._app)
        self._thread = threading.Thread(
            target=self._running.serve_forever,
            kwargs={"poll_interval": _STOP_POLL_SECONDS},
            name="workmail-emulator",
            daemon=True,
        )
        self._thread.start()

    def stop(self) -> None:
        """Stop serving; returns when every thread has ended and every socket is closed."""
        if self._running is None or self._thread is None:
            return
        self._running.shutdown()
        self._running.close_connections()
        self._thread.join()
        self._running.server_close()
        self._server = self._running = None
