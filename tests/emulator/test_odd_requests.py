"""Requests that no SDK sends: each has an answer, and the emulator goes on."""

import logging
import socket

import pytest

from workmail_async.emulator import Emulator, HtmlPage, MalformedBody, UnknownMembers

LIST = "POST / HTTP/1.1\r\nHost: x\r\nX-Amz-Target: WorkMailService.ListOrganizations\r\n"
SCOPE = "AWS4-HMAC-SHA256 Credential=testing/20260101/us-east-1"
LONG_ENOUGH = 60.0


def answer(emulator: Emulator, request: str, *, all_sent: bool = False) -> str:
    """Send a request on a connection of its own and return all that comes back."""
    host, port = emulator.endpoint_url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=LONG_ENOUGH) as connection:
        connection.sendall(request.encode("latin-1"))
        if all_sent:
            connection.shutdown(socket.SHUT_WR)
        with connection.makefile("rb") as answered:
            return answered.read().decode("latin-1")


@pytest.mark.parametrize(
    "headers",
    [
        "Content-Length: many\r\n\r\n{}",
        "Content-Length: -2\r\n\r\n{}",
        "Content-Length: 1000000000000\r\n\r\n{}",
        "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n2\r\n{}",
    ],
)
def test_a_body_that_is_not_as_announced_is_refused(
    emulator: Emulator, headers: str, caplog: pytest.LogCaptureFixture
) -> None:
    answered = answer(emulator, LIST + headers, all_sent=True)
    assert answered.startswith("HTTP/1.1 400 ")
    assert answered.endswith("the body is not as announced")
    assert emulator.requests == []
    assert [each for each in caplog.records if each.levelno > logging.DEBUG] == []


@pytest.mark.parametrize(
    ("request_line", "headers", "status", "said"),
    [
        ("GET / HTTP/1.1", "", 200, "ListAllMyBucketsResult"),
        ("GET /../../etc/passwd HTTP/1.1", "", 404, "NoSuchBucket"),
        ("GET /%2e%2e/%2e%2e/etc/passwd HTTP/1.1", "", 404, "NoSuchBucket"),
        ("GET /moto-api HTTP/1.1", "", 404, "not available"),
        ("GET /moto-api/data.json HTTP/1.1", "", 404, "not available"),
        ("BREW / HTTP/1.1", "", 405, "not allowed"),
        ("POST / HTTP/1.1", "X-Amz-Target: Nothing\r\n", 400, "does not name a known service"),
        (
            "POST / HTTP/1.1",
            f"Authorization: {SCOPE}/coffee/aws4_request\r\n",
            400,
            "known service",
        ),
        (
            "POST / HTTP/1.1",
            f"Authorization: {SCOPE}/dynamodb/aws4_request\r\n",
            400,
            "known service",
        ),
        ("POST / HTTP/1.1", f"Authorization: {SCOPE}\r\n", 400, "<Code>IncompleteSignature<"),
    ],
)
def test_whatever_is_asked_for_there_is_an_answer(
    emulator: Emulator,
    request_line: str,
    headers: str,
    status: int,
    said: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    head = f"{request_line}\r\nHost: x\r\nConnection: close\r\n{headers}"
    answered = answer(emulator, f"{head}Content-Length: 0\r\n\r\n")
    assert answered.startswith(f"HTTP/1.1 {status} ")
    assert said in answered
    assert [each for each in caplog.records if each.levelno > logging.DEBUG] == []


@pytest.mark.parametrize(
    ("headers", "status", "said"),
    [
        ("Authorization: AWS4-HMAC-SHA256 Credential=a/b\r\n", 400, '"IncompleteSignature"'),
        ("Authorization: Bearer a/b\r\n", 200, "OrganizationSummaries"),
        ("Content-Type: text/html\r\n", 200, "OrganizationSummaries"),
        ("Content-Type: application/x-www-form-urlencoded\r\n", 200, "OrganizationSummaries"),
        ("Content-Type: multipart/form-data\r\n", 200, "OrganizationSummaries"),
        ("Content-Encoding: gzip\r\n", 200, "OrganizationSummaries"),
        ("Host: [::\r\n", 200, "OrganizationSummaries"),
    ],
)
def test_odd_headers_do_not_disturb_workmail(
    emulator: Emulator, headers: str, status: int, said: str
) -> None:
    answered = answer(
        emulator, f"{LIST}Connection: close\r\n{headers}Content-Length: 2\r\n\r\n{{}}"
    )
    assert answered.startswith(f"HTTP/1.1 {status} ")
    assert said in answered


def test_a_slow_body_keeps_nobody_waiting(emulator: Emulator) -> None:
    host, port = emulator.endpoint_url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as slow:
        slow.sendall(
            b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n"
            b"Content-Type: application/x-www-form-urlencoded\r\n\r\nhalf"
        )
        for _ in range(3):  # whichever thread begins first
            assert emulator.client("sts").get_caller_identity()


@pytest.mark.parametrize("first", [MalformedBody(), HtmlPage(200)])
def test_strange_answers_can_come_together(
    emulator: Emulator, first: MalformedBody | HtmlPage, caplog: pytest.LogCaptureFixture
) -> None:
    emulator.faults.add(first)
    emulator.faults.add(UnknownMembers())
    for operation in ("ListOrganizations", "MakeCoffee"):
        request = LIST.replace("ListOrganizations", operation)
        answered = answer(emulator, f"{request}Connection: close\r\nContent-Length: 2\r\n\r\n{{}}")
        assert not answered.startswith("HTTP/1.1 500 ")
    assert [each for each in caplog.records if each.levelno > logging.DEBUG] == []


def test_members_of_the_future_are_in_no_error(emulator: Emulator) -> None:
    emulator.faults.add(UnknownMembers())
    request = LIST.replace("ListOrganizations", "MakeCoffee")
    answered = answer(emulator, f"{request}Connection: close\r\nContent-Length: 2\r\n\r\n{{}}")
    assert '"InvalidAction"' in answered
    assert "Future" not in answered
