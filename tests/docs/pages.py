"""Reads the blocks of a Markdown page that can be run, and the comments that say how.

CONTRIBUTING.md describes these comments for authors.
"""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

from attrs import define, field, frozen
from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[2]

RUN = "run"
SCRIPT = "script"
NOT_RUN = "not run"
FILE = "file"
SHELL = "shell"
SHELL_NOT_RUN = "shell, not run"

_REMARK = re.compile(r"<!--\s*(?P<kind>script|output|not run|file|shell)(?:: (?P<more>.+?))?\s*-->")
_HIDDEN = re.compile(r"<!-- (?P<language>python|console)\n(?P<code>.*?)-->", re.DOTALL)


@define
class Block:
    """A block of Python or of commands, or a file that later blocks use.

    Attributes:
        page: The page that contains it.
        line: The number of its first line of code on the page.
        code: The code.
        kind: `run`, `script`, `not run`, `file`, `shell` or `shell, not run`.
        name: The name of a file.
        output: What it must print, with `…` for anything; None if the page does not show it.
    """

    page: Path
    line: int
    code: str
    kind: str = RUN
    name: str = ""
    output: str | None = None

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"

    @property
    def placed(self) -> str:
        """The code, with the line numbers of its page."""
        return "\n" * (self.line - 1) + self.code

    @property
    def commands(self) -> str:
        """The commands of a console, without prompts and output."""
        lines: list[str] = []
        for line in self.code.splitlines():
            if line.startswith("$ "):
                lines.append(line[2:])
            elif lines and lines[-1].endswith("\\"):
                lines.append(line)
        return "\n".join(lines)

    def matches(self, printed: str) -> bool:
        """Whether the page shows this output."""
        if self.output is None:
            return True
        pieces = (re.escape(piece) for piece in _unaligned(self.output).split("…"))
        return re.fullmatch(".*?".join(pieces), _unaligned(printed), re.DOTALL) is not None


def _unaligned(text: str) -> str:
    """Return a text without the spaces that align columns."""
    return "\n".join(re.sub(" +", " ", line.rstrip()) for line in text.strip().splitlines())


@frozen
class Page:
    """A Markdown page with its blocks in order, including hidden ones."""

    path: Path
    blocks: list[Block] = field(factory=list)

    def __str__(self) -> str:
        return str(self.path.relative_to(ROOT))

    @property
    def scripts(self) -> list[Block]:
        """The blocks that are whole programs."""
        return [block for block in self.blocks if block.kind == SCRIPT]

    @property
    def shell(self) -> list[Block]:
        """The blocks of commands to run one after the other in one shell."""
        return [block for block in self.blocks if block.kind == SHELL]

    def as_module(self) -> str:
        """Return the page as one module for a type checker, with the page's line numbers.

        The title takes two lines of the page. Here they hold what every block can use.
        """
        parameters = "workmail: WorkMailClient, org: Organization, flow: MessageFlowClient"
        lines = [
            "from workmail_async import MessageFlowClient, Organization, WorkMailClient",
            f"async def page({parameters}) -> None:",
        ]
        for block in self.blocks:
            if block.kind in {RUN, NOT_RUN}:
                lines += [""] * (block.line - 1 - len(lines))
                lines += textwrap.indent(block.code, "    ").splitlines()
        return "\n".join([*lines, "    return", ""])


def read_page(path: Path) -> Page:
    """Read a page.

    Args:
        path: The Markdown file.

    Returns:
        The page with its blocks.

    Raises:
        ValueError: A comment about a block is not followed by a block.
    """
    page = Page(path)
    kind, more = RUN, ""
    for token in MarkdownIt().parse(path.read_text(encoding="utf-8")):
        line = token.map[0] + 1 if token.map else 0
        if token.type == "html_block":
            if hidden := _HIDDEN.match(token.content):
                form = RUN if hidden["language"] == "python" else SHELL
                page.blocks.append(Block(path, line + 1, hidden["code"], form))
            elif remark := _REMARK.match(token.content):
                kind, more = remark["kind"], remark["more"] or ""
            continue
        if token.type == "fence" and kind == "output":
            page.blocks[-1].output = token.content
        elif token.type == "fence" and token.info == "console":
            if kind not in {RUN, SHELL, NOT_RUN}:
                raise ValueError(f"{path}:{line}: commands after <!-- {kind} -->")
            shell = SHELL if kind == SHELL else SHELL_NOT_RUN
            page.blocks.append(Block(path, line + 1, token.content, shell, more))
        elif token.type == "fence" and (token.info == "python" or kind == FILE):
            page.blocks.append(Block(path, line + 1, token.content, kind, more))
        elif kind != RUN:
            raise ValueError(f"{path}:{line}: no block after <!-- {kind} -->")
        kind, more = RUN, ""
    return page


def all_pages() -> list[Page]:
    """Return the README and every page of the documentation except the reference."""
    documentation = sorted((ROOT / "docs").glob("*.md"))
    return [read_page(path) for path in (ROOT / "README.md", *documentation)]
