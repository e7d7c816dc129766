"""The kinds of things that can go wrong with a call."""

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

# Codes that several services share, and the status each comes with.
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
    """Any error, in the form of the service.

    Args:
        code: The error's code, such as `EntityStateException`.
        message: What it says.
        status: The HTTP status; the documented one when left out.
    """

    kind: ClassVar[str] = "error"

    code: str
    message: str = "The tester wants this call to fail."
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
    """Too many calls: ThrottlingException 400, or S3's SlowDown 503."""

    kind: ClassVar[str] = "throttling"
    code: ClassVar[str] = "ThrottlingException"
    s3_code: ClassVar[str] = "SlowDown"
    message: ClassVar[str] = "Too many calls in too short a time."


@frozen
class ExpiredCredentials(_NamedError):
    """The session token has run out: ExpiredTokenException 403, or S3's ExpiredToken 400."""

    kind: ClassVar[str] = "expired_credentials"
    code: ClassVar[str] = "ExpiredTokenException"
    s3_code: ClassVar[str] = "ExpiredToken"
    message: ClassVar[str] = "The session token is no longer valid."


@frozen
class ClockSkew(_NamedError):
    """Refuses calls that were signed too long before or after the emulated time.

    RequestExpired 400, or S3's RequestTimeTooSkewed 403; the Date header tells the emulated time.
    Without this fault the emulated clock can be moved without any call being refused.

    Args:
        seconds: How far the two may be apart.
    """

    kind: ClassVar[str] = "clock_skew"
    code: ClassVar[str] = "RequestExpired"
    s3_code: ClassVar[str] = "RequestTimeTooSkewed"
    message: ClassVar[str] = "The call was signed too far from the present time."

    seconds: float = field(default=900.0, validator=not_negative)

    def covers(self, call: Call, now: datetime) -> bool:
        """Return whether the call is dated too far from now."""
        if call.signed is None or not super().covers(call, now):
            return False
        return abs(now - call.signed) > timedelta(seconds=self.seconds)

    def before(self, call: Call, stage: Stage) -> Answer | None:
        """Answer with the error, dated by the emulated clock."""
        refusal = super().before(call, stage)
        assert refusal is not None
        date = stage.clock.now().strftime("%a, %d %b %Y %H:%M:%S GMT")
        return refusal._replace(headers=[*refusal.headers, ("Date", date)])


@frozen
class ServerError(Fault):
    """The service fails: 500 InternalFailure (InternalError in S3), 503 ServiceUnavailable.

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
    """The call takes its time.

    Args:
        seconds: How long.
        real: Whether the caller really waits, instead of the emulated clock moving on. Clearing
            the faults, a reset and stopping the emulator all end the wait.
    """

    kind: ClassVar[str] = "latency"

    seconds: float = field(validator=not_negative)
    real: bool = False

    def before(self, call: Call, stage: Stage) -> Answer | None:
        """Let time pass."""
        if self.real:
            stage.faults.wait(self.seconds, stage.cleared)
        else:
            stage.clock.advance(self.seconds)
        return None


@frozen
class DroppedConnection(Fault):
    """The connection ends without an answer.

    Args:
        after_work: Whether what was asked for has been done all the same, which is when
            idempotency tokens matter.
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
    """The connection ends in the middle of the body, whose whole length was announced.

    Args:
        after_bytes: How many bytes get through; half of them, when left out. A body that is not
            longer arrives whole.
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
    """The answer is complete as HTTP, but its body is only half of what it should be."""

    kind: ClassVar[str] = "malformed_body"

    def after(self, call: Call, answer: Answer) -> Answer:
        """Leave out the second half."""
        content = answer.content()
        return answer.with_content(content[: len(content) // 2])


@frozen
class HtmlPage(Fault):
    """A web page comes instead of the service's answer, as from a proxy or a gateway.

    Args:
        status: The HTTP status.
    """

    kind: ClassVar[str] = "html_page"

    status: int = 503

    def before(self, call: Call, stage: Stage) -> Answer | None:
        """Answer with a page."""
        page = b"<!DOCTYPE html><html><head><title>Gateway</title></head><body>Sorry</body></html>"
        return answer(self.status, [("Content-Type", "text/html; charset=utf-8")], page)


@frozen
class _ChangedMembers(Fault):
    """An answer whose members are changed; Message Flow's have none."""

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
        except ValueError:  # another fault was there first
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
    """Every member of an answer that has a fixed set of values has another one.

    Args:
        value: The value.
    """

    kind: ClassVar[str] = "unknown_enum_values"

    value: str = "FUTURE_VALUE"

    def _string(self, value: str) -> str:
        return self.value


@frozen
class UnknownMembers(_ChangedMembers):
    """Every structure in an answer has members that no client can know yet."""

    kind: ClassVar[str] = "unknown_members"

    def _structure(self, members: dict[str, Any]) -> dict[str, Any]:
        return {**members, "FutureMember": "later", "FutureStructure": {"Values": [1, None]}}


#: All of them, by what the control API calls them.
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
