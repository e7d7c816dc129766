"""Makes the error classes: those of the service model and those that every AWS service has."""

from __future__ import annotations

from collections.abc import Mapping

from codegen.ir import Error
from codegen.load import Model
from codegen.overlay import Overlay
from codegen.prose import Doc
from codegen.words import Words


def errors_of(
    model: Model, overlay: Overlay, words: Words, known: Mapping[str, Error]
) -> tuple[Error, ...]:
    """Return the errors of a service's own module.

    Args:
        model: The service model.
        overlay: Says which errors are common, and which service's module holds them.
        words: What each error means and what to do about it.
        known: The errors of earlier services: an error of both has the earlier one's class.
    """
    codes = [name for name, raw in model.description["shapes"].items() if raw.get("exception")]
    if overlay.get("services", model.service, "common_errors", default=False):
        codes += [code for code in overlay.keys("errors") if overlay.get("errors", code, "common")]
    return tuple(_error(code, overlay, words) for code in sorted({*codes} - {*known}))


def _error(code: str, overlay: Overlay, words: Words) -> Error:
    summary = words.summary("errors", code)
    status = overlay.get("errors", code, "status")
    retryable = overlay.get("errors", code, "retryable", default=False)
    facts = [
        f"HTTP status {status}." if status else "",
        "Sending the same call again later may succeed." if retryable else "",
    ]
    advice = words.text("errors", code, "advice")
    return Error(code, summary, retryable, Doc(summary, (advice, " ".join(filter(None, facts)))))
