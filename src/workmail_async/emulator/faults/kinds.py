"""The kinds of faults."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, ClassVar

from attrs import field, frozen, validators
from botocore.model import ListShape, Shape, StringShape, StructureShape

from workmail_async.emulator.http.answers import Answer, HangUp, answer, error_answer
from workmail_async.emulator.http.calls import WORKMAIL, Call
from workmail_async.emulator.validation import service_model

from .injection import Fault, Stage, not_negative

# Codes that several services share, each with its HTTP status.
_STATUS = {
    "AccessDenied": 403,
    "ExpiredToken": 400,
    "ExpiredTokenException": 403,
    "InternalError": 500,
    "InternalFailure": 500,
    "InvalidClientTokenId": 403,
    "NoSuchBucket": 404,
    "NoSuchKey": 404,
    "OptInRequired": 403,
    "RequestTimeTooSkewed": 403,
    "ServiceUnavailable": 503,
    "SlowDown": 503,
}


@frozen
class ErrorAnswer(Fault):
    """Any error, in the format of the service.

    Args:
        code: The error's code, such as `EntityStateException`.
        message: The error's message.
        status: The HTTP status. Defaults to the documented one.
    """

    kind: ClassVar[str] = "error"

    code: str
    message: str = "The test asked for this error."
    status: int | None = None

    def before(self, call: Call, stage: Stage) -> Answer | None:
        """Answer with the error."""
        status = self.status or _documented_status(call.service, self.code)
        return error_answer(call.service, self.code, self.message, status, stage.request_id)


@frozen
class _NamedError(Fault):
    """An error whose code depends on the service."""

    code: ClassVar[str]
    s3_code: ClassVar[str]
    message: ClassVar[str]

    def before(self, call: Call, stage: Stage) -> Answer | None:
        """Answer with the error."""
        code = self.s3_code if call.service == "s3" else self.code
        status = _documented_status(call.service, code)
        return error_answer(call.service, code, self.message, status, stage.request_id)


@frozen
class Throttling(_NamedError):
    """Throttling: ThrottlingException 400, or SlowDown 503 in S3."""

    kind: ClassVar[str] = "throttling"
    code: ClassVar[str] = "ThrottlingException"
    s3_code: ClassVar[str] = "SlowDown"
    message: ClassVar[str] = "Too many calls in too short a time."


@frozen
class ExpiredCredentials(_NamedError):
    """Expired credentials: ExpiredTokenException 403, or ExpiredToken 400 in S3."""

    kind: ClassVar[str] = "expired_credentials"
    code: ClassVar[str] = "ExpiredTokenException"
    s3_code: ClassVar[str] = "ExpiredToken"
    message: ClassVar[str] = "The session token is no longer valid."


@frozen
class ClockSkew(_NamedError):
    """Refuses calls whose signature is too far from the emulated time.

    The error is RequestExpired 400, or RequestTimeTooSkewed 403 in S3, and its Date header has the
    emulated time. Without this fault you can move the emulated clock and no call is refused.

    Args:
        seconds: The largest difference to accept.
    """

    kind: ClassVar[str] = "clock_skew"
    code: ClassVar[str] = "RequestExpired"
    s3_code: ClassVar[str] = "RequestTimeTooSkewed"
    message: ClassVar[str] = "The call was signed too far from the present time."

    seconds: float = field(default=900.0, validator=not_negative)

    def covers(self, call: Call, now: datetime) -> bool:
        """Return whether the call was signed too far from now."""
        if call.signed is None or not super().covers(call, now):
            return False
        return abs(now - call.signed) > timedelta(seconds=self.seconds)

    def before(self, call: Call, stage: Stage) -> Answer | None:
        """Answer with the error and the emulated time."""
        refusal = super().before(call, stage)
        assert refusal is not None
        date = stage.clock.now().strftime("%a, %d %b %Y %H:%M:%S GMT")
        return refusal._replace(headers=[*refusal.headers, ("Date", date)])


@frozen
class ServerError(Fault):
    """The service fails: 503 ServiceUnavailable, otherwise InternalFailure (InternalError in S3).

    Args:
        status: The HTTP status, 500 to 599.
    """

    kind: ClassVar[str] = "server_error"

    status: int = field(default=503, validator=validators.in_(range(500, 600)))

    def before(self, call: Call, stage: Stage) -> Answer | None:
        """Answer with the error."""
        internal = "InternalError" if call.service == "s3" else "InternalFailure"
        code = "ServiceUnavailable" if self.status == _STATUS["ServiceUnavailable"] else internal
        message = "The service cannot do this now."
        return error_answer(call.service, code, message, self.status, stage.request_id)


@frozen
class Latency(Fault):
    """The call takes longer.

    Args:
        seconds: How much longer.
        real: Whether the caller really waits. By default the emulated clock moves forward instead.
            The wait ends early if the faults are cleared, or the emulator is reset or stopped.
    """

    kind: ClassVar[str] = "latency"

    seconds: float = field(validator=not_negative)
    real: bool = False

    def before(self, call: Call, stage: Stage) -> Answer | None:
        """Wait, or move the clock forward."""
        if self.real:
            stage.faults.wait(self.seconds, stage.cleared)
        else:
            stage.clock.advance(self.seconds)
        return None


@frozen
class DroppedConnection(Fault):
    """The connection ends without an answer.

    Args:
        after_work: Whether the service acts before the connection ends. This is the case that
            idempotency tokens are for.
    """

    kind: ClassVar[str] = "dropped_connection"

    after_work: bool = False

    def before(self, call: Call, stage: Stage) -> Answer | None:
        """End the connection."""
        if not self.after_work:
            raise HangUp
        return None

    def after(self, call: Call, answer: Answer) -> Answer:
        """End the connection."""
        raise HangUp


@frozen
class TruncatedBody(Fault):
    """The connection ends in the middle of the body; Content-Length has the full length.

    Args:
        after_bytes: How many bytes to send. Defaults to half of the body. A body that is not
            longer than this arrives complete.
    """

    kind: ClassVar[str] = "truncated_body"

    after_bytes: int | None = field(default=None, validator=not_negative)

    def after(self, call: Call, answer: Answer) -> Answer:
        """Cut the body off."""
        content = answer.content()
        end = len(content) // 2 if self.after_bytes is None else self.after_bytes
        whole = answer.with_content(content)
        return whole if end >= len(content) else whole._replace(chunks=_cut(content[:end]))


@frozen
class MalformedBody(Fault):
    """The answer is valid HTTP, but its body is cut in half."""

    kind: ClassVar[str] = "malformed_body"

    def after(self, call: Call, answer: Answer) -> Answer:
        """Drop the second half."""
        content = answer.content()
        return answer.with_content(content[: len(content) // 2])


@frozen
class HtmlPage(Fault):
    """An HTML page instead of the service's answer, as a proxy or a gateway sends it.

    Args:
        status: The HTTP status.
    """

    kind: ClassVar[str] = "html_page"

    status: int = 503

    def before(self, call: Call, stage: Stage) -> Answer | None:
        """Answer with the page."""
        page = b"<!DOCTYPE html><html><head><title>Gateway</title></head><body>Sorry</body></html>"
        return answer(self.status, [("Content-Type", "text/html; charset=utf-8")], page)


@frozen
class _ChangedMembers(Fault):
    """Changes the members of an answer. Message Flow's answers have none."""

    offered: ClassVar[tuple[str, ...]] = (WORKMAIL,)

    @property
    def services(self) -> tuple[str, ...]:
        """The services it is for."""
        return (WORKMAIL,) if self.service is self.operation is None else super().services

    def after(self, call: Call, answer: Answer) -> Answer:
        """Change the members."""
        if answer.code != HTTPStatus.OK:
            return answer
        content = answer.content()
        shape = service_model(WORKMAIL).operation_model(call.operation).output_shape
        try:
            members = json.loads(content)
        except ValueError:  # another fault has already broken it
            return answer.with_content(content)
        return answer.with_content(json.dumps(self._walk(shape, members)).encode())

    def _walk(self, shape: Shape | None, value: Any) -> Any:
        if shape is None or value is None:
            return value
        if isinstance(shape, StructureShape):
            members = shape.members
            return self._structure(
                {
                    name: self._walk(members[name], each) if name in members else each
                    for name, each in value.items()
                }
            )
        if isinstance(shape, ListShape):
            return [self._walk(shape.member, each) for each in value]
        return self._string(value) if isinstance(shape, StringShape) and shape.enum else value

    def _structure(self, members: dict[str, Any]) -> dict[str, Any]:
        return members

    def _string(self, value: str) -> str:
        return value


@frozen
class UnknownEnumValues(_ChangedMembers):
    """Every enum member of an answer has an unknown value.

    Args:
        value: The value.
    """

    kind: ClassVar[str] = "unknown_enum_values"

    value: str = "FUTURE_VALUE"

    def _string(self, value: str) -> str:
        return self.value


@frozen
class UnknownMembers(_ChangedMembers):
    """Every structure in an answer has additional members that no client knows."""

    kind: ClassVar[str] = "unknown_members"

    def _structure(self, members: dict[str, Any]) -> dict[str, Any]:
        return {**members, "FutureMember": "later", "FutureStructure": {"Values": [1, None]}}


#: All kinds by their names in the control API.
KINDS: dict[str, type[Fault]] = {
    each.kind: each
    for each in (
        ClockSkew,
        DroppedConnection,
        ErrorAnswer,
        ExpiredCredentials,
        HtmlPage,
        Latency,
        MalformedBody,
        ServerError,
        Throttling,
        TruncatedBody,
        UnknownEnumValues,
        UnknownMembers,
    )
}


def _documented_status(service: str, code: str) -> int:
    if code in _STATUS:
        return _STATUS[code]
    model = service_model(service)
    shape = model.shape_for(code) if code in model.shape_names else None
    return int((shape.metadata if shape else {}).get("error", {}).get("httpStatusCode", 400))


def _cut(content: bytes) -> Iterator[bytes]:
    yield content
    raise HangUp
