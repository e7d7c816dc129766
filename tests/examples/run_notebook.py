"""Runs the code cells of a notebook one after the other, as Jupyter does: `await` works in them."""

import ast
import inspect
import json
import sys
from pathlib import Path
from typing import Any

import anyio


async def run(cells: list[dict[str, Any]]) -> None:
    """Runs all cells in one namespace; prints what a cell's last expression gives, as Out[n]."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    sources = ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    for number, source in enumerate(sources, start=1):
        tree = ast.parse(source, f"cell {number}")
        last = tree.body[-1]
        if isinstance(last, ast.Expr):
            shown = ast.Assign([ast.Name("_", ast.Store())], last.value)
            tree.body[-1] = ast.copy_location(shown, last)
        code = compile(
            ast.fix_missing_locations(tree),
            f"cell {number}",
            "exec",
            flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT,
        )
        awaited = eval(code, namespace)
        if inspect.iscoroutine(awaited):
            await awaited
        if isinstance(last, ast.Expr):
            print(f"Out[{number}]: {namespace['_']!r}")


if __name__ == "__main__":
    notebook = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    anyio.run(run, notebook["cells"])
