"""The control API: an emulator over HTTP, for tests in other languages and other processes.

It is at `/_workmail/`, takes and returns JSON, and needs no signature. Names are those of the
Python interface. An invalid request gets 400 and `{"message": …}`, an unknown path or id 404.

    GET    /_workmail/faults           {"active": [{"id", "kind", …, "seen", "fired"}],
                                       "fired": [{"id", "kind", "service", "operation", "at"}]}
    POST   /_workmail/faults           {"kind": "throttling", "operation": "ListUsers", "times": 2}
                                       adds one and returns {"id": 1}; a list adds several
    DELETE /_workmail/faults           removes all, and clears "fired"
    DELETE /_workmail/faults/ID        removes one
    GET    /_workmail/clock            {"now": "2026-03-01T12:00:00+00:00", "frozen": false}
    POST   /_workmail/clock            one of {"advance": SECONDS}, {"set": "2026-03-01T12:00:00Z"},
                                       {"frozen": true | false}; returns what GET does
    GET    /_workmail/requests         {"requests": [{"service", "operation", "parameters",
                                       "region", "request_id", "received", "faults"}]} without
                                       passwords; ?operation=NAME returns those of one operation
    POST   /_workmail/reset            goes back to the initial state
    POST   /_workmail/deliver          {"organization": "m-…", "content": "MIME as text"} or
                                       {"content_base64": …}; optional are "sender", "recipients",
                                       "flow", "redirected", "on_behalf_of"; returns
                                       {"message_id", "event"}, the event for the Lambda function
    POST   /_workmail/deliver          with "synchronous": true and an optional "fallback", also
                                       starts a synchronous rule that waits for
    POST   /_workmail/answer/MESSAGE   the function's answer; returns what happens to the message:
                                       {"faults", "warnings", "failed", "updated", "recipients"}

The kinds of faults are `clock_skew`, `dropped_connection`, `error`, `expired_credentials`,
`html_page`, `latency`, `malformed_body`, `server_error`, `throttling`, `truncated_body`,
`unknown_enum_values` and `unknown_members`; their options are the attributes of their classes.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from datetime import datetime, timezone
from http import HTTPStatus
from typing import Any, TypeVar
from urllib.parse import parse_qs

import attrs
import cattrs
from attrs import frozen
from botocore.model import ListShape, Shape, StructureShape

from workmail_async.emulator.contents import EmulatorContents
from workmail_async.emulator.faults.injection import ActiveFault, Fault
from workmail_async.emulator.faults.kinds import KINDS
from workmail_async.emulator.messageflow.invocations import Invocation, build_event
from workmail_async.emulator.messageflow.models.messages import INBOUND
from workmail_async.emulator.messageflow.verdicts import DEFAULT
from workmail_async.emulator.seeds.files import in_words, strict_converter
from workmail_async.emulator.validation import service_model

from .answers import Answer, json_answer
from .calls import CONTROL_PATH, Environ

_HIDDEN = "***"

Read = TypeVar("Read")


@frozen(kw_only=True)
class _Delivery:
    organization: str
    content: str | None = None
    content_base64: str | None = None
    sender: str | None = None
    recipients: list[str] | None = None
    flow: str = INBOUND
    redirected: bool = False
    on_behalf_of: str | None = None
    synchronous: bool = False
    fallback: str = DEFAULT

    def raw(self) -> bytes:
        """Return the MIME content."""
        if (self.content is None) == (self.content_base64 is None):
            raise ValueError("give either content or content_base64")
        if self.content is not None:
            return self.content.encode()
        return base64.b64decode(self.content_base64 or "", validate=True)


@frozen(kw_only=True)
class _Setting:
    advance: float | None = None
    set: datetime | None = None
    frozen: bool | None = None

    def __attrs_post_init__(self) -> None:
        if sum(value is not None for value in attrs.astuple(self)) != 1:
            raise ValueError("give one of advance, set and frozen")


class Control:
    """Answers requests to the control API.

    Args:
        emulator: The emulator to control.
    """

    def __init__(self, emulator: EmulatorContents) -> None:
        self._emulator = emulator
        self._waiting: dict[str, Invocation] = {}
        self._handlers: dict[tuple[str, str], Callable[[Any, str], Any]] = {
            ("GET", "faults"): self._get_faults,
            ("POST", "faults"): self._post_faults,
            ("DELETE", "faults"): self._delete_faults,
            ("GET", "clock"): self._get_clock,
            ("POST", "clock"): self._post_clock,
            ("GET", "requests"): self._get_requests,
            ("POST", "reset"): self._post_reset,
            ("POST", "deliver"): self._post_deliver,
            ("POST", "answer"): self._post_answer,
        }

    def __call__(self, environ: Environ) -> Answer:
        """Answer one request."""
        what, _, thing = environ["PATH_INFO"].removeprefix(CONTROL_PATH).partition("/")
        handler = self._handlers.get((environ["REQUEST_METHOD"], what))
        if handler is None:
            return _refusal(
                HTTPStatus.NOT_FOUND,
                f"the control API has no {environ['REQUEST_METHOD']} {environ['PATH_INFO']}",
            )
        query = parse_qs(environ.get("QUERY_STRING", ""))
        try:
            body = environ["wsgi.input"].read()
            value = json.loads(body) if body else {name: each[-1] for name, each in query.items()}
            return json_answer(HTTPStatus.OK, handler(value, thing))
        except LookupError as error:
            return _refusal(HTTPStatus.NOT_FOUND, str(error.args[0]))
        except (ValueError, TypeError, RecursionError) as error:
            return _refusal(HTTPStatus.BAD_REQUEST, str(error))

    def _get_faults(self, _: Any, __: str) -> Any:
        faults = self._emulator.faults
        fired = [{**attrs.asdict(each), "at": each.at.isoformat()} for each in faults.fired]
        return {"active": [_described(each) for each in faults.active], "fired": fired}

    def _post_faults(self, value: Any, _: str) -> Any:
        several = isinstance(value, list)
        faults = [_fault(each) for each in (value if several else [value])]
        added = [{"id": self._emulator.faults.add(each).id} for each in faults]
        return added if several else added[0]

    def _delete_faults(self, _: Any, thing: str) -> Any:
        if not thing:
            self._emulator.faults.clear()
        elif not thing.isdigit() or not self._emulator.faults.remove(int(thing)):
            raise LookupError(f"there is no fault {thing}")
        return {}

    def _get_clock(self, _: Any, __: str) -> Any:
        clock = self._emulator.clock
        return {"now": clock.now().isoformat(), "frozen": clock.frozen}

    def _post_clock(self, value: Any, thing: str) -> Any:
        clock, setting = self._emulator.clock, _read(value, _Setting)
        if setting.advance is not None:
            clock.advance(setting.advance)
        elif setting.set is not None:
            clock.set(setting.set)
        elif setting.frozen:
            clock.freeze()
        else:
            clock.resume()
        return self._get_clock(value, thing)

    def _get_requests(self, value: Any, _: str) -> Any:
        operation = value.get("operation")
        return {
            "requests": [
                {
                    **attrs.asdict(each, recurse=False),
                    "parameters": _without_secrets(each.service, each.operation, each.parameters),
                    "received": each.received.isoformat(),
                }
                for each in self._emulator.requests
                if operation in {None, each.operation}
            ]
        }

    def _post_reset(self, _: Any, __: str) -> Any:
        self._waiting.clear()
        self._emulator.reset()
        return {}

    def _post_deliver(self, value: Any, _: str) -> Any:
        delivery = _read(value, _Delivery)
        message = self._emulator.deliver(
            delivery.organization,
            delivery.raw(),
            sender=delivery.sender,
            recipients=delivery.recipients,
            flow=delivery.flow,
            redirected=delivery.redirected,
            on_behalf_of=delivery.on_behalf_of,
        )
        if delivery.synchronous:
            invocation = Invocation(
                message=message,
                clock=self._emulator.clock,
                synchronous=True,
                fallback=delivery.fallback,
            )
            invocation.begin()
            self._waiting[message.id] = invocation
        return {"message_id": message.id, "event": build_event(message)}

    def _post_answer(self, value: Any, thing: str) -> Any:
        message = self._emulator.message(thing)
        invocation = self._waiting.pop(message.id, None)
        if invocation is None:
            raise LookupError(f"no rule is waiting for an answer for message {thing}")
        outcome = invocation.end(value)
        return {
            "faults": list(outcome.faults),
            "warnings": list(outcome.warnings),
            "failed": outcome.failed,
            "updated": outcome.updated,
            "recipients": {name: attrs.asdict(each) for name, each in outcome.recipients.items()},
        }


def _refusal(status: HTTPStatus, message: str) -> Answer:
    return json_answer(status, {"message": message})


def _described(active: ActiveFault) -> dict[str, Any]:
    fault = active.fault
    return {
        "id": active.id,
        "kind": fault.kind,
        **attrs.asdict(fault),
        "seen": active.seen,
        "fired": active.fired,
    }


def _fault(value: Any) -> Fault:
    options = dict(value) if isinstance(value, dict) else {}
    kind = KINDS.get(str(options.pop("kind", "")))
    if kind is None:
        raise ValueError(f"a fault needs a kind, one of {', '.join(KINDS)}")
    return _read(options, kind)


def _read(value: Any, kind: type[Read]) -> Read:
    try:
        return _converter.structure(value, kind)
    except cattrs.BaseValidationError as error:
        found = cattrs.transform_error(error, format_exception=in_words)
        raise ValueError("; ".join(found)) from None


def _moment(value: Any, _: Any) -> datetime:
    moment = datetime.fromisoformat(str(value).replace("Z", "+00:00"))
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


def _without_secrets(service: str, operation: str, parameters: dict[str, Any]) -> Any:
    model = service_model(service)
    known = operation in model.operation_names
    shape = model.operation_model(operation).input_shape if known else None
    return parameters if shape is None else _hidden(shape, parameters)


def _hidden(shape: Shape, value: Any) -> Any:
    if shape.metadata.get("sensitive"):
        return _HIDDEN
    if isinstance(shape, StructureShape) and isinstance(value, dict):
        members = shape.members
        return {
            name: _hidden(members[name], each) if name in members else each
            for name, each in value.items()
        }
    if isinstance(shape, ListShape) and isinstance(value, list):
        return [_hidden(shape.member, each) for each in value]
    return value


_converter = strict_converter()
_converter.register_structure_hook(datetime, _moment)
