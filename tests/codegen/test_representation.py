"""The intermediate representation: what the model and the overlay say, decided for Python."""

import ast

import pytest

from codegen.ir import Argument, Import, Method, Operation, Service, Structure
from codegen.overlay import OverlayError
from codegen.prose import docstring
from codegen.shapes import ModelError, Shape, constant
from tests.codegen.postbox import Postbox


def structure(service: Service, name: str) -> Structure:
    """A model class by its name."""
    (found,) = (s for m in service.modules for s in m.structures if s.name == name)
    return found


def operation(service: Service, name: str) -> Operation:
    """An operation by its name."""
    return next(
        found for m in service.modules for found in m.operations.values() if found.name == name
    )


def method(service: Service, name: str) -> Method:
    """A client's method by its name."""
    (found,) = (m for group in service.groups for m in group.methods if m.name == name)
    return found


def annotations(found: Structure) -> dict[str, str]:
    """The annotation of each member."""
    return {member.name: member.annotation for member in found.members}


def test_a_paginator_of_botocore_is_taken(postbox: Postbox) -> None:
    pagination = operation(postbox.service(), "ListLetters").pagination

    assert pagination is not None
    assert (pagination.items.name, pagination.token) == ("letters", True)
    assert method(postbox.service(), "list_letters").returns == (
        "Pager[models.Letter, models.ListLettersResponse]"
    )


def test_the_overlay_adds_a_paginator(postbox: Postbox) -> None:
    postbox.paginators = {}
    postbox.overlay["pagination"] = {"ListLetters": {"items": "Letters", "reason": "Forgotten."}}

    pagination = operation(postbox.service(), "ListLetters").pagination
    assert pagination is not None
    assert pagination.token


def test_a_list_without_tokens_has_a_pager_too(postbox: Postbox) -> None:
    postbox.paginators = {}
    del postbox.shapes["ListLettersResponse"]["members"]["NextToken"]
    postbox.overlay["pagination"] = {
        "ListLetters": {"items": "Letters", "token": False, "reason": "One page."}
    }

    pagination = operation(postbox.service(), "ListLetters").pagination
    assert pagination is not None
    assert not pagination.token
    assert method(postbox.service(), "list_letters").kind == "page"


@pytest.mark.parametrize(
    ("entry", "named"),
    [
        (None, "Missing, add it:\n  codegen/overlay/pagination.toml: [ListLetters] items"),
        ({"items": "Letters"}, "pagination.toml: [ListLetters] reason"),
        (
            {"items": "NextToken", "reason": "x"},
            "items: NextToken is not a list in ListLettersResponse",
        ),
        (
            {"items": "Letters", "token": False, "reason": "x"},
            "token: the model has a NextToken in and out",
        ),
    ],
)
def test_a_list_that_nobody_pages_rightly_fails(
    postbox: Postbox, entry: dict[str, object] | None, named: str
) -> None:
    postbox.paginators = {}
    postbox.overlay["pagination"] = {"ListLetters": entry} if entry else {}

    with pytest.raises(OverlayError) as caught:
        postbox.api()
    assert named in str(caught.value)


def test_a_pagination_that_botocore_has_learnt_is_refused(postbox: Postbox) -> None:
    postbox.overlay["pagination"] = {"ListLetters": {"items": "Letters", "reason": "Forgotten."}}

    with pytest.raises(OverlayError, match="botocore pages it now"):
        postbox.api()


def test_paging_by_other_members_is_refused(postbox: Postbox) -> None:
    postbox.paginators["ListLetters"]["input_token"] = "Marker"

    with pytest.raises(ModelError, match="ListLetters pages by other members than NextToken"):
        postbox.api()


def test_a_waiter_is_taken_from_the_overlay(postbox: Postbox) -> None:
    (waiter,) = postbox.service().waiters

    assert (waiter.name, waiter.state, waiter.success) == ("letter_read", "state", ("READ",))
    assert (waiter.failure, waiter.retry_errors) == ((), ("LetterLost",))
    assert (waiter.timeout, waiter.min_delay, waiter.max_delay) == (60.0, 1.0, 5.0)
    assert waiter.consecutive == 1


def test_a_waiter_becomes_a_method(postbox: Postbox) -> None:
    wait = method(postbox.service(), "wait_until_letter_read")

    assert wait.passed == ("box_id",), "only what must be given"
    assert wait.returns == "models.DescribeLetterResponse"
    assert [(a.name, a.default) for a in wait.arguments] == [
        ("box_id", None),
        ("timeout", "60.0"),
        ("min_delay", "1.0"),
        ("max_delay", "5.0"),
        ("on_progress", "None"),
    ]


def test_a_waiter_for_what_is_gone_gives_nothing(postbox: Postbox) -> None:
    postbox.overlay["waiters"]["letter_read"]["gives"] = False

    wait = method(postbox.service(), "wait_until_letter_read")
    assert wait.returns == "None"
    assert "Returns" not in [s.title for s in wait.doc.sections if s.entries]


def test_required_arguments_come_first(postbox: Postbox) -> None:
    describe = method(postbox.service(), "describe_letter")

    assert [(a.name, a.annotation, a.default) for a in describe.arguments] == [
        ("box_id", "str", None),
        ("password", "str | None", "None"),
    ]


def test_an_idempotency_token_may_be_left_out_though_required(postbox: Postbox) -> None:
    token, box, _ = structure(postbox.service(), "SendLetterRequest").members

    assert (token.token, token.required, token.annotation) == (True, False, "str | None")
    assert (box.token, box.required) == (False, True)


def test_requests_take_plain_strings_for_enumerations(postbox: Postbox) -> None:
    service = postbox.service()

    # Stamp is reached by SendLetter's request, Letter by answers alone
    kinds = annotations(structure(service, "Stamp"))["kinds"]
    assert kinds == (
        'list[LetterState] | list[Literal["SENT", "READ"]] | list[LetterState | str] | None'
    )
    assert annotations(structure(service, "Letter"))["state"] == "LetterState | None"


def test_a_data_type_of_several_areas_lives_in_common(postbox: Postbox) -> None:
    homes = {s.name: m.name for m in postbox.service().modules for s in m.structures}

    assert homes["Stamp"] == "workmail_async.postbox.models.common"
    assert homes["Letter"] == "workmail_async.postbox.models.letters"
    assert homes["SendLetterRequest"] == "workmail_async.postbox.models.post"


def test_classes_come_after_those_they_use(postbox: Postbox) -> None:
    for operation_ in postbox.overlay["operations"].values():
        operation_["area"] = "post"
    del postbox.overlay["areas"]["letters"]

    (module,) = postbox.service().modules
    assert module.name == "workmail_async.postbox.models", "one area needs no package"
    names = [s.name for s in module.structures]
    assert names.index("Stamp") < names.index("Letter") < names.index("ListLettersResponse")
    assert names.index("ListLettersResponse") < names.index("ListLettersRequest")


def test_operations_are_in_the_order_of_their_use(postbox: Postbox) -> None:
    for words in postbox.overlay["operations"].values():
        words["area"] = "post"
    del postbox.overlay["areas"]["letters"]

    groups = {g.title: [m.name for m in g.methods] for g in postbox.service().groups}
    assert groups["Post"] == ["list_letters", "describe_letter", "send_letter"]


def test_operations_of_one_kind_keep_the_order_of_the_overlay(postbox: Postbox) -> None:
    operations = postbox.description["operations"]
    operations["SealLetter"] = operations["DescribeLetter"]
    words = postbox.overlay["operations"]
    seal = {"area": "letters", "summary": "Seal a letter."}
    postbox.overlay["operations"] = {"SealLetter": seal, **words}

    groups = {g.title: [m.name for m in g.methods] for g in postbox.service().groups}
    assert groups["Letters"] == ["list_letters", "describe_letter", "seal_letter"]


def test_a_frequent_error_is_explained_once_and_named_by_each_method(postbox: Postbox) -> None:
    postbox.overlay["services"]["postbox"]["frequent_errors"] = ["BoxClosed"]
    service = postbox.service()

    assert service.doc.items == ("`errors.BoxClosed`: The box is closed.",)
    describe = docstring(method(service, "describe_letter").doc, 0)
    assert "errors.LetterLost: The letter is lost." in describe
    assert "Also raises `BoxClosed`." in describe
    assert "The box is closed" not in describe


def test_a_method_leaves_patterns_and_values_to_the_models(postbox: Postbox) -> None:
    service = postbox.service()
    request = structure(service, "DescribeLetterRequest")

    assert "exactly 3 characters, pattern" in docstring(request.doc, 0).lower()
    described = docstring(method(service, "describe_letter").doc, 0)
    assert "Exactly 3 characters." in described
    assert "attern" not in described


def test_a_method_names_up_to_ten_members_of_its_answer(postbox: Postbox) -> None:
    answer = postbox.shapes["DescribeLetterResponse"]["members"]
    for number in range(3, 11):
        answer[f"Member{number}"] = {"shape": "Count"}
        postbox.overlay["members"]["members"][f"Member{number}"] = "A number."
    named = docstring(method(postbox.service(), "describe_letter").doc, 0)
    assert "with `state`, `sent_at`, `member3`" in named
    assert "and `member10`." in named

    answer["Member11"] = {"shape": "Count"}
    postbox.overlay["members"]["members"]["Member11"] = "A number."
    named = docstring(method(postbox.service(), "describe_letter").doc, 0)
    assert "`member10` and 1 more" in " ".join(named.split())
    assert "member11" not in named


def test_a_client_documents_the_arguments_of_its_constructor(postbox: Postbox) -> None:
    service = postbox.service()

    assert service.constructor == (Argument("region", "Region | None", "None"),)
    assert "    region: The Region." in docstring(service.doc, 0)
    assert service.typing_imports == (Import("workmail_async.runtime.regions", ("Region",)),)


def test_a_circle_of_structures_is_refused(postbox: Postbox) -> None:
    postbox.shapes["Stamp"]["members"]["Letter"] = {"shape": "Letter"}

    with pytest.raises(ModelError, match="in a circle: Letter -> Stamp -> Letter"):
        postbox.api()


def test_a_type_of_shape_that_is_not_known_is_refused(postbox: Postbox) -> None:
    postbox.shapes["Token"] = {"type": "map"}

    with pytest.raises(ModelError, match="shape Token is a map"):
        postbox.api()


def test_a_class_named_like_the_runtime_s_is_refused(postbox: Postbox) -> None:
    postbox.shapes["Operation"] = postbox.shapes.pop("Stamp")
    postbox.shapes["Stamps"]["member"]["shape"] = "Operation"
    postbox.overlay["structures"]["Operation"] = postbox.overlay["structures"].pop("Stamp")

    with pytest.raises(ModelError, match="no model class can have the name Operation"):
        postbox.api()


def test_a_value_that_is_no_name_is_refused(postbox: Postbox) -> None:
    postbox.shapes["LetterState"]["enum"].append("not read")
    postbox.overlay["enums"]["LetterState"]["values"]["not read"] = "Not read."

    with pytest.raises(ModelError, match="'not read', which is no Python name"):
        postbox.api()


def test_a_stream_is_named_by_the_overlay(postbox: Postbox) -> None:
    postbox.shapes["Scan"] = {"type": "blob", "streaming": True}
    postbox.shapes["SendLetterResponse"]["members"]["Scan"] = {"shape": "Scan"}
    postbox.overlay["members"]["members"]["Scan"] = "The scanned letter."
    postbox.overlay["fixes"] = {
        "streams": {
            "Scan": {
                "type": "ScanStream",
                "call": "ScanCall",
                "module": "workmail_async.postbox.scan",
                "call_module": "workmail_async.postbox.scan_call",
                "returns": "A stream.",
                "reason": "It is long.",
            }
        }
    }
    service = postbox.service()

    send = method(service, "send_letter")
    assert (send.kind, send.returns) == ("stream", "ScanCall")
    scan = structure(service, "SendLetterResponse").members[0]
    assert (scan.annotation, scan.declared) == ("ScanStream | None", "ByteStream(ScanStream)")


def test_a_shape_can_be_made_sensitive(postbox: Postbox) -> None:
    postbox.overlay["fixes"] = {"shapes": {"BoxId": {"sensitive": True, "reason": "A secret."}}}

    box = structure(postbox.service(), "SendLetterRequest").members[1]
    assert box.shape.sensitive
    assert box.text.endswith("Sensitive.")


def test_a_type_held_on_two_ways_is_made_once(postbox: Postbox) -> None:
    postbox.shapes["DescribeLetterResponse"]["members"] |= {
        "Letters": {"shape": "Letters"},
        "Stamps": {"shape": "Stamps"},
    }
    made = [s.name for m in postbox.service().modules for s in m.structures]

    assert made.count("Stamp") == 1


@pytest.mark.parametrize(
    ("pattern", "literal"),
    [
        (r"^b-\d$", 'r"^b-\\d$"'),
        ("plain", 'r"plain"'),
        ('say "so"', "'say \"so\"'"),
        ("ends in \\", "'ends in \\\\'"),
    ],
)
def test_a_pattern_is_written_as_it_is_read(pattern: str, literal: str) -> None:
    written = constant(Shape("A", "text", pattern=pattern))

    assert written == f'shapes.Text("A", pattern={literal})'
    assert ast.literal_eval(literal) == pattern


def test_notes_name_things_as_python_does(postbox: Postbox) -> None:
    assert operation(postbox.service(), "SendLetter").notes == (
        "Needs a `box_id`; `describe_letter` shows its State. `errors.LetterLost` is possible."
    )
