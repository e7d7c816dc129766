"""Makes the intermediate representation out of the service models and the overlay."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from attrs import frozen

from codegen import methods
from codegen.facts import facts, notes
from codegen.ir import (
    Api,
    Argument,
    Enumeration,
    EnumValue,
    Error,
    Group,
    Import,
    Member,
    Module,
    Operation,
    Pagination,
    Role,
    Service,
    Shape,
    Structure,
    View,
    Waiter,
)
from codegen.load import Model
from codegen.names import PACKAGE, pascal, snake
from codegen.overlay import Overlay
from codegen.prose import Doc, Entry, Section
from codegen.shapes import ModelError, Types, Usage, annotation, declared, reachable
from codegen.vocabulary import Vocabulary
from codegen.waiters import read_waiters

COMMON = "common"

_RESERVED = {"Model", "Output", "Request", "Operation", "Pagination", "ListOf", "ByteStream"}
_TOKEN = "NextToken"

#: The longest summary that fits behind the quotes of a method's docstring.
_SUMMARY = 88


def interpret(models: Sequence[Model], overlay: Overlay, runtime_errors: Iterable[str] = ()) -> Api:
    """Return everything that is to be generated.

    Args:
        models: The service models, in the order of the overlay's services.
        overlay: Our words and fixes.
        runtime_errors: The names of the hand-written errors.

    Raises:
        ModelError: A model has something that the generator cannot express.
        OverlayError: The overlay lacks something, or has something that the models do not.
    """
    vocabulary = _vocabulary(models)
    known: dict[str, Error] = {}
    services = []
    for model in models:
        service = _Interpreter(model, overlay, vocabulary, known).service()
        known |= {error.code: error for error in service.errors}
        services.append(service)
    api = Api(tuple(services), tuple(sorted(runtime_errors)))
    _refuse_clashes(api)
    overlay.finish()
    return api


def _vocabulary(models: Sequence[Model]) -> Vocabulary:
    operations: set[str] = set()
    members: set[str] = set()
    structures: set[str] = set()
    enums: set[str] = set()
    errors: set[str] = set()
    for model in models:
        operations |= set(model.description["operations"])
        for name, raw in model.description["shapes"].items():
            members |= set(raw.get("members", ()))
            if raw.get("exception"):
                errors.add(name)
            elif raw["type"] == "structure":
                structures.add(name)
            elif "enum" in raw:
                enums.add(name)
    return Vocabulary(
        operations=operations, members=members, structures=structures, enums=enums, errors=errors
    )


def _refuse_clashes(api: Api) -> None:
    seen: set[str] = set(_RESERVED)
    for service in api.services:
        for module in service.modules:
            for name in module.names:
                if name in seen:
                    raise ModelError(f"two model classes would have the name {name}")
                seen.add(name)


@frozen
class _Use:
    """A structure with the operation of which it is a part, and as what."""

    operation: str
    role: Role


class _Interpreter:
    """Interprets one service."""

    def __init__(
        self, model: Model, overlay: Overlay, vocabulary: Vocabulary, known: dict[str, Error]
    ) -> None:
        self.model = model
        self.overlay = overlay
        self.python = vocabulary.python
        self.known = known
        self.types = Types(model, overlay)
        self.name = model.service
        self.raw_operations: dict[str, Any] = model.description["operations"]
        self.areas = {name: self._area(name) for name in self.raw_operations}
        self.usage = self._usage()

    def service(self) -> Service:
        """Return the service."""
        get = self.overlay.get
        package = f"{PACKAGE}.{get('services', self.name, 'package', default=self.name)}"
        errors = self._errors()
        self.known_errors = self.known | {error.code: error for error in errors}
        structures = self._structures()
        operations = self._operations(structures)
        modules = self._modules(package, structures, operations)
        waiters = read_waiters(self.overlay, operations, self.python)
        view = self._view(package, operations, waiters)
        self._need("version")
        self._need("reason")
        client = self._need("client")
        groups = self._groups(operations, waiters, bound=None)
        doc = Doc(self._need("summary"), (self._need("text"),), example=self._need("example"))
        return Service(
            name=self.name,
            package=package,
            title=self.model.description["metadata"]["serviceFullName"],
            version=self.model.version,
            regions=tuple(self._need("regions")),
            client=client,
            doc=doc,
            groups=groups,
            imports=methods.client_imports(package, groups, operations, view),
            shapes=self._shapes(),
            enums=self._enums(),
            errors=errors,
            modules=modules,
            waiters=waiters,
            view=view,
        )

    def _need(self, *keys: str) -> Any:
        return self.overlay.need("services", self.name, *keys)

    # -- words -----------------------------------------------------------------------------------

    def _area(self, operation: str) -> str:
        area: str = self.overlay.need("operations", operation, "area")
        if area and area not in self.overlay.keys("areas"):
            self.overlay.wrong(
                "operations", operation, "area", because=f"there is no [{area}] in areas.toml"
            )
        return area

    def _text(self, *steps: str, hint: str = "") -> str:
        return self.python(" ".join(self.overlay.need(*steps, hint=hint).split()))

    def _summary(self, file: str, name: str) -> str:
        text = self._text(file, name, "summary")
        if len(text) > _SUMMARY:
            because = (
                f"it has {len(text)} characters, and {_SUMMARY} fit on a docstring's first line"
            )
            self.overlay.wrong(file, name, "summary", because=because)
        return text

    def _optional_text(self, *steps: str) -> str:
        return self.python(" ".join(self.overlay.get(*steps, default="").split()))

    def _member_text(self, structure: str, member: str) -> str:
        own = self._optional_text("members", structure, member)
        general = self._optional_text("members", "members", member)
        hint = f"used by {structure}"
        return own or general or self._text("members", "members", member, hint=hint)

    # -- shapes ----------------------------------------------------------------------------------

    def _usage(self) -> dict[str, Usage]:
        usage: dict[str, Usage] = {}
        for name, raw in self.raw_operations.items():
            for side in ("input", "output"):
                for structure in reachable(self.types, raw[side]["shape"]):
                    found = usage.setdefault(structure, Usage())
                    found.areas.add(self.areas[name])
                    found.in_requests |= side == "input"
                    found.in_responses |= side == "output"
        return usage

    def _scalars(self) -> Iterable[Shape]:
        """Yield all shapes that members have, elements before their lists."""
        for structure in self.usage:
            for member in self.types.members(structure).values():
                shape = self.types.shape(member["shape"])
                yield from _opened(shape)

    def _shapes(self) -> tuple[Shape, ...]:
        wanted = {
            shape.name: shape
            for shape in self._scalars()
            if shape.innermost.kind not in {"structure", "stream"}
        }
        plain = sorted((s for s in wanted.values() if not s.element), key=_name)
        lists = sorted((s for s in wanted.values() if s.element), key=_name)
        return (*plain, *lists)

    def _enums(self) -> tuple[Enumeration, ...]:
        found = {shape.name: shape for shape in self._scalars() if shape.kind == "enum"}
        return tuple(self._enum(found[name]) for name in sorted(found))

    def _enum(self, shape: Shape) -> Enumeration:
        values = tuple(
            EnumValue(value, value, Doc(self._text("enums", shape.wire, "values", value)))
            for value in shape.values
        )
        for value in shape.values:
            if not value.isidentifier():
                raise ModelError(f"{shape.wire} has the value {value!r}, which is no Python name")
        doc = Doc(self._summary("enums", shape.wire))
        return Enumeration(shape.name, values, doc)

    # -- errors ----------------------------------------------------------------------------------

    def _errors(self) -> tuple[Error, ...]:
        modelled = [
            name
            for name, raw in self.model.description["shapes"].items()
            if raw.get("exception") and name not in self.known
        ]
        common = [
            code
            for code in self.overlay.keys("errors")
            if self.overlay.get("errors", code, "common", default=False)
        ]
        own = self.overlay.get("services", self.name, "common_errors", default=False)
        return tuple(
            [self._error(code, common=False) for code in sorted(modelled)]
            + [self._error(code, common=True) for code in sorted(common) if own]
        )

    def _error(self, code: str, *, common: bool) -> Error:
        summary = self._summary("errors", code)
        advice = self._text("errors", code, "advice")
        status = self.overlay.get("errors", code, "status")
        retryable = self.overlay.get("errors", code, "retryable", default=False)
        facts = [f"HTTP status {status}."] if status else []
        if retryable:
            facts.append("Sending the same call again later may succeed.")
        return Error(
            code=code,
            summary=summary,
            retryable=retryable,
            common=common,
            doc=Doc(summary, (advice, " ".join(facts))),
        )

    # -- structures ------------------------------------------------------------------------------

    def _structures(self) -> dict[str, Structure]:
        uses: dict[str, _Use] = {}
        for name, raw in self.raw_operations.items():
            uses[raw["input"]["shape"]] = _Use(name, "request")
            uses[raw["output"]["shape"]] = _Use(name, "response")
        return {
            name: self._data_type(name) if name not in uses else self._end(name, uses[name])
            for name in self.usage
        }

    def _data_type(self, name: str) -> Structure:
        members = self._members(name)
        checked = self.usage[name].in_requests
        doc = Doc(
            self._summary("structures", name),
            (self._optional_text("structures", name, "notes"),),
            (_attributes(members),),
            (_joined(notes(members, checked=checked), f"See <{self._page(name)}>."),),
        )
        return self._structure(name, "data", members, doc)

    def _end(self, name: str, use: _Use) -> Structure:
        """Return the request or the response of an operation."""
        members = self._members(name)
        summary = self._summary("operations", use.operation)
        if use.role == "request":
            doc = Doc(
                f"Input of {use.operation}.",
                (summary,),
                (_attributes(members),),
                (notes(members, checked=True),),
            )
        else:
            nothing = "" if members else "It is empty: getting it means that the call succeeded."
            doc = Doc(
                f"Answer of {use.operation}.",
                (nothing,),
                (_attributes(members),),
                (notes(members, checked=False),),
            )
        return self._structure(name, use.role, members, doc)

    def _structure(self, name: str, role: Role, members: tuple[Member, ...], doc: Doc) -> Structure:
        return Structure(name, role, members, doc, tuple(self.types.used_structures(name)))

    def _members(self, structure: str) -> tuple[Member, ...]:
        raw = self.types.structure(structure)
        required = set(raw.get("required", ()))
        return tuple(
            self._member(structure, wire, member, required=wire in required)
            for wire, member in raw["members"].items()
        )

    def _member(self, structure: str, wire: str, raw: dict[str, Any], *, required: bool) -> Member:
        shape = self.types.shape(raw["shape"])
        token = raw.get("idempotencyToken", False)
        required = required and not token
        lenient = self.usage[structure].in_requests
        here = annotation(shape, lenient=lenient)
        there = annotation(shape, lenient=lenient, models="models.", enums="enums.")
        text = [self._member_text(structure, wire), facts(shape)]
        if token:
            text.append("Filled in when left out, and kept when the call is retried.")
        return Member(
            wire=wire,
            name=snake(wire),
            shape=shape,
            required=required,
            annotation=here if required else f"{here} | None",
            parameter=there if required else f"{there} | None",
            declared=declared(shape),
            text=" ".join(part for part in text if part),
            token=token,
            location=raw.get("location"),
        )

    def _page(self, name: str) -> str:
        page: str = self._need("page")
        return page.format(name=name)

    # -- operations ------------------------------------------------------------------------------

    def _operations(self, structures: dict[str, Structure]) -> dict[str, Operation]:
        # in the overlay's order, which is a reader's; the model's is alphabetical
        order = [name for name in self.overlay.keys("operations") if name in self.raw_operations]
        order += [name for name in self.raw_operations if name not in order]
        return {name: self._operation(name, structures) for name in order}

    def _operation(self, name: str, structures: dict[str, Structure]) -> Operation:
        raw = self.raw_operations[name]
        request = structures[raw["input"]["shape"]]
        response = structures[raw["output"]["shape"]]
        streams = [member.shape.stream for member in response.members if member.shape.stream]
        return Operation(
            name=name,
            method=snake(name),
            area=self.areas[name],
            summary=self._summary("operations", name),
            notes=self._optional_text("operations", name, "notes"),
            request=request,
            response=response,
            errors=tuple(
                self.known_errors[error["shape"]]
                for error in sorted(raw.get("errors", ()), key=lambda error: str(error["shape"]))
            ),
            page=self._page(name),
            pagination=self._pagination(name, request, response),
            stream=streams[0] if streams else None,
        )

    def _pagination(self, name: str, request: Structure, response: Structure) -> Pagination | None:
        theirs = self.model.paginators.get(name)
        ours = self.overlay.get("pagination", name, "items")
        has_tokens = all(
            _TOKEN in {member.wire for member in side.members} for side in (request, response)
        )
        if theirs is None and ours is None:
            if has_tokens or name.startswith("List"):
                self.overlay.need("pagination", name, "items", hint="a list, not paged by botocore")
            return None
        if theirs is not None and ours is not None:
            self.overlay.wrong("pagination", name, "items", because="botocore pages it now")
        if theirs is not None:
            key, token = theirs["result_key"], True
            if (theirs["input_token"], theirs["output_token"]) != (_TOKEN, _TOKEN):
                raise ModelError(f"{name} pages by other members than {_TOKEN}")
        else:
            self.overlay.need("pagination", name, "reason")
            key, token = ours, self.overlay.get("pagination", name, "token", default=True)
            if token != has_tokens:
                self.overlay.wrong(
                    "pagination", name, "token", because=f"{_TOKEN} in the model: {has_tokens}"
                )
        items = next((member for member in response.members if member.wire == key), None)
        if items is None or not items.shape.element:
            self.overlay.wrong("pagination", name, "items", because=f"{key} is no list of it")
            return None
        return Pagination(items, token)

    # -- modules and classes ---------------------------------------------------------------------

    def _home(self, structure: str, package: str) -> str:
        if not self._has_areas:
            return f"{package}.models"
        areas = self.usage[structure].areas
        return f"{package}.models.{next(iter(areas)) if len(areas) == 1 else COMMON}"

    @property
    def _has_areas(self) -> bool:
        return len(set(self.areas.values())) > 1

    def _modules(
        self, package: str, structures: dict[str, Structure], operations: dict[str, Operation]
    ) -> tuple[Module, ...]:
        homes = {name: self._home(name, package) for name in structures}
        by_home: dict[str, list[Structure]] = {}
        for structure in self._ordered(structures, operations):
            by_home.setdefault(homes[structure.wire], []).append(structure)
        by_request = {operation.request.name: operation for operation in operations.values()}
        return tuple(
            Module(
                name=home,
                doc=self._module_doc(home, by_home[home]),
                imports=_model_imports(package, home, by_home[home], homes, by_request),
                structures=tuple(by_home[home]),
                operations=by_request,
            )
            for home in sorted(by_home)
        )

    def _ordered(
        self, structures: dict[str, Structure], operations: dict[str, Operation]
    ) -> list[Structure]:
        """Return data types, each after those it uses, then each operation's answer and input."""
        data = [name for name, structure in structures.items() if structure.role == "data"]
        order: dict[str, None] = {}
        for name in sorted(data):
            order |= dict.fromkeys(reachable(self.types, name))
        for operation in operations.values():
            order |= {operation.response.wire: None, operation.request.wire: None}
        return [structures[name] for name in order]

    def _module_doc(self, home: str, structures: list[Structure]) -> Doc:
        area = home.rpartition(".")[2]
        if area == COMMON:
            return Doc("Data types that operations of several areas use.")
        if not self._has_areas:
            area = next(iter(self.usage[structures[0].wire].areas))
        title = self._text("areas", area, "title")
        return Doc(f"{title}: {self._text('areas', area, 'summary')}.")

    def _groups(
        self,
        operations: dict[str, Operation],
        waiters: tuple[Waiter, ...],
        bound: str | None,
    ) -> tuple[Group, ...]:
        groups = []
        for area in self.overlay.keys("areas"):
            if area not in self.areas.values():
                continue
            found = [
                methods.of_operation(operation, bound)
                for operation in operations.values()
                if operation.area == area and _takes(operation, bound)
            ]
            if found:
                groups.append(Group(self._text("areas", area, "title"), tuple(found)))
        waits = [methods.of_waiter(w, bound) for w in waiters if _takes(w.operation, bound)]
        if waits:
            groups.append(Group("Waiters", tuple(waits)))
        return tuple(groups)

    def _view(
        self, package: str, operations: dict[str, Operation], waiters: tuple[Waiter, ...]
    ) -> View | None:
        if not self.overlay.keys("services", self.name, "view"):
            return None
        bound = snake(self._need("view", "binds"))
        groups = self._groups(operations, waiters, bound)
        name = self._need("view", "name")
        meaning = Entry(bound, self._member_text("view", self._need("view", "binds")))
        return View(
            name=name,
            module=self._need("view", "module"),
            bound=Argument(bound, "str"),
            doc=Doc(
                self._need("view", "summary"),
                (self._need("view", "text"),),
                (Section("Attributes", (Entry("client", self._need("view", "client")), meaning)),),
                example=self._need("view", "example"),
            ),
            maker=Doc(
                self._need("view", "maker"),
                (),
                (
                    Section("Args", (meaning,)),
                    Section("Returns", (Entry(None, self._need("view", "returns")),)),
                ),
            ),
            groups=groups,
            imports=methods.view_imports(package, groups),
        )


def _opened(shape: Shape) -> Iterable[Shape]:
    if shape.element:
        yield from _opened(shape.element)
    yield shape


def _name(shape: Shape) -> str:
    return shape.name


def _takes(operation: Operation, bound: str | None) -> bool:
    return bound is None or any(
        member.name == bound and member.required for member in operation.request.members
    )


def _joined(*sentences: str) -> str:
    return " ".join(filter(None, sentences))


def _attributes(members: tuple[Member, ...]) -> Section:
    return Section("Attributes", tuple(Entry(member.name, member.text) for member in members))


def _model_imports(
    package: str,
    home: str,
    structures: list[Structure],
    homes: dict[str, str],
    operations: dict[str, Operation],
) -> tuple[Import, ...]:
    members = [member for structure in structures for member in structure.members]
    shapes = [member.shape.innermost for member in members]
    roles = {structure.role for structure in structures}
    requests = [operations[s.name] for s in structures if s.role == "request"]

    model = {"publish"}
    model |= {"wire"} if members else set()
    model |= {{"data": "Model", "request": "Request", "response": "Output"}[r] for r in roles}
    operation = {"Operation"} if requests else set()
    operation |= {"Pagination"} if any(request.pagination for request in requests) else set()
    inline = {"ListOf"} if any("ListOf(" in member.declared for member in members) else set()
    inline |= {"ByteStream"} if any(shape.stream for shape in shapes) else set()
    uses_constants = any(member.declared.startswith("shapes.") for member in members)
    timestamps = any(shape.kind == "timestamp" for shape in shapes)

    found = {
        "datetime": {"datetime"} if timestamps else set(),
        "typing": {"ClassVar"} if requests else set(),
        "attrs": {"define", "field"} if members else {"define"},
        f"{PACKAGE}.runtime.model": model,
        f"{PACKAGE}.runtime.operation": operation,
        f"{PACKAGE}.runtime.shapes": inline,
        package: {"shapes"} if uses_constants else set(),
        f"{package}.enums": {shape.name for shape in shapes if shape.kind == "enum"},
        f"{package}.service": {"SERVICE"} if requests else set(),
    }
    for shape in shapes:
        if shape.stream:
            found.setdefault(shape.stream.module, set()).add(shape.stream.type)
    for structure in structures:
        for used in structure.uses:
            if homes[used] != home:
                found.setdefault(homes[used], set()).add(pascal(used))
    return tuple(Import(module, tuple(sorted(names))) for module, names in found.items() if names)
