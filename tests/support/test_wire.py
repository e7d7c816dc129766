"""The comparison of requests notices what it is there to notice."""

import json
from email.message import Message
from typing import Any

import attrs
import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.support.server import Received
from tests.support.wire import assert_same_request, assert_signed

SECRET = "a secret of nobody"
CONTENT = {"UserId": "ana", "Enabled": True, "Limit": 1}


def request(
    content: Any = CONTENT,
    *,
    target: str = "/messages/a%20b",
    service: str = "workmail",
    headers: dict[str, str] | None = None,
) -> Received:
    """A request as botocore signs it."""
    body = json.dumps(content)
    given = {"Content-Type": "application/json", "User-Agent": "one", **(headers or {})}
    prepared = AWSRequest("POST", f"http://127.0.0.1:1{target}", given, body)
    SigV4Auth(Credentials("AKID", SECRET), service, "us-east-1").add_auth(prepared)
    message = Message()
    message["Host"] = "127.0.0.1:1"
    for name, value in prepared.headers.items():
        message[name] = value
    return Received("POST", target, message, body.encode(), connection=1)


def test_equal_requests_are_the_same_from_any_sender() -> None:
    reordered = dict(reversed(CONTENT.items()))
    assert_same_request(request(), request(reordered, headers={"User-Agent": "another"}))


@pytest.mark.parametrize(
    "other",
    [
        request({**CONTENT, "UserId": "bo"}),
        request({**CONTENT, "Enabled": 1}),
        request({**CONTENT, "Limit": 1.0}),
        request({**CONTENT, "More": None}),
        request(target="/messages/a+b"),
        request(service="workmailmessageflow"),
        request(headers={"Content-Type": "text/plain"}),
        request(headers={"X-Amz-Target": "WorkMailService.DescribeUser"}),
        attrs.evolve(request(), method="PUT"),
    ],
)
def test_any_difference_is_noticed(other: Received) -> None:
    with pytest.raises(AssertionError):
        assert_same_request(request(), other)


def test_members_to_ignore_are_ignored() -> None:
    ignored = frozenset({"UserId"})
    assert_same_request(request(), request({**CONTENT, "UserId": "bo"}), ignore=ignored)


def test_botocores_signature_is_right() -> None:
    assert_signed(request(), SECRET)


@pytest.mark.parametrize(
    "forged",
    [
        attrs.evolve(request(), body=b"{}"),
        attrs.evolve(request(), target="/messages/another"),
        attrs.evolve(request(), method="PUT"),
    ],
)
def test_a_forged_request_is_noticed(forged: Received) -> None:
    with pytest.raises(AssertionError):
        assert_signed(forged, SECRET)


def test_the_wrong_key_is_noticed() -> None:
    with pytest.raises(AssertionError):
        assert_signed(request(), SECRET + "?")
