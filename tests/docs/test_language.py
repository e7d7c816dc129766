"""Everything that a person reads is plain modern English."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.language import faults, prose
from tests.docs.pages import ROOT

TEXTS = [
    *sorted(ROOT.glob("*.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "codegen").rglob("*.toml")),
    *sorted((ROOT / "codegen").rglob("*.j2")),
    *sorted((ROOT / "examples").glob("*.*")),
    ROOT / "Makefile",
]
CODE = [path for folder in ("codegen", "src", "tools") for path in (ROOT / folder).rglob("*.py")]


@pytest.mark.parametrize(
    "paths", [TEXTS, sorted(CODE)], ids=["documents", "comments and strings of code"]
)
def test_texts_use_plain_modern_english(paths: list[Path]) -> None:
    assert len(paths) > 20
    found = [
        f"{path.relative_to(ROOT)}:{fault.line}: not {fault.phrase!r}, but: {fault.better}"
        for path in paths
        for fault in faults(path)
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("The item can be\nhad later.", "can be had"),
        ("It goes on where it stopped.", "goes on where"),
        ("The list knows it, but it knows no more of it.", "it knows no more"),
        ("This is no id of an organization.", "is no id"),
        ("Begin anew.", "anew"),
        ("Whatever is odd is told.", "odd"),
    ],
)
def test_a_phrase_is_found(tmp_path: Path, text: str, phrase: str) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"# Title\n\n{text}\n", encoding="utf-8")
    assert phrase in [fault.phrase for fault in faults(page)]


@pytest.mark.parametrize(
    "text",
    [
        "There is no file, and no more than ten users are an odd number of users.",
        "It keeps 10 connections unless told otherwise. Nothing stands in the way.",
        "The run goes on. There are no more pages. Amendments are recommended.",
    ],
)
def test_ordinary_english_passes(tmp_path: Path, text: str) -> None:
    page = tmp_path / "page.md"
    page.write_text(text, encoding="utf-8")
    assert list(faults(page)) == []


def test_phrases_in_python_are_found_on_their_line(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text(
        "mend = 1  # a name is not prose\n"
        "# What was stopped is gone\n"
        "# on with.\n"
        "text = (\n"
        '    "The disk can be "\n'
        '    f"had for {mend} minutes"\n'
        ")\n",
        encoding="utf-8",
    )
    assert [(fault.line, fault.phrase) for fault in faults(module)] == [
        (5, "can be had"),
        (2, "gone on with"),
    ]


def test_what_is_prose_keeps_its_place() -> None:
    assert prose('x = f"one"  # two\n') == "\0 \0   one     two\n"
