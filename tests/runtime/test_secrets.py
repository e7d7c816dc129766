"""Sensitive values appear in no repr, error, pickle, log or trace of ours."""

import copy
import logging
import pickle
import traceback
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any, TypeAlias

import pytest
from botocore.model import ListShape, Shape, StringShape, StructureShape
from hypothesis import given
from hypothesis import strategies as st

from tests.runtime.samples import ORGANIZATION
from tests.runtime.scripted import ScriptedClient
from tests.support.models import attribute_names, built, class_of, request_of
from tests.support.plugin import REGION
from tests.support.server import Answer, StubServer, error_answer, json_answer
from tests.support.services import (
    MESSAGE_FLOW,
    WORKMAIL,
    WORKMAIL_OPERATIONS,
    Operation,
    structures,
)
from tests.support.strategies import examples, full_answer, full_request
from workmail_async import WorkMailClient, errors, models
from workmail_async.runtime.redaction import scrub

pytestmark = pytest.mark.anyio

SECRET = "hunter-2"
SENSITIVE = {
    "NewResourceDescription",
    "Password",
    "PolicyDescription",
    "ResourceDescription",
    "UserAttribute",
}


def is_sensitive(shape: Shape) -> bool:
    """Whether the service model marks a shape as sensitive, or as a list of such."""
    inner = shape.member if isinstance(shape, ListShape) else shape
    return bool(inner.metadata.get("sensitive"))


def holds_secrets(shape: Shape) -> bool:
    """Whether something sensitive stands in a structure, at any depth."""
    if isinstance(shape, StructureShape):
        return any(map(holds_secrets, shape.members.values()))
    if isinstance(shape, ListShape):
        return holds_secrets(shape.member)
    return is_sensitive(shape)


STRUCTURES = [*structures(WORKMAIL), *structures(MESSAGE_FLOW)]
WITH_SECRETS = [operation for operation in WORKMAIL_OPERATIONS if holds_secrets(operation.input)]
every_structure = pytest.mark.parametrize(
    "shape", [shape for shape in STRUCTURES if holds_secrets(shape)], ids=lambda shape: shape.name
)
every_operation = pytest.mark.parametrize("operation", WITH_SECRETS, ids=str)


def marked(shape: Shape, wire: Any, numbers: Iterator[int]) -> Any:
    """The content with a secret of ours in each sensitive place."""
    if isinstance(shape, StructureShape):
        return {name: marked(shape.members[name], wire[name], numbers) for name in wire}
    if isinstance(shape, ListShape):
        return [marked(shape.member, item, numbers) for item in wire]
    return f"{SECRET}-{next(numbers)}" if is_sensitive(shape) else wire


def test_the_model_names_five_sensitive_shapes() -> None:
    found: set[str] = set()

    def look_into(shape: Shape) -> None:
        if isinstance(shape, StructureShape):
            for member in shape.members.values():
                look_into(member)
        elif isinstance(shape, ListShape):
            look_into(shape.member)
        elif is_sensitive(shape):
            assert isinstance(shape, StringShape)
            found.add(shape.name)

    for shape in STRUCTURES:
        look_into(shape)
    assert found == SENSITIVE
    assert len(WITH_SECRETS) == 10


# ---- Requests and responses ----


@every_structure
@examples(2)
@given(data=st.data())
def test_a_structure_shows_no_secret(shape: StructureShape, data: st.DataObject) -> None:
    numbers = count()
    wire = marked(shape, data.draw(full_answer(shape)), numbers)
    model = built(shape, wire)

    assert next(numbers) > 0
    assert "***" in repr(model)
    for text in (repr(model), str(model), f"{model}", repr([model]), repr(copy.copy(model))):
        assert SECRET not in text


@every_structure
@examples(1)
@given(data=st.data())
def test_nor_does_one_that_was_filled_wrongly(shape: StructureShape, data: st.DataObject) -> None:
    """A dict in place of a structure, a list in place of a text: as clients of boto3 have them."""
    wire = marked(shape, data.draw(full_answer(shape)), count())
    cls: Any = class_of(shape)
    names = attribute_names(cls)

    for name, member in names.items():
        model = cls(**{**dict.fromkeys(names.values()), member: wire[name]})
        assert SECRET not in repr(model)


def test_a_token_of_an_impersonation_is_a_secret_too() -> None:
    answer = models.AssumeImpersonationRoleResponse(token=SECRET, expires_in=900)
    assert repr(answer) == "AssumeImpersonationRoleResponse(token=***, expires_in=900)"


# ---- Errors ----


def texts_of(error: BaseException) -> Iterator[str]:
    """All that an error prints, also with a traceback, and after pickling."""
    yield str(error)
    yield repr(error)
    yield "".join(traceback.format_exception(error))
    yield str(error.args)
    yield repr(vars(error))
    yield pickle.dumps(error).decode("latin-1")
    yield str(pickle.loads(pickle.dumps(error)))


def assert_tight(error: BaseException, places: int = 1) -> None:
    """Checks that an error tells no secret, though it tells that there was one."""
    for text in texts_of(error):
        assert SECRET not in text
    assert str(error).count("***") >= places


@every_operation
@examples(1)
@given(data=st.data())
async def test_a_validation_error_shows_no_secret(
    operation: Operation, client: WorkMailClient, server: StubServer, data: st.DataObject
) -> None:
    numbers = count()
    wire = marked(operation.input, data.draw(full_request(operation.input)), numbers)

    with pytest.raises(errors.RequestValidationError) as caught:
        await client.send(request_of(operation, lengthened(wire)))

    assert_tight(caught.value)
    assert server.requests == []


def lengthened(content: Any) -> Any:
    """The content with secrets that are too long."""
    if isinstance(content, dict):
        return {name: lengthened(inner) for name, inner in content.items()}
    if isinstance(content, list):
        return [lengthened(inner) for inner in content]
    is_secret = isinstance(content, str) and content.startswith(SECRET)
    return content * 100 if is_secret else content


@every_operation
@pytest.mark.parametrize("where", ["message", "elsewhere", "page"])
@examples(1)
@given(data=st.data())
async def test_a_service_that_repeats_secrets_is_not_repeated(
    operation: Operation,
    where: str,
    client: WorkMailClient,
    server: StubServer,
    data: st.DataObject,
) -> None:
    numbers = count()
    wire = marked(operation.input, data.draw(full_request(operation.input)), numbers)
    echo = " and ".join(f"{SECRET}-{number}" for number in range(next(numbers)))
    answers: dict[str, Answer] = {
        "message": error_answer("InvalidParameterException", f"Not {echo}!"),
        "elsewhere": json_answer({"__type": "X", "message": "***", "Why": [echo]}, status=400),
        "page": Answer(status=400, body=f"<{echo}>".encode()),
    }
    server.reset()
    server.enqueue(answers[where])

    with pytest.raises(errors.ServiceError) as caught:
        await client.send(request_of(operation, wire))

    assert_tight(caught.value, places=0 if where == "page" else 1)


@pytest.mark.parametrize(
    ("secret", "message", "expected"),
    [
        ('p"w\\d\u20ac\n', 'The password p"w\\d\u20ac\n is bad.', "The password *** is bad."),
        ("password", "The password password is bad.", "The *** *** is bad."),
        ("A", "A letter: An A.", "*** letter: An ***."),
        ("ab1", "ab1 cab1 ab12 (ab1)", "*** cab1 ab12 (***)"),
        (".*", "All of .* is gone", "All of *** is gone"),
        ("", "Nothing.", "Nothing."),
    ],
    ids=["quotes", "word", "letter", "short", "pattern", "empty"],
)
def test_secrets_are_found_as_they_are(secret: str, message: str, expected: str) -> None:
    request = models.ResetPasswordRequest(
        organization_id=ORGANIZATION, user_id="u", password=secret
    )
    assert scrub(message, request).replace("\n", "") == expected.replace("\n", "")


def test_the_longest_secret_is_taken_out_first() -> None:
    request = models.CreateUserRequest(
        organization_id=ORGANIZATION, name="n", display_name="hunter", password="hunter-2-go"
    )
    assert scrub("hunter-2-go hunter", request) == "*** ***"


async def test_a_waiters_error_shows_no_secret() -> None:
    described = models.DescribeResourceResponse(state="DELETED", description=SECRET)  # type: ignore[arg-type]
    client = ScriptedClient(lambda _: described)

    with pytest.raises(errors.WaiterFailedError) as caught:
        await client.wait_until_resource_enabled(organization_id=ORGANIZATION, resource_id="r")

    assert caught.value.last_response is described
    for text in (str(caught.value), repr(caught.value), repr(vars(caught.value))):
        assert SECRET not in text


# ---- Logs ----


async def make_calls(client: WorkMailClient, server: StubServer) -> None:
    """Sends a secret with success, with a refusal, and not at all."""
    server.enqueue(json_answer({}), error_answer("InvalidPasswordException", f"{SECRET} is bad"))
    arguments: dict[str, Any] = {"organization_id": ORGANIZATION, "user_id": "0" * 12}

    await client.reset_password(**arguments, password=SECRET)
    with pytest.raises(errors.InvalidPasswordException):
        await client.reset_password(**arguments, password=SECRET)
    with pytest.raises(errors.RequestValidationError):
        await client.reset_password(**arguments, password=SECRET * 100)


Logged: TypeAlias = Callable[[str], str]


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Logged:
    """What the loggers under a name have written since, at DEBUG, with tracebacks."""
    caplog.set_level(logging.DEBUG)
    for name in ("workmail_async", "botocore"):
        caplog.set_level(logging.DEBUG, logger=name)
    formatter = logging.Formatter("%(name)s %(message)s")

    def text(name: str) -> str:
        records = (record for record in caplog.records if record.name.startswith(name))
        return "\n".join(formatter.format(record) for record in records)

    return text


async def test_our_logs_hold_no_secret(
    client: WorkMailClient, server: StubServer, logged: Logged
) -> None:
    await make_calls(client, server)

    assert "ResetPassword InvalidPasswordException in" in logged("workmail_async")
    assert SECRET not in logged("workmail_async")


async def test_logs_of_what_is_below_hold_no_secret(
    client: WorkMailClient, server: StubServer, logged: Logged
) -> None:
    """Requests pass the signer, which writes their headers, and no logger that writes bodies."""
    await make_calls(client, server)

    assert "CanonicalRequest" in logged("botocore.auth")
    assert SECRET not in logged("")


async def test_our_logs_hold_no_credentials(server: StubServer, logged: Logged) -> None:
    server.enqueue(json_answer({}))
    async with WorkMailClient(
        region=REGION,
        endpoint_url=server.url,
        aws_access_key_id="AKIDBYHAND",
        aws_secret_access_key=SECRET,
        aws_session_token=f"{SECRET}-token",
    ) as client:
        await client.list_organizations()
        assert SECRET not in repr(client)
        assert SECRET not in repr(vars(client))

    assert SECRET not in logged("workmail_async")
    assert "AKIDBYHAND" not in logged("workmail_async")
