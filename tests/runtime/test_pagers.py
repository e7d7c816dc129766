"""Lists: items of all pages, pages, one page; ends, repeats, errors on the way, early breaks."""

import gc
from collections.abc import AsyncIterator, Callable, Iterable
from typing import Any

import anyio
import anyio.to_thread
import pytest
from botocore.model import ListShape
from hypothesis import given
from hypothesis import strategies as st

from tests.runtime.samples import ORGANIZATION
from tests.runtime.scripted import ScriptedClient
from tests.support.models import built, request_of
from tests.support.server import Answer, StubServer, error_answer, json_answer
from tests.support.services import WORKMAIL_OPERATIONS, Operation
from tests.support.strategies import examples, minimal_request, value
from workmail_async import Organization, Pager, WorkMailClient, errors, models

pytestmark = pytest.mark.anyio

TOKEN = "NextToken"
LISTS = [operation for operation in WORKMAIL_OPERATIONS if operation.name.startswith("List")]
WITH_TOKEN = [operation for operation in LISTS if TOKEN in operation.input.members]
OF_ONE_PAGE = [operation for operation in LISTS if operation not in WITH_TOKEN]


def page(*ids: str, token: object = None) -> Answer:
    """A page of users."""
    return json_answer({"Users": [{"Id": user_id} for user_id in ids], TOKEN: token})


def ids(users: Iterable[models.User]) -> list[str | None]:
    """What identifies the users."""
    return [user.id for user in users]


def tokens(server: StubServer) -> list[str | None]:
    """The tokens that were sent, in order."""
    return [received.json().get(TOKEN) for received in server.requests]


@pytest.fixture
def org(client: WorkMailClient) -> Organization:
    """An organization of the client."""
    return client.organization(ORGANIZATION)


def test_there_are_15_lists_with_tokens_and_3_without() -> None:
    assert len(WITH_TOKEN) == 15
    assert {operation.name for operation in OF_ONE_PAGE} == {
        "ListAccessControlRules",
        "ListMobileDeviceAccessRules",
        "ListTagsForResource",
    }


def three_items(operation: Operation, data: st.DataObject) -> tuple[str, list[Any], list[Any]]:
    """The wire name of a list's items, three of them as they are sent, and as they are given."""
    ((name, shape),) = (
        (name, shape)
        for name, shape in operation.output.members.items()
        if isinstance(shape, ListShape)
    )
    items = [data.draw(value(shape.member)) for _ in range(3)]
    return name, items, [built(shape.member, item) for item in items]


@pytest.mark.parametrize("operation", WITH_TOKEN, ids=str)
@examples(2)
@given(data=st.data())
async def test_each_list_gives_the_items_of_all_its_pages(
    operation: Operation, client: WorkMailClient, server: StubServer, data: st.DataObject
) -> None:
    name, items, expected = three_items(operation, data)
    server.reset()
    server.enqueue(
        json_answer({name: items[:1], TOKEN: "one"}),
        json_answer({name: [], TOKEN: "two"}),
        json_answer({name: items[1:], TOKEN: ""}),
    )
    request = request_of(operation, data.draw(minimal_request(operation.input)))
    pager: Pager[Any, Any] = client._page(lambda: request)

    assert [item async for item in pager] == expected

    assert tokens(server) == [None, "one", "two"]
    rest = [{**received.json(), TOKEN: None} for received in server.requests]
    assert rest[0] == rest[1] == rest[2]


@pytest.mark.parametrize("operation", OF_ONE_PAGE, ids=str)
@examples(2)
@given(data=st.data())
async def test_a_list_without_tokens_is_one_page(
    operation: Operation, client: WorkMailClient, server: StubServer, data: st.DataObject
) -> None:
    name, items, expected = three_items(operation, data)
    server.reset()
    server.respond = lambda _: json_answer({name: items, TOKEN: "surprise"})
    request = request_of(operation, data.draw(minimal_request(operation.input)))
    pager: Pager[Any, Any] = client._page(lambda: request)

    assert [item async for item in pager] == expected
    assert await pager.collect() == expected
    assert await pager.first() == expected[0]
    assert len([page async for page in pager.pages()]) == 1
    assert len(server.requests) == 4


@pytest.mark.parametrize("end", [{TOKEN: None}, {TOKEN: ""}, {}], ids=["null", "empty", "absent"])
@pytest.mark.parametrize("users", [[], [{"Id": "only"}]], ids=["empty", "full"])
async def test_a_list_ends_without_a_token(
    org: Organization, server: StubServer, end: dict[str, object], users: list[object]
) -> None:
    server.enqueue(json_answer({"Users": users, **end}))

    assert len(await org.list_users().collect()) == len(users)
    assert len(server.requests) == 1


@pytest.mark.parametrize("users", [None, []], ids=["null", "empty"])
async def test_a_page_without_items_is_no_end(
    org: Organization, server: StubServer, users: object
) -> None:
    server.enqueue(json_answer({"Users": users, TOKEN: "t"}), page("a"))

    assert ids(await org.list_users().collect()) == ["a"]


async def test_2000_empty_pages_in_a_row_are_walked_over() -> None:
    def answer(request: models.ListUsersRequest) -> models.ListUsersResponse:
        number = int(request.next_token or 0)
        if number == 2000:
            return models.ListUsersResponse(users=[models.User(id="end")])
        return models.ListUsersResponse(users=[], next_token=str(number + 1))

    client = ScriptedClient(answer)

    assert ids(await client.list_users(organization_id=ORGANIZATION).collect()) == ["end"]
    assert len(client.calls) == 2001


async def test_a_pager_awaited_is_one_page(org: Organization, server: StubServer) -> None:
    server.enqueue(page("a", "b", token="more"))

    found = await org.list_users(max_results=2)

    assert isinstance(found, models.ListUsersResponse)
    assert (ids(found.users or []), found.next_token) == (["a", "b"], "more")
    assert len(server.requests) == 1


async def test_what_is_asked_for_is_asked_for_on_every_page(
    org: Organization, server: StubServer
) -> None:
    server.enqueue(page("a", token="t"), page("b"))
    filters = models.ListUsersFilters(username_prefix="an")

    await org.list_users(max_results=7, filters=filters).collect()

    sent = [received.json() for received in server.requests]
    assert [request["MaxResults"] for request in sent] == [7, 7]
    assert [request["Filters"] for request in sent] == [{"UsernamePrefix": "an"}] * 2


async def test_a_list_starts_at_the_token_given(org: Organization, server: StubServer) -> None:
    server.enqueue(page("c", token="t3"), page("d"))

    assert ids(await org.list_users(next_token="t2").collect()) == ["c", "d"]
    assert tokens(server) == ["t2", "t3"]


async def test_pages_come_as_they_are(org: Organization, server: StubServer) -> None:
    server.enqueue(page("a", token="t"), page(token="u"), page("b", "c"))

    pages = [found async for found in org.list_users().pages()]

    assert [ids(found.users or []) for found in pages] == [["a"], [], ["b", "c"]]
    assert [found.next_token for found in pages] == ["t", "u", None]
    assert all(found.response_metadata.attempts == 1 for found in pages)


@pytest.mark.parametrize(
    ("limit", "expected", "requests"),
    [
        (0, [], 0),
        (1, ["a"], 1),
        (2, ["a", "b"], 1),
        (3, ["a", "b", "c"], 2),
        (4, ["a", "b", "c", "d"], 2),
        (9, ["a", "b", "c", "d"], 2),
        (None, ["a", "b", "c", "d"], 2),
    ],
)
async def test_a_limit_fetches_no_page_too_many(
    org: Organization,
    server: StubServer,
    limit: int | None,
    expected: list[str],
    requests: int,
) -> None:
    server.enqueue(page("a", "b", token="t"), page("c", "d"))

    assert ids(await org.list_users().collect(limit)) == expected
    assert len(server.requests) == requests


async def test_a_limit_below_zero_has_no_meaning(org: Organization, server: StubServer) -> None:
    with pytest.raises(ValueError, match="limit must not be negative: -1"):
        await org.list_users().collect(-1)


async def test_the_first_item_may_stand_on_a_later_page(
    org: Organization, server: StubServer
) -> None:
    server.enqueue(page(token="t"), page(token="u"), page("a", "b", token="v"))

    first = await org.list_users().first()

    assert first == models.User(id="a")
    assert len(server.requests) == 3


async def test_an_empty_list_has_no_first_item(org: Organization, server: StubServer) -> None:
    server.enqueue(page(token="t"), page())

    assert await org.list_users().first() is None


async def test_a_pager_can_be_read_again_and_by_two_at_a_time(
    org: Organization, server: StubServer
) -> None:
    server.respond = lambda received: (
        page("b") if TOKEN in received.json() else page("a", token="t")
    )
    pager = org.list_users()

    pairs = [(one.id, (await pager.first() or one).id) async for one in pager]
    one, other = aiter(pager), aiter(pager)
    turns = [(await anext(one)).id, (await anext(other)).id, (await anext(one)).id]

    assert pairs == [("a", "a"), ("b", "a")]
    assert turns == ["a", "a", "b"]
    assert ids(await pager.collect()) == ["a", "b"]


@pytest.mark.parametrize(
    ("mistake", "expected"),
    [
        (lambda pager: pager.users, "a Pager has no attribute 'users': await it for one page"),
        (list, "a Pager cannot be read with a plain `for`: await it for one page"),
    ],
    ids=["a page's member", "a plain for"],
)
def test_a_forgotten_await_says_what_to_do(
    org: Organization, mistake: Callable[[Any], object], expected: str
) -> None:
    with pytest.raises((AttributeError, TypeError)) as caught:
        mistake(org.list_users())

    assert str(caught.value).startswith(expected)


async def test_an_iterator_that_has_ended_stays_so(org: Organization, server: StubServer) -> None:
    server.enqueue(page("a"))
    users = aiter(org.list_users())

    assert (await anext(users)).id == "a"
    for _ in range(2):
        with pytest.raises(StopAsyncIteration):
            await anext(users)
    assert len(server.requests) == 1


async def read(source: AsyncIterator[models.User]) -> tuple[list[str | None], errors.WorkMailError]:
    """What an iterator gives until it fails, and how it fails."""
    found: list[str | None] = []
    try:
        async for user in source:
            found.append(user.id)  # noqa: PERF401  (what came before the failure counts)
    except errors.WorkMailError as error:
        return found, error
    pytest.fail("it did not fail")


@pytest.mark.parametrize(
    ("given", "expected", "repeated"),
    [
        (["t", "t"], ["0", "1"], "t"),
        (["t", "u", "t"], ["0", "1", "2"], "t"),
        (["t", "u", "v", "u"], ["0", "1", "2", "3"], "u"),
    ],
    ids=["at once", "two in turns", "three"],
)
async def test_a_repeated_token_ends_the_list_after_all_items_seen(
    org: Organization, server: StubServer, given: list[str], expected: list[str], repeated: str
) -> None:
    server.enqueue(*[page(str(number), token=token) for number, token in enumerate(given)])

    found, error = await read(aiter(org.list_users()))

    assert found == expected
    assert type(error) is errors.PaginationError
    assert (error.operation, error.next_token) == ("ListUsers", repeated)
    assert str(error).startswith("ListUsers: the service repeated a next_token")
    assert len(server.requests) == len(given)


async def test_the_token_one_started_from_counts_as_seen(
    org: Organization, server: StubServer
) -> None:
    server.enqueue(page("a", token="t"))

    found, error = await read(aiter(org.list_users(next_token="t")))

    assert (found, error.next_token) == (["a"], "t")


@pytest.mark.usefixtures("delays")
@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (error_answer("EntityStateException"), errors.EntityStateException),
        (Answer(status=500), errors.UnknownServiceError),
        (json_answer([]), errors.InvalidResponseError),
    ],
    ids=["refused", "failed", "unreadable"],
)
async def test_an_error_on_page_three_tells_where_to_resume(
    org: Organization, server: StubServer, reply: Answer, kind: type[errors.WorkMailError]
) -> None:
    everything = {None: page("a", token="t2"), "t2": page("b", token="t3"), "t4": page("d")}
    server.respond = lambda received: everything.get(received.json().get(TOKEN), reply)

    found, error = await read(aiter(org.list_users()))
    everything["t3"] = page("c", token="t4")
    rest = await org.list_users(next_token=error.next_token).collect()

    assert isinstance(error, kind)
    assert (found, error.next_token, ids(rest)) == (["a", "b"], "t3", ["c", "d"])


async def test_an_iterator_goes_on_where_it_failed(org: Organization, server: StubServer) -> None:
    refused = error_answer("EntityStateException")
    server.enqueue(page("a", token="t"), refused, page("b"))
    users = aiter(org.list_users())

    found, error = await read(users)
    found += [user.id async for user in users]

    assert (found, error.next_token) == (["a", "b"], "t")


async def test_an_error_on_the_first_page_has_no_token(
    org: Organization, server: StubServer
) -> None:
    server.enqueue(*[error_answer("OrganizationStateException")] * 2)

    _, error = await read(aiter(org.list_users()))
    assert error.next_token is None
    _, error = await read(aiter(org.list_users(next_token="t")))
    assert error.next_token == "t"


async def test_the_pages_carry_the_token_of_a_failure_too(
    org: Organization, server: StubServer
) -> None:
    server.enqueue(page("a", token="t"), error_answer("OrganizationStateException"))
    pages = aiter(org.list_users().pages())

    await anext(pages)
    with pytest.raises(errors.OrganizationStateException) as caught:
        await anext(pages)

    assert caught.value.next_token == "t"


async def test_an_early_break_leaves_nothing_open(org: Organization, server: StubServer) -> None:
    server.respond = lambda received: page("a", "b", token=f"t{len(server.requests)}")
    before = server.connections

    for _ in range(3):
        async for _ in org.list_users():
            break
        async for _ in org.list_users().pages():
            break
    gc.collect()  # an unfinished async generator would warn here, and warnings are errors

    assert len(server.requests) == 6
    assert server.connections == before
    assert len({received.connection for received in server.requests}) == 1


async def test_a_reader_that_is_cancelled_leaves_the_client_usable(
    org: Organization, server: StubServer
) -> None:
    server.enqueue(page("a", token="t"), json_answer({}, delay=30))
    server.respond = lambda _: page("z")
    seen: list[str | None] = []

    async def read_on() -> None:
        async for user in org.list_users():
            seen.append(user.id)  # noqa: PERF401  (what came before the cancellation counts)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(read_on)
        await anyio.to_thread.run_sync(server.wait_for, lambda: len(server.requests) == 2)
        tasks.cancel_scope.cancel()

    assert seen == ["a"]
    assert ids(await org.list_users().collect()) == ["z"]


async def test_a_pager_shows_its_request_without_secrets(
    org: Organization, server: StubServer
) -> None:
    pager = org.list_users(filters=models.ListUsersFilters(display_name_prefix="Anastasia"))

    assert repr(pager).startswith("Pager(ListUsersRequest(organization_id='m-")
    assert "Anastasia" not in repr(pager)
