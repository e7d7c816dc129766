"""Temporary errors are retried as often as the call allows; others are raised at once."""

import pytest

from tests.runtime.samples import ORGANIZATION, describe, failure_of, user_answer
from tests.support.plugin import REGION, SECRET_KEY
from tests.support.server import (
    Answer,
    HangUp,
    Reply,
    StubServer,
    error_answer,
    html_answer,
    json_answer,
)
from tests.support.wire import assert_signed
from workmail_async import WorkMailClient, errors

pytestmark = pytest.mark.anyio

PASSING: dict[str, Reply] = {
    "throttling": error_answer("ThrottlingException"),
    "throttling with another name": error_answer("TooManyRequestsException"),
    "directory": error_answer("DirectoryUnavailableException"),
    "failure": error_answer("InternalFailure", status=500),
    "unavailable": error_answer("ServiceUnavailable", status=503),
    "500 without a word": Answer(status=500),
    "502 of a balancer": html_answer(502),
    "503 of a balancer": html_answer(503),
    "504 of a balancer": html_answer(504),
    "429": Answer(status=429),
    "429 with an unknown code": error_answer("SlowDownPlease", status=429),
    "connection closed": HangUp(),
}
LASTING = [
    "AccessDeniedException",
    "EntityNotFoundException",
    "EntityStateException",
    "InvalidParameterException",
    "LimitExceededException",
    "MailDomainStateException",
    "OrganizationStateException",
    "RequestExpired",
]


@pytest.mark.parametrize("reply", PASSING.values(), ids=PASSING.keys())
async def test_what_passes_is_tried_again(
    client: WorkMailClient, server: StubServer, delays: list[float], reply: Reply
) -> None:
    server.enqueue(reply, reply, user_answer("u-3"))

    answer = await describe(client)

    assert (answer.user_id, answer.response_metadata.attempts) == ("u-3", 3)
    assert len(server.requests) == 3
    assert len(delays) == 2
    assert all(0 <= delay <= 20 for delay in delays)


@pytest.mark.parametrize("code", LASTING)
async def test_an_error_that_lasts_is_raised_at_once(
    client: WorkMailClient, server: StubServer, delays: list[float], code: str
) -> None:
    server.enqueue(error_answer(code))

    error: errors.ServiceError = await failure_of(client, errors.ERRORS[code])

    assert (error.attempts, len(server.requests), delays) == (1, 1, [])


@pytest.mark.parametrize("reply", PASSING.values(), ids=PASSING.keys())
async def test_the_last_error_has_the_number_of_attempts(
    client: WorkMailClient, server: StubServer, delays: list[float], reply: Reply
) -> None:
    server.enqueue(*[reply] * 3)

    with pytest.raises(errors.WorkMailError, match="3 attempts") as caught:
        await describe(client)

    assert isinstance(caught.value, (errors.ServiceError, errors.TransportError))
    assert caught.value.attempts == len(server.requests) == 3


async def test_each_attempt_is_the_same_request_signed_again(
    client: WorkMailClient, server: StubServer, delays: list[float]
) -> None:
    throttled = error_answer("ThrottlingException")
    server.enqueue(throttled, Answer(status=500), json_answer({"OrganizationId": ORGANIZATION}))

    await client.create_organization(alias="acme")

    first, second, third = server.requests
    assert first.body == second.body == third.body
    assert first.json()["ClientToken"]
    headers = [received.header_dict() for received in server.requests]
    assert len({sent["amz-sdk-invocation-id"] for sent in headers}) == 1
    assert [sent["amz-sdk-request"].split("; ")[-2:] for sent in headers[1:]] == [
        ["attempt=2", "max=3"],
        ["attempt=3", "max=3"],
    ]
    for received in server.requests:
        assert_signed(received, SECRET_KEY)


@pytest.mark.parametrize("constructed", [1, 3, 7])
@pytest.mark.parametrize("asked", [1, 2, 5, 12])
async def test_a_call_may_have_more_or_fewer_attempts_than_its_client(
    server: StubServer, delays: list[float], constructed: int, asked: int
) -> None:
    server.respond = lambda _: error_answer("InternalFailure", status=500)
    async with WorkMailClient(
        region=REGION, endpoint_url=server.url, max_attempts=constructed
    ) as client:
        other = client.with_options(max_attempts=asked)
        assert (await failure_of(other, errors.InternalFailure)).attempts == asked
        assert (await failure_of(client, errors.InternalFailure)).attempts == constructed

    assert len(server.requests) == asked + constructed


async def test_delays_grow_and_are_drawn_at_random(
    client: WorkMailClient, server: StubServer, delays: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("random.random", lambda: 1.0)
    server.enqueue(*[error_answer("DirectoryUnavailableException")] * 7, user_answer())

    await describe(client.with_options(max_attempts=8))

    assert delays == [1, 2, 4, 8, 16, 20, 20]


async def test_a_client_whose_calls_keep_failing_stops_adding_to_the_load(
    server: StubServer, delays: list[float]
) -> None:
    """500 units are there; a retry costs 5, and each success gives back 1."""
    server.respond = lambda _: Answer(status=500)
    async with WorkMailClient(region=REGION, endpoint_url=server.url, max_attempts=100) as client:
        attempts = [await attempts_in_vain(client) for _ in range(3)]
        assert attempts == [100, 2, 1]

        server.enqueue(*[user_answer()] * 10)
        for _ in range(10):
            await describe(client)
        assert await attempts_in_vain(client) == 3


async def attempts_in_vain(client: WorkMailClient) -> int:
    """How many attempts a call makes that fails for ever."""
    return (await failure_of(client, errors.UnknownServiceError)).attempts


async def test_a_retry_that_helped_costs_nothing(server: StubServer, delays: list[float]) -> None:
    async with WorkMailClient(region=REGION, endpoint_url=server.url) as client:
        for _ in range(150):
            server.enqueue(Answer(status=500), user_answer())
            assert (await describe(client)).response_metadata.attempts == 2


async def test_throttling_is_waited_out_however_often_it_came_before(
    client: WorkMailClient, server: StubServer, delays: list[float]
) -> None:
    """It uses nothing of what the retries of a client may cost."""
    throttled = error_answer("ThrottlingException")
    for _ in range(60):
        server.enqueue(throttled, throttled, throttled)
        await failure_of(client, errors.ThrottlingException)

    server.enqueue(throttled, throttled, user_answer())
    assert (await describe(client)).response_metadata.attempts == 3
