"""Random requests, valid and not, from the service models and from nowhere.

Whatever comes, the answer has the service's form, and is never a fault of the emulator's own.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from attrs import define, field, frozen
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.emulator.refusals import COMMON, MODEL, documented_errors
from workmail_async.emulator import Clock, Emulator

NAMES = ("ana", "ana@acme.example", "staff", "oak", "nobody", "a b", "", "é" * 300, "\ud800")
LEAVES = st.one_of(
    st.sampled_from(NAMES),
    st.none(),
    st.booleans(),
    st.integers(-5, 2**40),
    st.floats(),
    st.text(max_size=40),
)
ANYTHING = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)
# Stand in a request for what only the running emulator knows.
PLACES = ("{organization}", "{ana}", "{arn}", "{message}", "{role}", "{key}", "{bucket}", "{job}")


@frozen
class Asked:
    """A request as it goes over the wire."""

    operation: str
    body: bytes
    method: str = "POST"
    path: str = "/"
    headers: dict[str, str] = field(factory=dict)


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()


def _workmail(operation: str, body: bytes) -> Asked:
    return Asked(operation, body, headers={"X-Amz-Target": f"WorkMailService.{operation}"})


def _message_flow(operation: str, message: str, body: bytes) -> Asked:
    scope = "Credential=any/20260101/us-east-1/workmailmessageflow/aws4_request"
    return Asked(
        operation,
        body if operation == "PutRawMessageContent" else b"",
        "POST" if operation == "PutRawMessageContent" else "GET",
        f"/messages/{quote(message, safe='{}', errors='replace')}",
        {"Authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=h, Signature=0"},
    )


def likely(shape: Any) -> st.SearchStrategy[Any]:
    """Values that the model mostly takes."""
    if shape.type_name == "structure":
        return st.fixed_dictionaries(
            {}, optional={name: likely(member) for name, member in shape.members.items()}
        )
    if shape.type_name == "list":
        return st.lists(likely(shape.member), max_size=3)
    if shape.type_name == "boolean":
        return st.booleans()
    if shape.type_name in {"integer", "long"}:
        return st.integers(0, 200)
    if getattr(shape, "enum", None):
        return st.sampled_from(shape.enum)
    if shape.name == "OrganizationId":
        return st.just("{organization}")
    return st.sampled_from(NAMES) | st.sampled_from(PLACES) | st.text(max_size=20)


@st.composite
def workmail_requests(draw: st.DrawFn) -> Asked:
    """An operation with members of its own, each with a value of any kind."""
    operation = draw(st.sampled_from(MODEL.operation_names))
    members = getattr(MODEL.operation_model(operation).input_shape, "members", {})
    request = {
        name: draw(likely(member)) if draw(st.integers(0, 9)) else draw(ANYTHING)
        for name, member in members.items()
        if draw(st.integers(0, 5))
    }
    return _workmail(operation, _json(request))


MESSAGES = st.sampled_from(("{message}", "nobody", "a/b", "..")) | st.text(max_size=10)
REFERENCES = st.fixed_dictionaries(
    {},
    optional={name: st.sampled_from((*NAMES, *PLACES)) for name in ("bucket", "key")}
    | {"objectVersion": ANYTHING},
)
MESSAGE_FLOW_REQUESTS = st.builds(
    _message_flow,
    st.sampled_from(("GetRawMessageContent", "PutRawMessageContent")),
    MESSAGES,
    st.one_of(
        st.binary(max_size=40),
        ANYTHING.map(_json),
        REFERENCES.map(lambda each: _json({"content": {"s3Reference": each}})),
    ),
)
# Operations of the model with bodies that are none, and operations that are none.
STRANGE_REQUESTS = st.builds(
    _workmail,
    st.sampled_from(MODEL.operation_names)
    | st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20),
    st.binary(max_size=40) | ANYTHING.map(_json) | st.integers(1, 100_000).map(lambda n: b"[" * n),
)
REQUESTS = st.one_of(*[workmail_requests()] * 7, MESSAGE_FLOW_REQUESTS, STRANGE_REQUESTS)


# Random requests delete and fill things up: after this many of them all begins anew.
FRESH_AFTER = 200


@define
class Line:
    """A connection to an emulator, and what stands for the places in a request."""

    emulator: Emulator
    connection: http.client.HTTPConnection
    places: dict[str, str] = field(factory=dict)
    asked: int = 0

    def filled(self, text: bytes) -> bytes:
        for place, value in self.places.items():
            text = text.replace(place.encode(), value.encode())
        return text

    def keep_fresh(self, operation: str) -> None:
        """Begin anew when there is little left to ask for."""
        self.asked += 1
        if operation == "DeleteOrganization" or self.asked % FRESH_AFTER == 0:
            self.begin()

    def begin(self) -> None:
        """Fill the emulator with some of everything."""
        self.emulator.reset()
        acme = self.emulator.create_organization(
            "acme", domains=["acme.example"], users=["ana"], groups=["staff"], resources=["oak"]
        )
        export = self.emulator.create_export_resources(acme)
        message = self.emulator.deliver(
            acme, b"From: z@far.example\r\nTo: ana@acme.example\r\n\r\nText\r\n"
        )
        job = self.emulator.client().start_mailbox_export_job(
            ClientToken="once",
            OrganizationId=acme.id,
            EntityId="ana",
            RoleArn=export.role_arn,
            KmsKeyArn=export.kms_key_arn,
            S3BucketName=export.bucket,
            S3Prefix=export.prefix,
        )["JobId"]
        values = (
            acme.id,
            acme.users["ana"],
            acme.arn,
            message.id,
            export.role_arn,
            export.kms_key_arn,
            export.bucket,
            job,
        )
        self.places = dict(zip(PLACES, values, strict=True))


@pytest.fixture(scope="module")
def line() -> Iterator[Line]:
    """A line to an emulator that holds some of everything."""
    with Emulator(clock=Clock(frozen=True)) as emulator:
        connection = http.client.HTTPConnection(emulator.endpoint_url.removeprefix("http://"))
        line = Line(emulator, connection)
        line.begin()
        yield line
        connection.close()


def assert_answered(line: Line, asked: Asked) -> None:
    line.connection.request(
        asked.method,
        line.filled(asked.path.encode()).decode(),
        line.filled(asked.body),
        asked.headers,
    )
    response = line.connection.getresponse()
    content = response.read()
    line.keep_fresh(asked.operation)
    assert response.headers["x-amzn-RequestId"]
    if response.status == 200:
        assert asked.method == "GET" or isinstance(json.loads(content), dict)
        return
    answer = json.loads(content)
    code = answer["__type"] if "__type" in answer else response.headers["x-amzn-ErrorType"]
    assert response.status in {400, 403, 404}, (asked, code)
    assert answer.get("Message") or answer["message"]
    known = documented_errors(asked.operation) if asked.operation in DOCUMENTED else set()
    # CreateUser documents no error for a full organization.
    assert code in known | COMMON


DOCUMENTED = {*MODEL.operation_names, "GetRawMessageContent", "PutRawMessageContent"}


@settings(max_examples=300)
@given(REQUESTS)
@example(_workmail("ListUsers", b"[" * 100_000))
@example(_workmail("ListUsers", b"9" * 10_000))
@example(_message_flow("PutRawMessageContent", "{message}", b"[" * 100_000))
def test_random_requests_always_get_the_services_answer(line: Line, asked: Asked) -> None:
    assert_answered(line, asked)


@pytest.mark.slow
@settings(max_examples=10_000)
@given(REQUESTS)
def test_ten_thousand_random_requests_do(line: Line, asked: Asked) -> None:
    assert_answered(line, asked)
