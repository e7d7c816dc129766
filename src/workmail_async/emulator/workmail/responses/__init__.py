"""Answers requests to WorkMail: finds the handler, checks the request, formats the answer.

The handlers are in one module per area.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any

from botocore import xform_name
from moto.core.request import Request
from werkzeug.exceptions import HTTPException

from workmail_async.emulator.http.calls import WORKMAIL
from workmail_async.emulator.validation import faults, service_model
from workmail_async.emulator.workmail.exceptions import (
    AccessDeniedException,
    InternalFailure,
    InvalidAction,
    InvalidParameterException,
    OptInRequired,
    ValidationError,
    WorkMailError,
)
from workmail_async.emulator.world import MET_FAULTS, REGIONS, World

from .access_control import AccessControlOperations
from .addresses import AddressOperations
from .availability import AvailabilityOperations
from .domains import DomainOperations
from .email_monitoring import EmailMonitoringOperations
from .export_jobs import ExportJobOperations
from .groups import GroupOperations
from .identity_center import IdentityCenterOperations
from .impersonation import ImpersonationOperations
from .inbound_dmarc import InboundDmarcOperations
from .mailboxes import MailboxOperations
from .mobile_device_access import MobileDeviceAccessOperations
from .operations import Wire
from .organizations import OrganizationOperations
from .personal_access_tokens import PersonalAccessTokenOperations
from .registration import RegistrationOperations
from .resources import ResourceOperations
from .retention import RetentionOperations
from .tags import TagOperations
from .users import UserOperations

log: logging.Logger = logging.getLogger("workmail_async.emulator")

_CONTENT_TYPE = "application/x-amz-json-1.1"
_READING = ("Describe", "Get", "List")
# These work for organizations in any state.
_ANY_STATE = frozenset({"DescribeOrganization", "DeleteOrganization"})


class WorkMailResponse(
    OrganizationOperations,
    DomainOperations,
    UserOperations,
    GroupOperations,
    ResourceOperations,
    RegistrationOperations,
    AddressOperations,
    MailboxOperations,
    ExportJobOperations,
    TagOperations,
    AccessControlOperations,
    MobileDeviceAccessOperations,
    ImpersonationOperations,
    AvailabilityOperations,
    RetentionOperations,
    IdentityCenterOperations,
    PersonalAccessTokenOperations,
    EmailMonitoringOperations,
    InboundDmarcOperations,
):
    """Answers one request to WorkMail."""

    use_raw_body = True

    def __init__(self) -> None:
        super().__init__(service_name=WORKMAIL)
        self.allow_request_decompression: bool = False  # the body must be JSON

    def answer(self, request: Request) -> tuple[int, dict[str, str], bytes]:
        """Answer the request, always in WorkMail's format."""
        world = World.current()
        request_id = world.uuid()
        status, body = 200, {}
        try:
            self.setup_class(request)
            body = self._act(world, request_id, request.environ.get(MET_FAULTS, ()))
        except WorkMailError as error:
            status, body = error.http_status, _error_body(error)
        except HTTPException as error:  # from moto's IAM, if the test has enabled it
            denied = AccessDeniedException(f"IAM refuses the call: {type(error).__name__}")
            status, body = denied.http_status, _error_body(denied)
        except Exception as error:
            log.exception("the emulator failed in %s", self.operation)
            failure = InternalFailure(f"the emulator failed: {type(error).__name__}")
            status, body = failure.http_status, _error_body(failure)
        headers = {"Content-Type": _CONTENT_TYPE, "x-amzn-RequestId": request_id}
        return status, headers, json.dumps(body, default=_timestamp).encode()

    def _act(self, world: World, request_id: str, met: tuple[str, ...]) -> Wire:
        self._authenticate_and_authorize_normal_action()
        handler = self._handler()
        request = self._request()
        region = self._region()
        world.record(
            service=WORKMAIL,
            operation=self.operation,
            parameters=request,
            region=region,
            request_id=request_id,
            faults=met,
        )
        operation = service_model(WORKMAIL).operation_model(self.operation)
        documented = {shape.name for shape in operation.error_shapes}
        found = faults(operation, request)
        if found:
            kind = InvalidParameterException
            raise (kind if kind.__name__ in documented else ValidationError)("; ".join(found))
        shape = operation.input_shape
        members = shape.members if shape is not None else {}
        arguments = {
            xform_name(name): value
            for name, value in request.items()
            if name in members and value is not None
        }
        with world.lock:
            organization_id = arguments.pop("organization_id", None)
            if organization_id is not None:
                organization = self.backend.get_organization(organization_id)
                if self.operation not in _ANY_STATE:
                    organization.require_active()
                writing = not self.operation.startswith(_READING)
                organization.directory_service.check(documented, writing=writing)
                arguments["organization"] = organization
            return handler(**arguments) or {}

    def _handler(self) -> Callable[..., Wire | None]:
        self.operation: str = str(self.headers.get("X-Amz-Target", "")).rpartition(".")[2]
        if self.operation not in service_model(WORKMAIL).operation_names:
            raise InvalidAction(f"WorkMail has no operation {self.operation!r}")
        handler: Callable[..., Wire | None] | None = getattr(self, xform_name(self.operation), None)
        if handler is None:  # a newer botocore may know more operations
            raise InvalidAction(f"the emulator does not have {self.operation}")
        return handler

    def _request(self) -> dict[str, Any]:
        try:
            request = json.loads(self.body or b"{}")
        except (ValueError, RecursionError):
            raise ValidationError("the body is not JSON, or is nested too deeply") from None
        if not isinstance(request, dict):
            raise ValidationError("the body is not a JSON object")
        return request

    def _region(self) -> str:
        if self.region not in REGIONS:
            raise OptInRequired(
                f"WorkMail is available in {', '.join(REGIONS)}, not in {self.region}"
            )
        return str(self.region)


def answer(request: Request) -> tuple[int, dict[str, str], bytes]:
    """Answer one request."""
    return WorkMailResponse().answer(request)


def _error_body(error: WorkMailError) -> Wire:
    return {"__type": error.code, "Message": error.message}


def _timestamp(value: Any) -> float:
    if isinstance(value, datetime):
        return value.timestamp()
    raise TypeError(f"cannot send a {type(value).__name__}")
