"""A stub of WorkMail that costs next to nothing, so the figures show the client.

It runs as a process of its own. Every answer is ready before the first request comes; a request is
read just far enough to know which of them it wants.
"""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HOST = "127.0.0.1"
PAGE_SIZE = 100

_ROOT = Path(__file__).parents[1]
_BUFFER = 65_536
_END_OF_HEAD = b"\r\n\r\n"
_LENGTH = re.compile(rb"content-length:\s*(\d+)", re.IGNORECASE)
_TOKEN = re.compile(rb'"NextToken":\s*"(\d+)"')


def described_user() -> dict[str, Any]:
    """The answer of DescribeUser, with every member."""
    return {
        "UserId": "8b1cf2b4-5a3e-4a3c-9d1e-0f6f6f2d7a10",
        "Name": "ana",
        "Email": "ana@example.com",
        "DisplayName": "Ana López",
        "State": "ENABLED",
        "UserRole": "USER",
        "EnabledDate": 1700000000.123,
        "DisabledDate": 1690000000.456,
        "MailboxProvisionedDate": 1700000060.789,
        "MailboxDeprovisionedDate": 1690000060.012,
        "FirstName": "Ana",
        "LastName": "López",
        "HiddenFromGlobalAddressList": False,
        "Initials": "AL",
        "Telephone": "+34 91 123 45 67",
        "Street": "Calle Mayor 1",
        "JobTitle": "Head of Support",
        "City": "Madrid",
        "Company": "Example Corp.",
        "ZipCode": "28013",
        "Department": "Support",
        "Country": "Spain",
        "Office": "3.14",
        "IdentityProviderUserId": "94d85478-c021-70a0-1b2c-3d4e5f607182",
        "IdentityProviderIdentityStoreId": "d-9067642ac7",
    }


def listed_user(number: int) -> dict[str, Any]:
    """An item of a page of ListUsers, with every member; the number makes it unique."""
    return {
        "Id": f"8b1cf2b4-5a3e-4a3c-9d1e-{number:012d}",
        "Email": f"user.{number}@example.com",
        "Name": f"user.{number}",
        "DisplayName": f"User Number {number}",
        "State": "ENABLED",
        "UserRole": "USER",
        "EnabledDate": 1700000000.123 + number,
        "DisabledDate": 1690000000.456 + number,
        "IdentityProviderUserId": f"94d85478-c021-70a0-1b2c-{number:012d}",
        "IdentityProviderIdentityStoreId": "d-9067642ac7",
    }


def _page(number: int, pages: int) -> dict[str, Any]:
    users = [listed_user(number * PAGE_SIZE + item) for item in range(PAGE_SIZE)]
    more = {"NextToken": str(number + 1)} if number + 1 < pages else {}
    return {"Users": users, **more}


def _response(answer: dict[str, Any]) -> bytes:
    body = json.dumps(answer).encode()
    head = (
        "HTTP/1.1 200 OK\r\n"
        "Content-Type: application/x-amz-json-1.1\r\n"
        "x-amzn-RequestId: 5d9b3a0e-7f0c-4b57-9d0a-2f2c41b7f6aa\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class Server:
    """Answers DescribeUser and ListUsers on a free port of the loopback interface.

    Args:
        pages: How many pages of users there are.
    """

    def __init__(self, pages: int) -> None:
        self._described = _response(described_user())
        self._pages = [_response(_page(number, pages)) for number in range(pages)]
        self._listener = socket.create_server((HOST, 0))
        port: int = self._listener.getsockname()[1]
        self.url = f"http://{HOST}:{port}"

    def serve(self) -> None:
        """Accept connections, with a thread for each, since blocking reads are the cheapest."""
        while True:
            connection, _ = self._listener.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._talk, args=(connection,), daemon=True).start()

    def _talk(self, connection: socket.socket) -> None:
        received = b""
        with connection:
            while True:
                head, found, rest = received.partition(_END_OF_HEAD)
                length = _LENGTH.search(head) if found else None
                if length is not None and len(rest) >= (size := int(length[1])):
                    connection.sendall(self._answer(head, rest[:size]))
                    received = rest[size:]
                    continue
                try:
                    more = connection.recv(_BUFFER)
                except ConnectionError:  # the client hung up
                    return
                if not more:
                    return
                received += more

    def _answer(self, head: bytes, body: bytes) -> bytes:
        if b"WorkMailService.DescribeUser" in head:
            return self._described
        token = _TOKEN.search(body)
        return self._pages[int(token[1]) if token else 0]


@contextmanager
def running_server(pages: int) -> Generator[str]:
    """Run the server in its own process.

    Args:
        pages: How many pages of users it has.

    Yields:
        Its URL.
    """
    command = [sys.executable, "-m", "benchmarks.server", str(pages)]
    with subprocess.Popen(
        command, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.stdin.close()


def main() -> None:
    """Serve until standard input ends, which happens even if the parent is killed."""
    server = Server(pages=int(sys.argv[1]))
    threading.Thread(target=server.serve, daemon=True).start()
    print(server.url, flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main()
