"""A bad request is refused before it is sent, with all its faults at once."""

import io
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any, TypeAlias

import pytest
from botocore.model import ListShape, Shape, StringShape, StructureShape
from hypothesis import given
from hypothesis import strategies as st

from tests.runtime.samples import ORGANIZATION
from tests.support.models import built, class_of, request_of
from tests.support.server import StubServer, json_answer
from tests.support.services import MESSAGE_FLOW_OPERATIONS, WORKMAIL_OPERATIONS, Operation
from tests.support.strategies import examples, full_request, minimal_request
from workmail_async import MessageFlowClient, WorkMailClient, enums, errors, models
from workmail_async.errors import Fault
from workmail_async.messageflow.content import MessageContent
from workmail_async.runtime import shapes
from workmail_async.runtime.model import Model, members
from workmail_async.runtime.shapes import Finding
from workmail_async.runtime.validation import Validation, validate

OPERATIONS = [*WORKMAIL_OPERATIONS, *MESSAGE_FLOW_OPERATIONS]
every_operation = pytest.mark.parametrize("operation", OPERATIONS, ids=str)


def faults_of(request: Any, mode: Validation = "standard") -> list[Fault]:
    """What is wrong with a request."""
    try:
        validate(request, mode)
    except errors.RequestValidationError as error:
        return list(error.faults)
    return []


@every_operation
@examples(3)
@given(data=st.data())
def test_a_valid_request_has_no_fault(operation: Operation, data: st.DataObject) -> None:
    wire = data.draw(full_request(operation.input) | minimal_request(operation.input))
    assert faults_of(request_of(operation, wire, as_enums=data.draw(st.booleans()))) == []


@every_operation
@examples(3)
@given(data=st.data())
def test_patterns_accept_what_they_are_said_to_accept(
    operation: Operation, data: st.DataObject
) -> None:
    wire = data.draw(full_request(operation.input))
    assert faults_of(request_of(operation, wire), "strict") == []


Broken: TypeAlias = tuple[Any, str]


class Breaker:
    """Builds a request from its wire form and breaks some of it, keeping account."""

    def __init__(self, data: st.DataObject) -> None:
        self.data = data
        self.expected: list[tuple[str, str]] = []  # path and constraint, in the order of the model

    def structure(self, shape: StructureShape, wire: dict[str, Any], prefix: str) -> Any:
        """A structure; a required member may be missing."""
        cls = class_of(shape)
        arguments: dict[str, Any] = {}
        for member in members(cls):
            name = member.wire.name
            where = f"{prefix}{member.name}"
            if member.required and self.chosen():
                arguments[member.name] = None
                self.expected.append((where, "is required"))
            else:
                arguments[member.name] = self.value(shape.members[name], wire[name], where)
        return cls(**arguments)

    def value(self, shape: Shape, wire: Any, where: str) -> Any:
        """A value; it, or something in it, may be broken."""
        if self.chosen():
            value, constraint = self.data.draw(st.sampled_from(broken(shape, wire)))
            self.expected.append((where, constraint))
            return value
        if isinstance(shape, StructureShape):
            return self.structure(shape, wire, f"{where}.")
        if isinstance(shape, ListShape):
            return [self.item(shape.member, x, f"{where}[{i}]") for i, x in enumerate(wire)]
        return built(shape, wire)

    def item(self, shape: Shape, wire: Any, where: str) -> Any:
        """An item of a list, which may be None."""
        if self.chosen():
            self.expected.append((where, "must not be None"))
            return None
        return self.value(shape, wire, where)

    def chosen(self) -> bool:
        """Whether to break something here: once in eight times."""
        return self.data.draw(st.integers(0, 7)) == 7


def broken(shape: Shape, wire: Any) -> list[Broken]:
    """Values of every kind that a shape refuses, and how it begins to say so."""
    if isinstance(shape, StructureShape):
        wanted = f"must be a models.{shape.name}, not"
        return [(wire, f"{wanted} dict"), (models.UntagResourceResponse(), f"{wanted} UntagRes")]
    if isinstance(shape, ListShape):
        item = built(shape.member, wire[0])
        wrong: list[Broken] = [("ab", "must be a list, not str"), ({}, "must be a list, not dict")]
        return wrong + beyond(shape, lambda count: [item] * count, "must have ")
    if isinstance(shape, StringShape):
        wrong = [(5, "must be a str, not int"), (b"ab", "must be a str, not bytes")]
        if shape.enum:
            known = ", ".join(shape.enum)
            return [*wrong, ("NO_SUCH", f"must be one of {known}"), ("", "must be one of ")]
        half = "\ud800" * (shape.metadata.get("min") or 1)
        wrong.append((half, "must not hold half of a surrogate pair"))
        return wrong + beyond(shape, lambda count: "x" * count, "must have ")
    if shape.type_name == "boolean":
        return [(1, "must be a bool, not int"), ("true", "must be a bool, not str")]
    assert shape.type_name in ("integer", "long"), shape
    wrong = [("5", "must be int, not str"), (True, "must be int, not bool")]
    wrong.append((1.5, "must be int, not float"))
    return wrong + beyond(shape, int, "must be ")


def beyond(shape: Shape, of_size: Callable[[int], Any], constraint: str) -> list[Broken]:
    """Values just outside of a shape's limits."""
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    is_number = shape.type_name in ("integer", "long")
    sizes = [] if high is None else [high + 1]
    if low is not None and (low or is_number):
        sizes.append(low - 1)
    return [(of_size(size), constraint) for size in sizes]


@every_operation
@examples(10)
@given(data=st.data())
def test_exactly_what_is_wrong_is_found(operation: Operation, data: st.DataObject) -> None:
    breaker = Breaker(data)
    wire = data.draw(full_request(operation.input))
    found = faults_of(breaker.structure(operation.input, wire, ""))

    assert [fault.member for fault in found] == [where for where, _ in breaker.expected]
    for fault, (_, constraint) in zip(found, breaker.expected, strict=True):
        assert fault.constraint.startswith(constraint)


def test_a_fault_names_member_constraint_and_value() -> None:
    request = models.PutRetentionPolicyRequest(
        organization_id=ORGANIZATION,
        name="policy",
        folder_configurations=[
            models.FolderConfiguration(name=enums.FolderName.INBOX, action="DELETE", period=5),
            models.FolderConfiguration(name="CELLAR", action="DELETE", period=731),
        ],
    )

    names = "INBOX, DELETED_ITEMS, SENT_ITEMS, DRAFTS, JUNK_EMAIL"
    assert faults_of(request) == [
        Fault("folder_configurations[1].name", f"must be one of {names}", "'CELLAR'"),
        Fault("folder_configurations[1].period", "must be 1 to 730", "731"),
    ]


@pytest.mark.parametrize(
    ("constraint", "request_"),
    [
        ("exactly 34 characters, has 1", models.DescribeOrganizationRequest(organization_id="m")),
        (
            "1 to 63 characters, has 0",
            models.DescribeMailboxExportJobRequest(organization_id=ORGANIZATION, job_id=""),
        ),
        (
            "at most 50 items, has 51",
            models.UntagResourceRequest(resource_arn="arn:aws:x", tag_keys=["k"] * 51),
        ),
        (
            "must be at least 1",
            models.UpdateMailboxQuotaRequest(
                organization_id=ORGANIZATION, user_id="u", mailbox_quota=0
            ),
        ),
        (
            "must be 1 to 100",
            models.ListUsersRequest(organization_id=ORGANIZATION, max_results=101),
        ),
    ],
    ids=["exact", "range of lengths", "size", "lower bound", "range"],
)
def test_bounds_read_well(constraint: str, request_: Any) -> None:
    (fault,) = faults_of(request_)
    assert constraint in fault.constraint


def test_the_error_says_everything_in_lines() -> None:
    with pytest.raises(errors.RequestValidationError) as caught:
        validate(models.DescribeUserRequest(organization_id="m-1", user_id=None), "standard")  # type: ignore[arg-type]

    assert isinstance(caught.value, ValueError)
    assert str(caught.value) == (
        "DescribeUser was not sent, 2 faults in the request:\n"
        "  - organization_id must have exactly 34 characters, has 3 (given: 'm-1')\n"
        "  - user_id is required"
    )


def test_one_fault_is_one_fault() -> None:
    with pytest.raises(errors.RequestValidationError, match="not sent, 1 fault in the request:"):
        validate(models.DescribeOrganizationRequest(organization_id=""), "standard")


def test_a_long_value_is_shortened() -> None:
    (fault,) = faults_of(
        models.DescribeUserRequest(organization_id=ORGANIZATION, user_id="u" * 9999)
    )

    assert fault.value is not None
    assert len(fault.value) == 80
    assert fault.value.startswith("'uuu")
    assert fault.value.endswith("u…")


def test_a_tuple_is_as_good_as_a_list() -> None:
    tags = (models.Tag(key="k", value="v"),)
    request = models.TagResourceRequest(resource_arn="arn:aws:x", tags=tags)  # type: ignore[arg-type]
    assert faults_of(request) == []


def findings(structure: Model) -> list[Finding]:
    """What is wrong with a structure of any kind."""
    return list(structure.__findings__("", False))


def test_a_datetime_needs_a_time_zone() -> None:
    naive = datetime(2026, 11, 20)  # noqa: DTZ001
    aware = naive.replace(tzinfo=timezone(timedelta(hours=5)))

    assert findings(models.User(enabled_date=aware)) == []
    ((_, _, constraint),) = findings(models.User(enabled_date=naive))
    assert constraint == "must have a time zone"
    ((_, _, constraint),) = findings(models.User(enabled_date=0))  # type: ignore[arg-type]
    assert constraint == "must be a datetime, not int"


def test_a_number_with_decimals_has_bounds_too() -> None:
    assert findings(models.GetMailboxDetailsResponse(mailbox_size=0)) == []
    assert findings(models.GetMailboxDetailsResponse(mailbox_size=0.5)) == []
    ((_, shown, constraint),) = findings(models.GetMailboxDetailsResponse(mailbox_size=-0.5))
    assert (shown, constraint) == ("-0.5", "must be at least 0")


def test_a_number_may_have_no_bounds() -> None:
    assert list(shapes.Integer("Any").findings(-(10**30), "x", False)) == []
    assert list(shapes.Float("Any").findings(10**30, "x", False)) == []


def test_a_shape_is_known_by_its_name() -> None:
    assert repr(shapes.Text("UserName")) == "Text('UserName')"
    assert repr(shapes.ListOf(models.Tag)) == "ListOf('list of Tag')"
    with pytest.raises(NotImplementedError):
        shapes.Shape("Bare").findings("x", "x", False)


def test_a_stream_is_not_looked_into() -> None:
    content = MessageContent(io.BytesIO())  # type: ignore[arg-type]
    assert findings(models.GetRawMessageContentResponse(message_content=content)) == []


def test_patterns_count_in_strict_mode_alone() -> None:
    request = models.DescribeUserRequest(organization_id="M-" + "0" * 32, user_id="u")

    assert faults_of(request) == []
    (fault,) = faults_of(request, "strict")
    assert (fault.member, fault.value) == ("organization_id", repr("M-" + "0" * 32))
    assert fault.constraint == "must match the pattern ^m-[0-9a-f]{32}$"


def test_a_pattern_has_to_match_the_whole_text() -> None:
    job = {"organization_id": ORGANIZATION, "job_id": "job-1\n"}
    (fault,) = faults_of(models.DescribeMailboxExportJobRequest(**job), "strict")
    assert fault.constraint == "must match the pattern [A-Za-z0-9-]+"


def test_strict_mode_finds_the_other_faults_too() -> None:
    request = models.DescribeUserRequest(organization_id="M-", user_id="u" * 257)

    assert [fault.constraint for fault in faults_of(request, "strict")] == [
        "must have exactly 34 characters, has 2",
        "must match the pattern ^m-[0-9a-f]{32}$",
        "must have 1 to 256 characters, has 257",
    ]


def test_the_off_mode_finds_nothing() -> None:
    assert faults_of(models.DescribeUserRequest(organization_id="", user_id=""), "off") == []


@pytest.mark.anyio
async def test_what_is_refused_never_reaches_the_server(
    client: WorkMailClient, message_flow: MessageFlowClient, server: StubServer
) -> None:
    with pytest.raises(errors.RequestValidationError):
        await client.describe_user(organization_id="m", user_id="u")
    with pytest.raises(errors.RequestValidationError):
        await client.list_users(organization_id="m").collect()
    with pytest.raises(errors.RequestValidationError):
        await client.wait_until_user_enabled(organization_id="m", user_id="u")
    with pytest.raises(errors.RequestValidationError):
        async with message_flow.get_raw_message_content(message_id=""):
            pytest.fail("there is no content")

    assert server.requests == []


@pytest.mark.anyio
async def test_a_client_checks_as_much_as_you_ask(
    client: WorkMailClient, server: StubServer
) -> None:
    server.respond = lambda _: json_answer({})
    unusual = {"organization_id": "M-" + "0" * 32, "user_id": "u"}

    await client.describe_user(**unusual)
    await client.with_options(validate="off").describe_user(organization_id="", user_id="")
    with pytest.raises(errors.RequestValidationError):
        await client.with_options(validate="strict").describe_user(**unusual)

    assert len(server.requests) == 2


@pytest.mark.anyio
async def test_what_cannot_be_written_is_refused_even_when_nothing_is_checked(
    client: WorkMailClient, message_flow: MessageFlowClient, server: StubServer
) -> None:
    wrong: Any = object()
    with pytest.raises(errors.RequestValidationError, match="CreateUser was not sent") as caught:
        await client.with_options(validate="off").create_user(
            organization_id=ORGANIZATION, name="n", display_name="d", password=wrong
        )
    assert "validate='standard' names those that do not" in str(caught.value)
    assert "object" not in str(caught.value)
    missing: Any = None
    with pytest.raises(errors.RequestValidationError, match="PutRawMessageContent"):
        await message_flow.with_options(validate="off").put_raw_message_content(
            message_id=missing, content=missing
        )

    assert server.requests == []
