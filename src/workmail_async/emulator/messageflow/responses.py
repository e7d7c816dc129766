"""Answers Message Flow's requests."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator
from typing import Any

from moto.core.request import Request
from moto.core.responses import BaseResponse
from werkzeug.exceptions import HTTPException

from workmail_async.emulator.http.calls import MESSAGE_FLOW
from workmail_async.emulator.validation import faults, service_model
from workmail_async.emulator.workmail.exceptions import (
    AccessDeniedException,
    InternalFailure,
    InvalidAction,
    OptInRequired,
    ValidationError,
    WorkMailError,
)
from workmail_async.emulator.world import MET_FAULTS, REGIONS, World

from .models import MessageFlowBackend, message_flow_backends
from .models.content_location import ContentLocation

log: logging.Logger = logging.getLogger("workmail_async.emulator")

_OPERATIONS = {"GET": "GetRawMessageContent", "POST": "PutRawMessageContent"}
_PATH = "/messages/"
_CHUNK = 64 * 1024
_JSON = {"Content-Type": "application/json"}

Headers = dict[str, str]
Body = bytes | Iterable[bytes]


class MessageFlowResponse(BaseResponse):
    """Answers one request to Message Flow."""

    use_raw_body = True

    def __init__(self) -> None:
        super().__init__(service_name=MESSAGE_FLOW)
        self.allow_request_decompression: bool = False  # the body must be JSON
        self.operation: str = ""

    @property
    def backend(self) -> MessageFlowBackend:
        """The messages of the caller's account and Region."""
        return message_flow_backends[self.current_account][self.region]

    def answer(self, request: Request) -> tuple[int, Headers, Body]:
        """Answer the request, always in Message Flow's format."""
        world = World.current()
        identified = {"x-amzn-RequestId": world.uuid()}
        try:
            self.setup_class(request)
            headers, body = self._act(world, request, identified["x-amzn-RequestId"])
        except WorkMailError as refusal:
            error = refusal
        except HTTPException as denial:  # from moto's IAM, if the test has enabled it
            error = AccessDeniedException(f"IAM refuses the call: {type(denial).__name__}")
        except Exception as failure:
            log.exception("the emulator failed in %s", self.operation)
            error = InternalFailure(f"the emulator failed: {type(failure).__name__}")
        else:
            return 200, {**_JSON, **identified, **headers}, body
        body = json.dumps({"message": error.message}).encode()
        headers = {**_JSON, **identified, "x-amzn-ErrorType": error.code}
        return error.http_status, headers, body

    def _act(self, world: World, request: Request, request_id: str) -> tuple[Headers, Body]:
        self.operation = _OPERATIONS.get(request.method, "")
        message_id = request.path.removeprefix(_PATH)
        if not self.operation or not request.path.startswith(_PATH) or "/" in message_id:
            raise InvalidAction(f"Message Flow has no {request.method} of {request.path}")
        self._authenticate_and_authorize_normal_action()
        members = {**self._body(), "messageId": message_id}
        world.record(
            service=MESSAGE_FLOW,
            operation=self.operation,
            parameters=members,
            region=self._region(),
            request_id=request_id,
            faults=request.environ.get(MET_FAULTS, ()),
        )
        found = faults(service_model(MESSAGE_FLOW).operation_model(self.operation), members)
        if found:
            raise ValidationError("; ".join(found))
        with world.lock:
            if self.operation == "PutRawMessageContent":
                self.backend.put_content(message_id, _location(members))
                return {}, b"{}"
            content = self.backend.find(message_id).content
        return {"Content-Length": str(len(content))}, _chunks(content)

    def _body(self) -> dict[str, Any]:
        if self.operation == "GetRawMessageContent":
            return {}
        try:
            members = json.loads(self.body or b"{}")
        except (ValueError, RecursionError):
            raise ValidationError("the body is not JSON, or is nested too deeply") from None
        if not isinstance(members, dict):
            raise ValidationError("the body is not a JSON object")
        return members

    def _region(self) -> str:
        if self.region not in REGIONS:
            raise OptInRequired(
                f"Message Flow is available in {', '.join(REGIONS)}, not in {self.region}"
            )
        return str(self.region)


def answer(request: Request) -> tuple[int, Headers, Body]:
    """Answer one request."""
    return MessageFlowResponse().answer(request)


def _location(members: dict[str, Any]) -> ContentLocation:
    reference = members["content"]["s3Reference"]
    return ContentLocation(
        bucket=reference["bucket"],
        key=reference["key"],
        version=reference.get("objectVersion"),
    )


def _chunks(content: bytes) -> Iterator[bytes]:
    # A view, so that a large message is never in memory twice.
    view = memoryview(content)
    for start in range(0, len(view), _CHUNK):
        yield bytes(view[start : start + _CHUNK])
