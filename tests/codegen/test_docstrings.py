"""Docstrings: wrapped to the width of the code, valid source, with the facts of each member."""

import ast
import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.facts import facts
from codegen.prose import WIDTH, Doc, Entry, Section, docstring, wrap
from codegen.shapes import Shape

WORDS = st.lists(
    st.from_regex(r"[A-Za-z0-9,.()\-]{1,20}|`[a-z\\{}\[\] ]{1,30}`", fullmatch=True),
    min_size=1,
    max_size=60,
)


@given(words=WORDS, indent=st.sampled_from([0, 4, 8]), hanging=st.sampled_from([0, 4]))
def test_wrapping_keeps_every_word_and_the_width(
    words: list[str], indent: int, hanging: int
) -> None:
    lines = wrap(" ".join(words), indent, hanging).split("\n")

    assert " ".join(" ".join(lines).split()) == " ".join(" ".join(words).split())
    assert all(indent + len(line) <= WIDTH for line in lines)
    assert all(line.count("`") % 2 == 0 for line in lines), "code is broken over two lines"
    assert all(line.startswith(" " * hanging) for line in lines[1:])


def test_long_code_stays_whole() -> None:
    code = f"`{'x' * 150}`"
    assert wrap(f"It is {code}.", 8) == f"It is\n{code}."


def test_a_summary_alone_stands_on_one_line() -> None:
    assert docstring(Doc("What it is."), 4) == '"""What it is."""'


def test_sections_are_in_google_style() -> None:
    doc = Doc(
        "What it does.",
        ("More.", ""),
        (
            Section("Args", (Entry("name", "word " * 20), Entry("id", "An id."))),
            Section("Raises", ()),
            Section("Returns", (Entry(None, "thing " * 20),)),
        ),
        ("See there.",),
        example="a = 1\n",
    )
    first = " ".join(["word"] * 17)  # ends in column 98
    returned = " ".join(["thing"] * 15)  # ends in column 97
    assert docstring(doc, 4) == textwrap.dedent(f'''\
        """What it does.

            More.

            Args:
                name: {first}
                    word word word
                id: An id.

            Returns:
                {returned}
                    thing thing thing thing thing

            See there.

            Example:
                ```python
                a = 1
                ```
            """''')


def test_a_list_follows_the_text() -> None:
    doc = Doc("What it is.", closing=("Two:",), items=("One.", "word " * 20))
    first = " ".join(["word"] * 19)  # ends in column 100
    assert docstring(doc, 4).split("\n")[2:7] == [
        "    Two:",
        "",
        "    - One.",
        f"    - {first}",
        "      word",
    ]


def test_a_backslash_makes_it_raw() -> None:
    source = docstring(Doc("About `\\d+`."), 0)
    assert source.startswith('r"""')
    assert ast.literal_eval(source) == "About `\\d+`."


@pytest.mark.parametrize("text", ['He said "so"', 'An end: """', "A slash \\"])
def test_what_would_end_the_docstring_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="not possible"):
        docstring(Doc(text), 0)


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        (Shape("A", "text"), ""),
        (Shape("A", "text", 3, 3), "Exactly 3 characters."),
        (Shape("A", "text", 0, 1), "At most 1 character."),
        (Shape("A", "text", None, 1024), "At most 1024 characters."),
        (Shape("A", "text", 1, None), "At least 1 character."),
        (Shape("A", "text", 1, 9, r"[a\d]+"), r"1 to 9 characters, pattern `[a\d]+`."),
        (Shape("A", "text", sensitive=True), "Sensitive."),
        (Shape("A", "integer", 1, 100), "1 to 100."),
        (Shape("A", "float", 0, None), "At least 0."),
        (Shape("A", "boolean"), ""),
        (Shape("A", "timestamp"), "In UTC."),
        (Shape("A", "enum", values=("X", "Y")), "One of `enums.A`: X, Y."),
        (
            Shape("A", "list", 0, 5, element=Shape("B", "text", 1, 2, "x")),
            "At most 5 items, each 1 to 2 characters, pattern `x`.",
        ),
        (
            Shape("A", "list", element=Shape("B", "enum", values=("X",))),
            "Each one of `enums.B`: X.",
        ),
    ],
)
def test_constraints_become_sentences(shape: Shape, said: str) -> None:
    assert facts(shape) == said


def test_brief_constraints_leave_out_patterns_and_values() -> None:
    assert facts(Shape("A", "text", 1, 9, r"[a\d]+"), brief=True) == "1 to 9 characters."
    assert facts(Shape("A", "text", pattern="x", sensitive=True), brief=True) == "Sensitive."
    assert facts(Shape("A", "enum", values=("X", "Y")), brief=True) == ""
    of_texts = Shape("A", "list", 0, 5, element=Shape("B", "text", 1, 2, "x"))
    assert facts(of_texts, brief=True) == "At most 5 items, each 1 to 2 characters."
