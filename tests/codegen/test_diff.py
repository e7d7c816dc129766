"""`--diff`: what a newer service model changes, in words."""

import json
from collections.abc import Callable

import pytest

from codegen.diff import changes
from codegen.snapshot import dumps, facts_of
from tests.codegen.postbox import Postbox


def add_operation(postbox: Postbox) -> None:
    postbox.operations["BurnLetter"] = {
        **postbox.operations["SendLetter"],
        "input": {"shape": "BurnLetterRequest"},
        "output": {"shape": "BurnLetterResponse"},
    }
    postbox.shapes["BurnLetterRequest"] = {"type": "structure", "members": {}}
    postbox.shapes["BurnLetterResponse"] = {"type": "structure", "members": {}}


def add_members(postbox: Postbox) -> None:
    stamp = postbox.shapes["Stamp"]
    stamp["members"] |= {"Colour": {"shape": "Token"}, "Year": {"shape": "Count"}}
    stamp["required"] = ["Price", "Year"]


def retype_member(postbox: Postbox) -> None:
    postbox.shapes["Stamp"]["members"]["Price"]["shape"] = "Token"
    postbox.shapes["Stamp"]["required"] = []


def add_value(postbox: Postbox) -> None:
    postbox.shapes["LetterState"]["enum"].append("BURNT")


def add_error(postbox: Postbox) -> None:
    postbox.shapes["BoxBurnt"] = {"type": "structure", "members": {}, "exception": True}
    postbox.operations["ListLetters"]["errors"] = [{"shape": "BoxBurnt"}]


def loosen(postbox: Postbox) -> None:
    postbox.shapes["BoxId"] |= {"max": 12}
    del postbox.shapes["BoxId"]["pattern"]


def add_type(postbox: Postbox) -> None:
    postbox.shapes["Colour"] = {"type": "structure", "members": {}}


def page(postbox: Postbox) -> None:
    postbox.paginators["ListLetters"]["result_key"] = "Stamps"


CASES: list[tuple[Callable[[Postbox], None], list[str], list[str]]] = [
    (add_operation, ["new operation BurnLetter."], ["operation BurnLetter is gone."]),
    (
        add_members,
        ["Stamp: new optional member Colour (Token).", "Stamp: new required member Year (Count)."],
        ["Stamp: member Colour is gone.", "Stamp: member Year is gone."],
    ),
    (
        retype_member,
        [
            "Stamp: member Price is of type Token, it was Count.",
            "Stamp: member Price is optional now.",
        ],
        [
            "Stamp: member Price is of type Count, it was Token.",
            "Stamp: member Price is required now.",
        ],
    ),
    (add_value, ["LetterState: new value BURNT."], ["LetterState: value BURNT is gone."]),
    (
        add_error,
        ["ListLetters can now answer with BoxBurnt.", "new error BoxBurnt."],
        ["ListLetters no longer documents BoxBurnt.", "error BoxBurnt is gone."],
    ),
    (
        loosen,
        ["BoxId: greatest is 12, it was 3.", r"BoxId: pattern is none, it was ^b-\d$."],
        ["BoxId: greatest is 3, it was 12.", r"BoxId: pattern is ^b-\d$, it was none."],
    ),
    (add_type, ["new type Colour."], ["type Colour is gone."]),
    (
        page,
        ["ListLetters: pages is Stamps, it was Letters."],
        ["ListLetters: pages is Letters, it was Stamps."],
    ),
]


@pytest.mark.parametrize(
    ("doctor", "there", "back"), CASES, ids=lambda case: getattr(case, "__name__", "")
)
def test_a_change_is_said_both_ways(
    postbox: Postbox, doctor: Callable[[Postbox], None], there: list[str], back: list[str]
) -> None:
    doctored = Postbox()
    doctor(doctored)
    old, new = facts_of([postbox.model()]), facts_of([doctored.model()])

    assert changes(old, new) == [f"postbox: {text}" for text in there]
    assert changes(new, old) == [f"postbox: {text}" for text in back]


def test_a_service_comes_and_goes(postbox: Postbox) -> None:
    facts = facts_of([postbox.model()])

    assert changes({}, facts) == ["postbox: the service is new."]
    assert changes(facts, {}) == ["postbox: the service is gone."]


def test_another_version_is_said(postbox: Postbox) -> None:
    old = facts_of([postbox.model()])
    new = {"postbox": {**old["postbox"], "version": "2002-01-01"}}

    assert changes(old, new) == ["postbox: the API version is 2002-01-01, it was 2001-01-01."]


def test_nothing_changed_says_nothing(postbox: Postbox) -> None:
    facts = facts_of([postbox.model()])
    assert changes(facts, facts_of([Postbox().model()])) == []


def test_a_snapshot_survives_its_file(postbox: Postbox) -> None:
    facts = facts_of([postbox.model()])
    assert json.loads(dumps(facts)) == facts


def test_a_snapshot_has_a_line_for_each_entry(postbox: Postbox) -> None:
    lines = dumps(facts_of([postbox.model()])).splitlines()
    assert '   "LetterState": ["SENT", "READ"]' in lines
