"""The async, typed Python client for Amazon WorkMail and WorkMail Message Flow.

Importing it is cheap: every name below is loaded when it is first used.
"""

from __future__ import annotations

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

if not TYPE_CHECKING:  # a type checker would accept any misspelled name
    from ._lazy import lazy_names

    _load, _ = lazy_names(
        __name__,
        {
            "MessageFlowClient": "messageflow.client",
            "Organization": "workmail.organization",
            "Pager": "runtime.paging",
            "WorkMailClient": "workmail.client",
            "converter": "runtime.conversion",
        },
        modules=("enums", "errors", "models", "observers"),
    )

    def __getattr__(name):
        if name != "__version__":
            return _load(name)
        from importlib.metadata import version

        value = globals()[name] = version("workmail-async")
        return value


def __dir__() -> list[str]:
    return sorted(__all__)
