"""HTML tables for notebooks, as reports and progress are shown below a cell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape


def table(heads: Sequence[str], rows: Iterable[Sequence[object]], *, numbers: int = 0) -> str:
    """Return a table as HTML.

    Args:
        heads: The column heads.
        rows: The rows; text is escaped, `Markup` is not.
        numbers: How many of the last columns hold numbers, which are aligned right.
    """
    texts = len(heads) - numbers

    def row(cells: Sequence[object], tag: str) -> str:
        return "".join(
            f'<{tag} style="text-align:{"left" if at < texts else "right"}">{_inner(cell)}</{tag}>'
            for at, cell in enumerate(cells)
        )

    body = "".join(f"<tr>{row(cells, 'td')}</tr>" for cells in rows)
    return f"<table><thead><tr>{row(heads, 'th')}</tr></thead><tbody>{body}</tbody></table>"


def bar(share: float) -> Markup:
    """Return a progress bar as HTML.

    Args:
        share: How much of it is full, from 0 to 1.
    """
    return Markup(f'<progress value="{share:.3f}" max="1"></progress>')


class Markup(str):
    """HTML that is shown as it is."""

    __slots__ = ()


def _inner(cell: object) -> str:
    return cell if isinstance(cell, Markup) else escape(str(cell))
