"""What a caller gets: an answer, an error in the format of the service, or a dropped connection."""

from __future__ import annotations

import json
from collections.abc import Iterable
from http import HTTPStatus
from typing import NamedTuple, TypeAlias
from xml.sax.saxutils import escape

from .calls import MESSAGE_FLOW

Headers: TypeAlias = list[tuple[str, str]]


class HangUp(Exception):
    """Ends the connection at once: before the answer, or in the middle of its body."""


class Answer(NamedTuple):
    """An answer of a WSGI application.

    Args:
        status: Code and reason, such as `200 OK`.
        headers: Names and values.
        chunks: The body. Reading it may raise `HangUp`.
    """

    status: str
    headers: Headers
    chunks: Iterable[bytes]

    @property
    def code(self) -> int:
        """The status code."""
        return int(self.status.partition(" ")[0])

    @property
    def says_length(self) -> bool:
        """Whether it has a Content-Length."""
        return any(name.lower() == "content-length" for name, _ in self.headers)

    def content(self) -> bytes:
        """Return the body. You can read it only once."""
        try:
            return b"".join(self.chunks)
        finally:
            close = getattr(self.chunks, "close", None)
            if close is not None:
                close()

    def with_content(self, content: bytes, *, length: int | None = None) -> Answer:
        """Return the answer with another body.

        Args:
            content: The body.
            length: The value of Content-Length. Defaults to the body's length.
        """
        kept = [(name, value) for name, value in self.headers if name.lower() != "content-length"]
        size = str(len(content) if length is None else length)
        return self._replace(headers=[*kept, ("Content-Length", size)], chunks=[content])


def answer(status: int, headers: Headers, content: bytes) -> Answer:
    """Return an answer with the reason phrase of its status."""
    try:
        reason = HTTPStatus(status).phrase
    except ValueError:
        reason = "Unknown"
    return Answer(f"{status} {reason}", headers, []).with_content(content)


def json_answer(status: int, value: object) -> Answer:
    """Return an answer in plain JSON."""
    return answer(status, [("Content-Type", "application/json")], json.dumps(value).encode())


def error_answer(service: str, code: str, message: str, status: int, request_id: str) -> Answer:
    """Return an error in the format of a service.

    Args:
        service: The name that requests are signed for, such as `workmail` or `s3`.
        code: The error's code.
        message: What was wrong.
        status: The HTTP status.
        request_id: The request's id.
    """
    if service == "s3":
        return answer(
            status,
            [("Content-Type", "application/xml"), ("x-amz-request-id", request_id)],
            (
                '<?xml version="1.0" encoding="UTF-8"?>\n'
                f"<Error><Code>{escape(code)}</Code><Message>{escape(message)}</Message>"
                f"<RequestId>{request_id}</RequestId></Error>"
            ).encode(),
        )
    identified = ("x-amzn-RequestId", request_id)
    if service in {"iam", "sts"}:
        return answer(
            status,
            [("Content-Type", "text/xml"), identified],
            (
                f"<ErrorResponse><Error><Code>{escape(code)}</Code>"
                f"<Message>{escape(message)}</Message></Error>"
                f"<RequestId>{request_id}</RequestId></ErrorResponse>"
            ).encode(),
        )
    if service == MESSAGE_FLOW:
        return answer(
            status,
            [("Content-Type", "application/json"), identified, ("x-amzn-ErrorType", code)],
            json.dumps({"message": message}).encode(),
        )
    return answer(
        status,
        [("Content-Type", "application/x-amz-json-1.1"), identified],
        json.dumps({"__type": code, "Message": message}).encode(),
    )
