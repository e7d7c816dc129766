"""Lets a module list its names and load each one when it is first used (PEP 562).

Type checkers read the same names from imports under `TYPE_CHECKING`; a test compares the two lists.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Mapping
from importlib import import_module

_PACKAGE = __name__.rpartition(".")[0]


def lazy_names(
    module: str, homes: Mapping[str, str], modules: Collection[str] = ()
) -> tuple[Callable[[str], object], Callable[[], list[str]]]:
    """Return the `__getattr__` and `__dir__` of a module whose names are loaded on first use.

    Args:
        module: The module's `__name__`.
        homes: The module's public names. Each maps to the submodule that defines it, or to the full
            name of a module elsewhere in this package (`workmail_async.…`).
        modules: The submodules that are public names themselves.

    Returns:
        Both functions, for the top level of the module. A name that was found is stored in the
        module, so it is looked up once.
    """

    def __getattr__(name: str) -> object:  # noqa: N807  (Python calls it by this name)
        if name in modules:
            found: object = import_module(f"{module}.{name}")
        elif name in homes:
            home = homes[name]
            full = home if home.startswith(f"{_PACKAGE}.") else f"{module}.{home}"
            found = getattr(import_module(full), name)
        else:
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        setattr(sys.modules[module], name, found)
        return found

    def __dir__() -> list[str]:  # noqa: N807
        return sorted((*homes, *modules))

    return __getattr__, __dir__
