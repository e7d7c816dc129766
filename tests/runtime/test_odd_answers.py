"""Wrong and broken answers raise an error of ours that says what is wrong."""

import gzip
from collections.abc import Callable

import pytest

from tests.runtime.samples import OPERATION, ORGANIZATION, describe, failure_of, user_answer
from tests.support.server import (
    JSON,
    REQUEST_ID,
    Answer,
    StubServer,
    error_answer,
    html_answer,
    json_answer,
    truncated_answer,
)
from workmail_async import MessageFlowClient, WorkMailClient, errors

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("delays")]

PAGE = "a page of 79 bytes, perhaps a proxy's, that starts with '<html><head>"
LATIN_1 = Answer(status=502, headers={"Content-Type": "text/html"}, body=b"<h1>Stra\xdfe</h1>")


def raw(body: bytes, status: int = 200) -> Answer:
    """An answer that says it is JSON, whatever it is."""
    return json_answer(body, status=status)


# What is no success: the answer, the code, the beginning of the message, how often it is sent.
REFUSALS = {
    "page": (html_answer(502), "502", f"Bad Gateway; the answer is {PAGE}", 3),
    "page that is no UTF-8": (LATIN_1, "502", "Bad Gateway; the answer is a page of 15 bytes", 3),
    "page of a proxy that refuses": (html_answer(403), "403", "Forbidden; the answer is a page", 1),
    "nothing with 500": (
        Answer(status=500),
        "500",
        "Internal Server Error; the answer is empty",
        3,
    ),
    "nothing with 400": (Answer(status=400), "400", "Bad Request; the answer is empty", 1),
    "nothing with 429": (Answer(status=429), "429", "Too Many Requests; the answer is empty", 3),
    "a status of no standard": (Answer(status=999), "999", "an unknown status; the answer", 1),
    "array": (raw(b"[]", 400), "400", "Bad Request; the answer is not a JSON object", 1),
    "null": (raw(b"null", 400), "400", "Bad Request; the answer is not a JSON object", 1),
    "text": (raw(b'"no"', 503), "503", "Service Unavailable; the answer is not a JSON object", 3),
    "cut short": (raw(b'{"__type": "En', 400), "400", "Bad Request; the answer is truncated", 1),
    "nested too deeply": (
        raw(b"[" * 100_000, 400),
        "400",
        "Bad Request; the answer is truncated",
        1,
    ),
    "no UTF-8": (raw(b"\xff\xfe\xfd", 400), "400", "Bad Request; the answer is text of 3 bytes", 1),
    "code that is no text": (raw(b'{"__type": ["x"], "message": "m"}', 500), "500", "m", 3),
    "message that is no text": (raw(b'{"__type":"X","message":{"a":1}}', 400), "X", "{'a': 1}", 1),
    "message that is null": (raw(b'{"__type":"X","message":null}', 400), "X", "", 1),
    "redirect": (Answer(status=307, headers={"Location": "/"}), "307", "Temporary Redirect", 1),
}


@pytest.mark.parametrize(
    ("answer", "code", "message", "attempts"), REFUSALS.values(), ids=REFUSALS.keys()
)
async def test_a_refusal_of_any_form_is_a_service_error(
    client: WorkMailClient,
    server: StubServer,
    answer: Answer,
    code: str,
    message: str,
    attempts: int,
) -> None:
    server.respond = lambda _: answer

    error = await failure_of(client, errors.UnknownServiceError)

    assert error.code == code
    assert error.message.startswith(message)
    assert (error.operation, error.http_status) == (OPERATION, answer.status)
    assert error.attempts == len(server.requests) == attempts


NO_JSON = {
    "page": (html_answer(200), f"the answer is {PAGE}"),
    "nothing": (Answer(), "the answer is empty, not JSON"),
    "no content": (Answer(status=204), "the answer is empty, not JSON"),
    "cut short": (raw(b'{"UserId": "u'), "the answer is truncated or damaged (13 bytes), not JSON"),
    "no UTF-8": (raw(b'{"UserId":"\xff"}'), "the answer is truncated or damaged (14 bytes)"),
    "plain text": (raw(b"Hello"), "the answer is text of 5 bytes, not JSON"),
    "nested too deeply": (raw(b"[" * 100_000), "the answer is truncated or damaged"),
    "array": (raw(b"[]"), "the answer is not a JSON object"),
    "null": (raw(b"null"), "the answer is not a JSON object"),
    "state that is a number": (json_answer({"State": 5}), "the answer does not fit"),
    "state that is a list": (json_answer({"State": ["ENABLED"]}), "the answer does not fit"),
    "date that is a word": (json_answer({"EnabledDate": "soon"}), "the answer does not fit"),
    "date that is an object": (json_answer({"EnabledDate": {}}), "the answer does not fit"),
    "date beyond all years": (json_answer({"EnabledDate": 1e300}), "the answer does not fit"),
}


@pytest.mark.parametrize(("answer", "message"), NO_JSON.values(), ids=NO_JSON.keys())
async def test_a_success_that_cannot_be_read_is_an_invalid_response(
    client: WorkMailClient, server: StubServer, answer: Answer, message: str
) -> None:
    server.enqueue(answer)

    error = await failure_of(client, errors.InvalidResponseError)

    assert str(error).startswith(f"{OPERATION}: {message}")
    assert (error.operation, error.attempts, error.http_status) == (OPERATION, 1, answer.status)
    assert error.request_id == answer.headers.get("x-amzn-RequestId")
    assert error.retryable


@pytest.mark.parametrize(
    "content",
    [{"Users": 5}, {"Users": [5]}, {"Users": [None]}, {"Users": {"Id": "u"}}, {"Users": "u"}],
)
async def test_a_nested_member_of_another_type_is_an_invalid_response(
    client: WorkMailClient, server: StubServer, content: object
) -> None:
    server.enqueue(json_answer(content))

    with pytest.raises(errors.InvalidResponseError, match=r"not fit models\.ListUsersResponse"):
        await client.list_users(organization_id=ORGANIZATION)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (b'\xef\xbb\xbf{"UserId": "marked"}', "marked"),  # a byte order mark
        (b'{"UserId": "half \\ud83d"}', "half \ud83d"),  # half of an emoji
    ],
    ids=["byte order mark", "half of a surrogate pair"],
)
async def test_what_aws_clients_let_pass_passes(
    client: WorkMailClient, server: StubServer, body: bytes, expected: str
) -> None:
    server.enqueue(raw(body))

    assert (await describe(client)).user_id == expected


async def test_an_empty_body_answers_an_operation_without_members(
    client: WorkMailClient, server: StubServer
) -> None:
    server.enqueue(Answer(headers={"x-amzn-RequestId": REQUEST_ID}))

    answer = await client.delete_user(organization_id=ORGANIZATION, user_id="0" * 12)

    assert answer.response_metadata.request_id == REQUEST_ID


async def test_a_body_shorter_than_announced_is_sent_for_again(
    client: WorkMailClient, server: StubServer
) -> None:
    server.enqueue(truncated_answer({"UserId": "u-0"}), user_answer("u-1"))

    answer = await describe(client)

    assert (answer.user_id, answer.response_metadata.attempts) == ("u-1", 2)


@pytest.mark.parametrize("status", [200, 400])
async def test_a_body_always_shorter_than_announced_is_a_transport_error(
    client: WorkMailClient, server: StubServer, status: int
) -> None:
    server.respond = lambda _: truncated_answer({"UserId": "u-0"}, status=status)

    error = await failure_of(client, errors.TransportError)

    assert (error.operation, error.attempts, error.retryable) == (OPERATION, 3, True)
    assert "was lost" in str(error)
    assert "may or may not have acted" in str(error)


async def test_an_encoding_that_was_not_asked_for_is_reported(
    client: WorkMailClient, server: StubServer, anyio_backend: str
) -> None:
    body = gzip.compress(b'{"UserId": "packed"}')
    server.enqueue(Answer(headers={"Content-Type": JSON, "Content-Encoding": "gzip"}, body=body))

    if anyio_backend == "trio":  # httpx unpacks
        assert (await describe(client)).user_id == "packed"
    else:
        await failure_of(client, errors.InvalidResponseError)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_no_redirect_is_followed(
    client: WorkMailClient, message_flow: MessageFlowClient, server: StubServer, status: int
) -> None:
    """The body may hold a password, and the signature is for one address."""
    server.enqueue(*[Answer(status=status, headers={"Location": f"{server.url}/else"})] * 2)

    await failure_of(client, errors.UnknownServiceError)
    with pytest.raises(errors.UnknownServiceError) as caught:
        async with message_flow.get_raw_message_content(message_id="m"):
            pytest.fail("there is no content")

    assert caught.value.http_status == status
    assert [received.path for received in server.requests] == ["/", "/messages/m"]


@pytest.mark.parametrize(
    "make",
    [
        lambda text: json_answer(text.encode()),
        lambda text: raw(f"<html>{text}</html>".encode()),
        lambda text: raw(f"<html>{text}</html>".encode(), 502),
        lambda text: raw(f'{{"{text}'.encode(), 400),
    ],
    ids=["text", "page", "page of a failure", "cut short"],
)
async def test_no_value_of_an_unreadable_answer_to_a_password_is_shown(
    client: WorkMailClient, server: StubServer, make: Callable[[str], Answer]
) -> None:
    server.respond = lambda _: make("hunter-2")

    with pytest.raises(errors.WorkMailError) as caught:
        await client.reset_password(
            organization_id=ORGANIZATION, user_id="0" * 12, password="hunter-2"
        )
    assert "hunter-2" not in str(caught.value)


async def test_a_long_message_of_many_lines_is_one_short_line(
    client: WorkMailClient, server: StubServer
) -> None:
    message = "first\r\nsecond\t" + "x" * 100_000
    server.enqueue(error_answer("EntityNotFoundException", message))

    error = await failure_of(client, errors.EntityNotFoundException)

    assert error.message == message
    assert str(error).startswith("EntityNotFoundException: first second xxx")
    assert "\n" not in str(error)
    assert len(str(error)) < 700
