"""Names that a module promises and loads when they are first used (PEP 562).

Type checkers read the same names from imports that the module writes under `TYPE_CHECKING`; a test
holds the two lists against each other.
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
        homes: The names it promises, each with the submodule that defines it, or the full name of
            a module elsewhere (`workmail_async.…`).
        modules: Those of its submodules that it promises by their own names.

    Returns:
        Both functions, to be assigned at the top level of the module. A name that was found is
        stored in the module, so that it is looked up once.
    """

    def __getattr__(name: str) -> object:  # noqa: N807  (what the module calls it)
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
