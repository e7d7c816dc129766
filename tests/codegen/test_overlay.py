"""The overlay and the model have to fit: what is missing, left over or wrong is named."""

from pathlib import Path

import pytest

from codegen.overlay import Overlay, OverlayError
from tests.codegen.postbox import Postbox


def complaint(postbox: Postbox) -> str:
    """What the generator says about an overlay that does not fit."""
    with pytest.raises(OverlayError) as caught:
        postbox.api()
    return str(caught.value)


def test_an_overlay_that_fits_is_taken(postbox: Postbox) -> None:
    assert postbox.service().client == "PostboxClient"


@pytest.mark.parametrize(
    ("path", "named"),
    [
        (("operations", "SendLetter", "summary"), "operations.toml: [SendLetter] summary"),
        (("operations", "SendLetter", "area"), "operations.toml: [SendLetter] area"),
        (("structures", "Stamp", "summary"), "structures.toml: [Stamp] summary"),
        (
            ("members", "members", "Price"),
            "members.toml: [members] Price (used by Stamp)",
        ),
        (("enums", "LetterState", "summary"), "enums.toml: [LetterState] summary"),
        (("enums", "LetterState", "values", "READ"), "enums.toml: [LetterState.values] READ"),
        (("errors", "LetterLost", "summary"), "errors.toml: [LetterLost] summary"),
        (("errors", "LetterLost", "advice"), "errors.toml: [LetterLost] advice"),
        (("areas", "post", "title"), "areas.toml: [post] title"),
        (("waiters", "letter_read", "timeout"), "waiters.toml: [letter_read] timeout"),
        (("waiters", "letter_read", "reason"), "waiters.toml: [letter_read] reason"),
        (("services", "postbox", "client"), "services.toml: [postbox] client"),
    ],
)
def test_what_is_missing_is_named_with_its_file(
    postbox: Postbox, path: tuple[str, ...], named: str
) -> None:
    *tables, key = path
    table = postbox.overlay
    for name in tables:
        table = table[name]
    del table[key]

    assert f"Missing, add it:\n  codegen/overlay/{named}" in complaint(postbox)


def test_an_operation_without_an_area_is_not_a_missing_area_too(postbox: Postbox) -> None:
    del postbox.overlay["operations"]["SendLetter"]["area"]

    assert "areas.toml: []" not in complaint(postbox)


def test_all_that_is_missing_is_named_at_once(postbox: Postbox) -> None:
    postbox.overlay["structures"] = {}

    said = complaint(postbox)
    assert "[Letter] summary" in said
    assert "[Stamp] summary" in said


@pytest.mark.parametrize(
    ("file", "table", "named"),
    [
        ("operations", {"BurnLetter": {"summary": "x"}}, "operations.toml: [BurnLetter] summary"),
        ("structures", {"Envelope": {"summary": "x"}}, "structures.toml: [Envelope] summary"),
        ("members", {"Stamp": {"Colour": "x"}}, "members.toml: [Stamp] Colour"),
        ("enums", {"Mood": {"summary": "x"}}, "enums.toml: [Mood] summary"),
        ("errors", {"BoxBurnt": {"summary": "x"}}, "errors.toml: [BoxBurnt] summary"),
        ("pagination", {"ListBoxes": {"items": "x"}}, "pagination.toml: [ListBoxes] items"),
        ("waiters", {"box_open": {"summary": "x"}}, "waiters.toml: [box_open] summary"),
        ("fixes", {"streams": {"Body": {"type": "x"}}}, "fixes.toml: [streams.Body] type"),
    ],
)
def test_what_is_left_over_is_named_with_its_file(
    postbox: Postbox, file: str, table: dict[str, object], named: str
) -> None:
    postbox.overlay.setdefault(file, {}).update(table)

    said = complaint(postbox)
    assert said.startswith("Unused, nothing in the service model needs it:")
    assert f"  codegen/overlay/{named}" in said


def test_a_sentence_for_a_name_may_be_overridden_everywhere(postbox: Postbox) -> None:
    postbox.overlay["members"]["Stamp"] = {"Price": "In cents."}

    (stamp,) = (s for m in postbox.service().modules for s in m.structures if s.name == "Stamp")
    assert stamp.members[0].text == "In cents. 1 to 100."


def test_a_summary_has_to_fit_on_its_line(postbox: Postbox) -> None:
    postbox.overlay["operations"]["SendLetter"]["summary"] = "x" * 89

    assert "operations.toml: [SendLetter] summary: it has 89 characters" in complaint(postbox)


def test_a_value_gone_from_an_enumeration_is_left_over(postbox: Postbox) -> None:
    postbox.shapes["LetterState"]["enum"] = ["READ"]

    assert "enums.toml: [LetterState.values] SENT" in complaint(postbox)


def test_an_unknown_area_is_wrong(postbox: Postbox) -> None:
    postbox.overlay["operations"]["SendLetter"]["area"] = "parcels"

    assert "operations.toml: [SendLetter] area: there is no [parcels] in areas.toml" in complaint(
        postbox
    )


@pytest.mark.parametrize(
    ("key", "value", "because"),
    [
        ("state", "Mood", "Mood is no member of DescribeLetterResponse"),
        ("success", ["BURNT"], "BURNT is not a state of DescribeLetterResponse"),
        ("failure", ["BURNT"], "BURNT is not a state of DescribeLetterResponse"),
        ("retry_errors", ["BoxBurnt"], "BoxBurnt is not an error that DescribeLetter documents"),
        ("explanation", "Why", "Why is no member of DescribeLetterResponse"),
    ],
)
def test_a_waiter_that_contradicts_the_model_is_wrong(
    postbox: Postbox, key: str, value: object, because: str
) -> None:
    postbox.overlay["waiters"]["letter_read"][key] = value

    assert f"waiters.toml: [letter_read] {key}: {because}" in complaint(postbox)


def test_the_files_of_a_folder_become_tables(tmp_path: Path) -> None:
    (tmp_path / "areas.toml").write_text('[post]\ntitle = "Post"\n')

    overlay = Overlay.read(tmp_path)
    assert overlay.keys("areas") == ["post"]
    assert overlay.need("areas", "post", "title") == "Post"
    overlay.finish()
