"""Makes the operations: their requests and responses, errors, and how lists page."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from codegen.ir import Error, Operation, Pagination, Structure
from codegen.load import Model
from codegen.names import snake
from codegen.overlay import Overlay
from codegen.shapes import ModelError
from codegen.words import Words

_TOKEN = "NextToken"

#: Verbs in the order in which people use them; the empty one stands for all others.
_VERBS = (
    *("List", "Describe", "Get", "Create", "Register", "Start", ""),
    *("Update", "Reset", "Put", "Cancel", "Disassociate", "Untag", "Deregister", "Delete"),
)


class Operations:
    """Makes the operations of one service.

    Args:
        model: The service model.
        overlay: For the paginations that botocore lacks.
        words: What each operation does.
        areas: The area of each operation.
        page: The address of a page in AWS's reference, with `{name}` in it.
        frequent: The codes of the errors that the client's docstring explains.
    """

    def __init__(
        self,
        model: Model,
        overlay: Overlay,
        words: Words,
        areas: Mapping[str, str],
        page: str,
        frequent: Collection[str] = (),
    ) -> None:
        self._model = model
        self._raw: dict[str, Any] = model.description["operations"]
        self._overlay = overlay
        self._words = words
        self._areas = areas
        self._page = page
        self._frequent = frequent

    def all(
        self, structures: Mapping[str, Structure], errors: Mapping[str, Error]
    ) -> dict[str, Operation]:
        """Return the operations in the order of their use: reads first, deletions last.

        Operations of one kind keep the order of the overlay.

        Args:
            structures: The model classes.
            errors: The error classes by their codes.
        """
        ordered = [name for name in self._overlay.keys("operations") if name in self._raw]
        names = sorted(dict.fromkeys([*ordered, *self._raw]), key=_by_use)
        return {name: self._operation(name, structures, errors) for name in names}

    def _operation(
        self, name: str, structures: Mapping[str, Structure], errors: Mapping[str, Error]
    ) -> Operation:
        raw = self._raw[name]
        request = structures[raw["input"]["shape"]]
        response = structures[raw["output"]["shape"]]
        codes = sorted(error["shape"] for error in raw.get("errors", ()))
        streams = [member.shape.stream for member in response.members if member.shape.stream]
        return Operation(
            name=name,
            method=snake(name),
            area=self._areas[name],
            summary=self._words.summary("operations", name),
            notes=self._words.optional("operations", name, "notes"),
            request=request,
            response=response,
            errors=tuple(errors[code] for code in codes if code not in self._frequent),
            frequent_errors=tuple(errors[code] for code in self._frequent if code in codes),
            page=self._page.format(name=name),
            pagination=self._pagination(name, request, response),
            stream=streams[0] if streams else None,
        )

    def _pagination(self, name: str, request: Structure, response: Structure) -> Pagination | None:
        has_tokens = all(
            _TOKEN in {member.wire for member in side.members} for side in (request, response)
        )
        theirs = self._model.paginators.get(name)
        ours = self._overlay.get("pagination", name, "items")
        if theirs:
            if (theirs["input_token"], theirs["output_token"]) != (_TOKEN, _TOKEN):
                raise ModelError(f"{name} pages by other members than {_TOKEN}")
            if ours:
                self._wrong(name, "items", "botocore pages it now")
            return self._paged(name, theirs["result_key"], response, token=True)
        if not ours:
            if has_tokens or name.startswith("List"):
                hint = "a list that botocore does not page"
                self._overlay.need("pagination", name, "items", hint=hint)
            return None
        self._overlay.need("pagination", name, "reason")
        token = self._overlay.get("pagination", name, "token", default=True)
        if token != has_tokens:
            there = "has" if has_tokens else "lacks"
            self._wrong(name, "token", f"the model {there} a {_TOKEN} in and out")
        return self._paged(name, ours, response, token=token)

    def _paged(
        self, name: str, items: str, response: Structure, *, token: bool
    ) -> Pagination | None:
        for member in response.members:
            if member.wire == items and member.shape.element:
                return Pagination(member, token)
        self._wrong(name, "items", f"{items} is not a list in {response.name}")
        return None

    def _wrong(self, name: str, key: str, because: str) -> None:
        self._overlay.wrong("pagination", name, key, because=because)


def _by_use(operation: str) -> int:
    verb = next((verb for verb in _VERBS if verb and operation.startswith(verb)), "")
    return _VERBS.index(verb)
