"""What a user of exports needs to write down can be imported from one place."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator
from types import FunctionType, ModuleType
from typing import Any, get_origin

import pytest

from workmail_async import exports

_PACKAGE = exports.__name__
#: What items and their archive tell each other; nobody else makes or takes one.
_INNER = ("Content", "Entry", "Place")


def test_all_is_exact() -> None:
    public = {
        name
        for name, value in vars(exports).items()
        if not name.startswith("_") and not isinstance(value, ModuleType) and name != "annotations"
    }
    assert sorted(public) == exports.__all__


def _signatures(thing: Any) -> Iterator[dict[str, Any]]:
    """Yield the annotations that users of a public name meet."""
    yield getattr(thing, "__annotations__", {})
    for name, member in vars(thing).items() if inspect.isclass(thing) else ():
        function = getattr(member, "fget", None) or getattr(member, "__func__", member)
        if isinstance(function, FunctionType) and (name == "__init__" or name[0] != "_"):
            yield function.__annotations__


def _is_ours(value: Any) -> bool:
    if inspect.isclass(value):
        return value.__module__.startswith(_PACKAGE)
    return get_origin(value) is not None  # a name for a type


@pytest.mark.parametrize("name", exports.__all__)
def test_what_a_signature_names_can_be_imported_too(name: str) -> None:
    thing = getattr(exports, name)
    module = sys.modules.get(getattr(thing, "__module__", ""), exports)
    for signature in _signatures(thing):
        shown = {key: str(value) for key, value in signature.items() if key[0] != "_"}
        for word in re.findall(r"\w+", " ".join(shown.values())):
            if word[0] != "_" and word not in _INNER and _is_ours(vars(module).get(word)):
                assert word in exports.__all__, f"{name} needs {word}"


def test_what_can_be_raised_is_an_error_of_this_package() -> None:
    errors = [
        thing
        for module in list(sys.modules.values())
        if module.__name__.startswith(_PACKAGE)
        for thing in vars(module).values()
        if inspect.isclass(thing)
        and issubclass(thing, exports.ExportError)
        and not thing.__name__.startswith("_")
    ]
    assert {error.__name__ for error in errors} <= set(exports.__all__)
