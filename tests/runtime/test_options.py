"""The options of a client, given to its constructor or to `with_options`."""

import copy
import pickle
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.plugin import REGION
from workmail_async import MessageFlowClient, WorkMailClient, errors, models

BAD_OPTIONS: list[dict[str, Any]] = [
    {"timeout": 0},
    {"timeout": -1},
    {"timeout": float("nan")},
    {"timeout": "5"},
    {"max_attempts": 0},
    {"max_attempts": 101},
    {"max_attempts": 2.5},
    {"max_attempts": "3"},
    {"max_attempts": None},
    {"validate": "lax"},
    {"validate": None},
]


@pytest.mark.parametrize("options", BAD_OPTIONS, ids=str)
def test_an_option_without_meaning_is_refused_at_once(options: dict[str, Any]) -> None:
    ((name, value),) = options.items()

    with pytest.raises(errors.ConfigurationError, match=f"^{name} must be ") as caught:
        WorkMailClient(**options)
    assert repr(value) in str(caught.value)
    with pytest.raises(errors.ConfigurationError, match=f"^{name} must be "):
        WorkMailClient().with_options(**options)


def test_the_defaults() -> None:
    options = WorkMailClient().options

    assert (options.timeout, options.max_attempts, options.validate) == (None, 3, "standard")


def test_options_that_are_left_out_stay_as_they_are() -> None:
    client = WorkMailClient(timeout=5, max_attempts=7, validate="strict")

    assert client.with_options().options == client.options
    changed = client.with_options(timeout=None).with_options(max_attempts=1).options
    assert (changed.timeout, changed.max_attempts, changed.validate) == (None, 1, "strict")
    assert (client.options.timeout, client.options.max_attempts) == (5, 7)


@pytest.mark.parametrize("cls", [WorkMailClient, MessageFlowClient])
def test_a_view_is_of_the_same_class(cls: type[WorkMailClient] | type[MessageFlowClient]) -> None:
    assert type(cls().with_options(timeout=1)) is cls


@pytest.mark.parametrize(
    "credentials",
    [
        {"aws_access_key_id": "AKID"},
        {"aws_secret_access_key": "hunter-2"},
        {"aws_session_token": "hunter-2"},
        {"aws_access_key_id": "", "aws_secret_access_key": "hunter-2"},
        {"aws_access_key_id": "AKID", "aws_session_token": "hunter-2"},
    ],
    ids="+".join,
)
def test_half_a_pair_of_credentials_is_refused_at_once(credentials: dict[str, str]) -> None:
    with pytest.raises(errors.ConfigurationError, match="belong together") as caught:
        WorkMailClient(**credentials)  # type: ignore[arg-type]

    assert "hunter-2" not in str(caught.value)


def test_a_session_has_a_profile_already() -> None:
    session: Any = object()
    with pytest.raises(errors.ConfigurationError, match="session or profile, not both"):
        WorkMailClient(session=session, profile="work")


def test_a_client_shows_where_it_connects_and_no_secret() -> None:
    client = WorkMailClient(
        region=REGION,
        profile="work",
        endpoint_url="http://127.0.0.1:5000",
        aws_access_key_id="AKIDHUNTER",
        aws_secret_access_key="hunter-2",
        aws_session_token="hunter-3",
    )

    expected = (
        "WorkMailClient(region='us-east-1', profile='work', endpoint_url='http://127.0.0.1:5000')"
    )
    assert repr(client) == repr(client.with_options(timeout=1)) == expected
    assert repr(WorkMailClient()) == "WorkMailClient()"
    assert client.settings.region == REGION
    shown = repr(client.settings)
    assert "hunter" not in shown.lower()


def test_a_view_of_an_organization_shows_which() -> None:
    organization = WorkMailClient().organization("m-1")

    assert repr(organization) == "Organization(organization_id='m-1')"
    assert organization == organization.client.organization("m-1")
    assert organization != organization.client.organization("m-2")


@pytest.mark.anyio
async def test_a_request_of_the_other_service_is_refused() -> None:
    with pytest.raises(errors.ConfigurationError) as caught:
        await WorkMailClient().send(models.GetRawMessageContentRequest(message_id="m"))

    assert str(caught.value) == (
        "GetRawMessageContent is an operation of Amazon WorkMail Message Flow, "
        "and WorkMailClient is a client of Amazon WorkMail"
    )


@pytest.mark.anyio
@pytest.mark.parametrize("given", [{"UserId": "hunter-2"}, models.DescribeUserRequest, None])
async def test_what_is_no_request_is_not_sent(given: Any) -> None:
    with pytest.raises(errors.ConfigurationError) as caught:
        await WorkMailClient().send(given)

    assert str(caught.value) == (
        f"send() takes a request object from models, not a {type(given).__name__}"
    )


@pytest.mark.parametrize("take", [copy.copy, copy.deepcopy, pickle.dumps])
def test_a_client_cannot_be_copied_or_pickled(take: Callable[[object], object]) -> None:
    client = WorkMailClient(aws_access_key_id="AKIDHUNTER", aws_secret_access_key="hunter-2")

    with pytest.raises(TypeError) as caught:
        take(client)

    assert str(caught.value).startswith("WorkMailClient cannot be copied or pickled: ")
    assert "hunter" not in str(caught.value).lower()
