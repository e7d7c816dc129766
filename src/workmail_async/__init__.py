"""The async, typed Python client for Amazon WorkMail and WorkMail Message Flow.

Importing it costs little: every name below is loaded when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from . import enums, errors, models, observers
    from .messageflow.client import MessageFlowClient
    from .runtime.conversion import converter
    from .runtime.paging import Pager
    from .workmail.client import WorkMailClient
    from .workmail.organization import Organization

    __version__: str

__all__ = [
    "MessageFlowClient",
    "Organization",
    "Pager",
    "WorkMailClient",
    "__version__",
    "converter",
    "enums",
    "errors",
    "models",
    "observers",
]

#: Where each public name lives: a module, and the name in it (None for the module itself).
_HOMES: dict[str, tuple[str, str | None]] = {
    "MessageFlowClient": (".messageflow.client", "MessageFlowClient"),
    "Organization": (".workmail.organization", "Organization"),
    "Pager": (".runtime.paging", "Pager"),
    "WorkMailClient": (".workmail.client", "WorkMailClient"),
    "converter": (".runtime.conversion", "converter"),
    "enums": (".enums", None),
    "errors": (".errors", None),
    "models": (".models", None),
    "observers": (".observers", None),
}


if not TYPE_CHECKING:  # a type checker would take any misspelled name for granted

    def __getattr__(name):
        if name == "__version__":
            from importlib.metadata import version

            value = version("workmail-async")
        elif name in _HOMES:
            home, attribute = _HOMES[name]
            module = import_module(home, __name__)
            value = module if attribute is None else getattr(module, attribute)
        else:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted(__all__)
