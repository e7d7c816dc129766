"""Docstrings: what they say, separate from how they are wrapped and indented."""

from __future__ import annotations

import re
import textwrap

from attrs import frozen

WIDTH = 100

#: Replaces a space that must not become a line break.
_GLUE = "\x00"


@frozen
class Entry:
    """One line of a section: an argument, an attribute, an error, or the returned value."""

    name: str | None
    text: str


@frozen
class Section:
    """A titled part of a Google-style docstring."""

    title: str
    entries: tuple[Entry, ...]


@frozen
class Doc:
    """A docstring.

    Attributes:
        summary: One line; never wrapped, because many tools show only the first line.
        paragraphs: What follows it.
        sections: Attributes, Args, Returns, Raises. Empty ones are left out.
        closing: The last paragraphs.
        items: A list after them.
        example: Code that shows how to use it.
    """

    summary: str
    paragraphs: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()
    closing: tuple[str, ...] = ()
    example: str = ""
    items: tuple[str, ...] = ()


def docstring(doc: Doc, indent: int) -> str:
    """Return the docstring as Python source; the first line is not indented.

    Args:
        doc: What it says.
        indent: By how many columns the other lines are indented.

    Raises:
        ValueError: The text would end the docstring early.
    """
    blocks = [doc.summary]
    blocks += [wrap(text, indent) for text in doc.paragraphs if text]
    blocks += [_section(section, indent) for section in doc.sections if section.entries]
    blocks += [wrap(text, indent) for text in doc.closing if text]
    if doc.items:
        blocks.append("\n".join(wrap(f"- {item}", indent, hanging=2) for item in doc.items))
    blocks += [f"Example:\n{_code(doc.example)}"] if doc.example else []
    text = "\n\n".join(blocks)
    if '"""' in text or text.endswith(('"', "\\")):
        raise ValueError(f"not possible within a docstring: {text}")
    end = "\n" if len(blocks) > 1 else ""
    lines = f"{_opening(text)}{text}{end}".split("\n")
    return (
        "\n".join(_indented(line, indent) for line in lines).lstrip()
        + (" " * indent if end else "")
        + '"""'
    )


def wrap(text: str, indent: int, hanging: int = 0) -> str:
    """Break text at spaces into lines that fit, without their indentation.

    Args:
        text: The text; code between backticks stays on one line.
        indent: By how many columns the lines will be indented.
        hanging: By how many columns more all but the first line are.
    """
    glued = re.sub(r"`[^`]*`", lambda code: code.group().replace(" ", _GLUE), text)
    lines = textwrap.wrap(
        glued,
        width=WIDTH - indent,
        subsequent_indent=" " * hanging,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n".join(lines).replace(_GLUE, " ")


def _section(section: Section, indent: int) -> str:
    lines = [f"{section.title}:"]
    for entry in section.entries:
        text = f"{entry.name}: {entry.text}" if entry.name else entry.text
        # Without the indent, mkdocstrings would read each line as another returned value.
        lines += [f"    {line}" for line in wrap(text, indent + 4, hanging=4).split("\n")]
    return "\n".join(lines)


def _code(example: str) -> str:
    return textwrap.indent(f"```python\n{example.strip()}\n```", " " * 4)


def _opening(text: str) -> str:
    return 'r"""' if "\\" in text else '"""'


def _indented(line: str, indent: int) -> str:
    return " " * indent + line if line else line
