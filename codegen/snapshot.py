"""The facts of the models behind the generated code: names and limits, no text of AWS.

Kept beside the generator so that `--diff` can say what a newer botocore changes.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from codegen.load import Model

FILE: Final = Path(__file__).parent / "snapshot.json"

#: Names of facts by their keys in the model.
_FACTS = {"min": "least", "max": "greatest", "pattern": "pattern", "sensitive": "sensitive"}

Facts = dict[str, Any]


def facts_of(models: Iterable[Model]) -> dict[str, Facts]:
    """Return the facts of each service."""
    return {model.service: _service(model) for model in models}


def dumps(facts: dict[str, Facts]) -> str:
    """Return facts as JSON with one line for each operation, structure, enumeration and shape."""
    return _spread(facts, depth=3) + "\n"


def _service(model: Model) -> Facts:
    facts: Facts = {
        "version": model.version,
        "operations": {
            name: _operation(raw, model.paginators.get(name))
            for name, raw in model.description["operations"].items()
        },
        "structures": {},
        "enums": {},
        "errors": {},
        "shapes": {},
    }
    for name, raw in model.description["shapes"].items():
        if raw.get("exception"):
            facts["errors"][name] = raw.get("error", {}).get("httpStatusCode")
        elif raw["type"] == "structure":
            facts["structures"][name] = _members(raw)
        elif "enum" in raw:
            facts["enums"][name] = raw["enum"]
        else:
            facts["shapes"][name] = _shape(raw)
    return facts


def _operation(raw: dict[str, Any], paginator: dict[str, Any] | None) -> Facts:
    return {
        "http": f"{raw['http']['method']} {raw['http']['requestUri']}",
        "input": raw["input"]["shape"],
        "output": raw["output"]["shape"],
        "pages": paginator["result_key"] if paginator else None,
        "errors": sorted(error["shape"] for error in raw.get("errors", ())),
    }


def _members(raw: dict[str, Any]) -> Facts:
    required = set(raw.get("required", ()))
    return {
        name: [member["shape"], "required" if name in required else "optional"]
        for name, member in raw["members"].items()
    }


def _shape(raw: dict[str, Any]) -> Facts:
    facts = {"type": raw["type"]} | {
        name: raw[key] for key, name in _FACTS.items() if raw.get(key) is not None
    }
    if "member" in raw:
        facts["element"] = raw["member"]["shape"]
    return facts


def _spread(value: Any, depth: int, indent: int = 0) -> str:
    if not depth or not isinstance(value, dict) or not value:
        return json.dumps(value)
    pad = " " * (indent + 1)
    lines = [
        f"{pad}{json.dumps(key)}: {_spread(inner, depth - 1, indent + 1)}"
        for key, inner in value.items()
    ]
    return "{\n" + ",\n".join(lines) + "\n" + " " * indent + "}"
