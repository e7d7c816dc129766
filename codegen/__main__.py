"""`python -m codegen`: write the generated code, check it, or show what a new botocore changes."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from codegen import snapshot
from codegen.diff import changes
from codegen.interpret import interpret
from codegen.layout import formatted
from codegen.load import Model, load
from codegen.names import PACKAGE
from codegen.overlay import FOLDER, Overlay, OverlayError
from codegen.render import render
from codegen.runtime import Runtime
from codegen.shapes import ModelError
from codegen.tree import bring_up_to_date, compare

ROOT = Path(__file__).parent.parent


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; returns its exit status."""
    options = _parser().parse_args(arguments)
    try:
        return _run(options)
    except (ModelError, OverlayError) as error:
        print(f"codegen: {error}", file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m codegen", description=__doc__)
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 and name the stale files"
    )
    what.add_argument(
        "--diff",
        action="store_true",
        help="write nothing; show what the installed botocore changes since the last run",
    )
    parser.add_argument(
        "--root", type=Path, default=ROOT, help="the repository to write to (default: this one)"
    )
    parser.add_argument(
        "--overlay", type=Path, default=FOLDER, help="the overlay (default: codegen/overlay)"
    )
    return parser


def _run(options: argparse.Namespace) -> int:
    overlay = Overlay.read(options.overlay)
    models = load_all(overlay)
    if options.diff:
        return _diff(models)
    package = options.root / "src" / PACKAGE
    files = generate(models, overlay, Runtime.read(ROOT / "src" / PACKAGE))
    by_path = {package / path: text for path, text in files.items()}
    by_path[options.root / "codegen" / snapshot.FILE.name] = snapshot.dumps(
        snapshot.facts_of(models)
    )
    stale = compare(by_path, package)
    for line in stale.lines(options.root):
        print(line)
    if options.check:
        if stale:
            print("Generated code is stale: run `python -m codegen`.", file=sys.stderr)
        return 1 if stale else 0
    bring_up_to_date(by_path, stale)
    return 0


def _diff(models: Sequence[Model]) -> int:
    generated_from = json.loads(snapshot.FILE.read_text(encoding="utf-8"))
    said = changes(generated_from, snapshot.facts_of(models))
    print("\n".join(said) or "Nothing: the code is generated from the installed models.")
    return 0


def load_all(overlay: Overlay) -> list[Model]:
    """Return the models of the overlay's services, in its order."""
    return [
        load(service, overlay.need("services", service, "version"))
        for service in overlay.keys("services")
    ]


def generate(
    models: Sequence[Model], overlay: Overlay, runtime: Runtime | None = None
) -> dict[str, str]:
    """Return the text of each generated file by its path below the package."""
    return formatted(render(interpret(models, overlay, runtime)))


if __name__ == "__main__":
    sys.exit(main())
