"""What a user of archives or exports needs to write down can be imported from its package."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
import sys
from collections.abc import Iterator
from types import FunctionType, ModuleType
from typing import Any, get_origin

import pytest

from workmail_async import archives, exports
from workmail_async.errors import WorkMailError

PACKAGES = (archives, exports)
PROMISED = [(package, name) for package in PACKAGES for name in package.__all__]
#: What items and their archive tell each other; nobody else makes or takes one.
_INNER = ("Content", "Entry", "Place", "Reader")


def _signatures(thing: Any) -> Iterator[dict[str, Any]]:
    """Yield the annotations that users of a public name meet."""
    yield getattr(thing, "__annotations__", {})
    for name, member in vars(thing).items() if inspect.isclass(thing) else ():
        function = getattr(member, "fget", None) or getattr(member, "__func__", member)
        if isinstance(function, FunctionType) and (name == "__init__" or name[0] != "_"):
            yield function.__annotations__


def _is_ours(value: Any) -> bool:
    if inspect.isclass(value):
        return value.__module__.startswith(tuple(package.__name__ for package in PACKAGES))
    return get_origin(value) is not None  # a name for a type


@pytest.mark.parametrize(("package", "name"), PROMISED)
def test_what_a_signature_names_can_be_imported_too(package: ModuleType, name: str) -> None:
    thing = getattr(package, name)
    module = sys.modules.get(getattr(thing, "__module__", ""), package)
    for signature in _signatures(thing):
        shown = {key: str(value) for key, value in signature.items() if key[0] != "_"}
        for word in re.findall(r"\w+", " ".join(shown.values())):
            if word[0] != "_" and word not in _INNER and _is_ours(vars(module).get(word)):
                assert any(word in each.__all__ for each in PACKAGES), f"{name} needs {word}"


@pytest.mark.parametrize("package", PACKAGES)
def test_an_error_that_can_be_raised_can_be_imported(package: ModuleType) -> None:
    for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
        importlib.import_module(found.name)
    raised = {
        thing.__name__
        for name, module in sys.modules.items()
        if name.startswith(package.__name__)
        for thing in vars(module).values()
        if inspect.isclass(thing)
        and issubclass(thing, WorkMailError)
        and thing.__module__.startswith(package.__name__)
    }
    assert raised
    assert raised <= set(package.__all__)
