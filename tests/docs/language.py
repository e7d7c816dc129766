"""Finds phrases that no native engineer writes, each with a better one.

The list is short on purpose: it names only constructions that are wrong wherever they occur, so
that ordinary English passes. They came into our texts by word-for-word translation.
"""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

from attrs import frozen

_NOUNS = (
    "address|answer|archive|class|date|error|fault|file|folder|host|id|JSON|key|link|list|mailbox|"
    "message|model|name|number|part|path|picture|prefix|request|secret|text|timestamp|token|type|"
    "URL|user|value|zip"
)

#: What is wrong, as a regular expression in which a space stands for any white space, and what to
#: write instead.
PHRASES = {
    r"can(?:not)? be had|to be had": "is (not) available",
    r"(?:go|goes|going|gone|went) on (?:with|from|where|after)": "resume, continue",
    r"(?:be|is|are) \w+ no more\b|(?:it|they|that|which) \w+ no more\b": "no longer",
    r"no more (?:known|shown|read|found|there|needed)\b": "no longer",
    r"for want of": "because … is missing",
    r"anew": "again, from the beginning, retry",
    r"whoever|whosoever|whomever": "anyone who, you, users who",
    r"(?:has|have|had) the (?:last )?say": "wins, decides",
    r"(?:come|comes|came|brought) to disk": "is downloaded",
    r"mend(?:s|ed|ing)?": "fix",
    r"odd(?! number)(?![-.]\w)|oddity|oddities": "unusual, unexpected, invalid; a finding",
    r"told(?! (?:otherwise|to|you|us)\b)": "reported, distinguished, known",
    r"(?:stands|stood|standing) (?:in|on|at|above|behind|beside|there)(?! the way)": "is in",
    r"(?:lies|lay) (?:in|at|on|under|below|beside|there)|where (?:it|that|this) lies": "is in",
    rf"(?<![Tt]here\s)(?:is|are|was|were) no (?:{_NOUNS})s?": "is not a …",
    r"(?:converted|read|written|fetched|downloaded|shown|kept) whole": "fully, completely",
    r"sees? to (?:it|the)": "check, make sure",
    r"takes no more": "is full",
    r"no way (?:back|leads)": "final",
    r"as whom": "with which credentials",
    r"have the like": "have something similar",
    r"(?:bring|brings|brought|bringing) about": "cause",
    r"thereof|wherein|whereof|hitherto|henceforth|heretofore|thereupon|whereupon|shall": "(none)",
    r"remarks?|complaints?": "note, finding, error",
}

_PATTERNS = {
    re.compile(rf"\b(?:{phrase})\b".replace(" ", r"\s+")): better
    for phrase, better in PHRASES.items()
}

#: Quotes with their prefix, the mark of a comment, and what an f-string takes from a variable.
_NO_PROSE = re.compile(r"(?:\b[rbfu]{1,2})?\"|#|\{[a-z_][^{}]*\}")


@frozen
class Fault:
    """A phrase to replace.

    Attributes:
        line: The number of its line.
        phrase: The phrase.
        better: What to write instead.
    """

    line: int
    phrase: str
    better: str


def faults(path: Path) -> Iterator[Fault]:
    """Find what to replace in a file; of Python, only comments and strings are read."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        text = prose(text)
    for pattern, better in _PATTERNS.items():
        for found in pattern.finditer(text):
            line = text.count("\n", 0, found.start()) + 1
            yield Fault(line, " ".join(found[0].split()), better)


def prose(source: str) -> str:
    """Return the comments and strings of Python code, each where it was.

    Phrases run on over the lines of a comment and over strings that Python joins, so quotes and
    `#` become spaces. Code becomes a character that no phrase holds.
    """
    lines = source.splitlines(keepends=True)
    shown = [re.sub(r"\S", "\0", line) for line in lines]
    kinds = {tokenize.COMMENT, tokenize.STRING, getattr(tokenize, "FSTRING_MIDDLE", -1)}
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in kinds:
            continue
        (first, start), (last, end) = token.start, token.end
        for number in range(first, last + 1):
            line = lines[number - 1]
            left = start if number == first else 0
            right = end if number == last else len(line)
            kept = _NO_PROSE.sub(_blank, line[left:right])
            shown[number - 1] = shown[number - 1][:left] + kept + shown[number - 1][right:]
    return "".join(shown)


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])
