"""Creates the typed response from a raw answer."""

from __future__ import annotations

from typing import Any

from .bodies import described, parsed
from .conversion import converter
from .errors import InvalidResponseError
from .model import Output, members
from .observers import Call
from .redaction import scrub
from .shapes import ByteStream
from .transport import RawResponse


def decode(call: Call, raw: RawResponse) -> Any:
    """Decode an answer.

    Args:
        call: The call that was answered.
        raw: The answer.

    Returns:
        An instance of the operation's output class.

    Raises:
        InvalidResponseError: The body does not fit the operation.
    """
    cls = call.operation.output
    if raw.stream is None:
        output = _structure(call, cls, raw.body)
    else:
        (member,) = members(cls)
        assert isinstance(member.wire.shape, ByteStream)
        output = cls(**{member.name: member.wire.shape.wrap(raw.stream)})
    output.response_metadata = call.metadata
    return output


def _structure(call: Call, cls: type[Output], body: bytes) -> Output:
    if not body and not members(cls):
        return cls()
    try:
        data = parsed(body)
    except ValueError:
        raise _invalid(call, f"the answer is {described(body)}, not JSON") from None
    if not isinstance(data, dict):
        raise _invalid(call, "the answer is not a JSON object")
    try:
        return converter.structure(data, cls)
    except Exception as error:  # noqa: BLE001  (whatever cattrs or a hook raises)
        # the text must not hold a value of the answer, which may be a secret
        what = f"a member is missing or has another type ({type(error).__name__})"
        raise _invalid(call, f"the answer does not fit models.{cls.__name__}: {what}") from None


def _invalid(call: Call, what: str) -> InvalidResponseError:
    return InvalidResponseError(
        scrub(what, call.request),
        operation=call.operation.name,
        attempts=call.attempts,
        http_status=call.http_status or 0,
        request_id=call.request_id,
    )


def prepare(call: Call) -> None:
    """Generate the converter's code for a call's classes, off the event loop."""
    converter.get_unstructure_hook(type(call.request))
    if not call.operation.streaming:
        converter.get_structure_hook(call.operation.output)
