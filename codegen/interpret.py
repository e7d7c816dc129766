"""Builds the intermediate representation from the service models and the overlay."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from codegen import methods
from codegen.failures import errors_of
from codegen.ir import (
    Api,
    Argument,
    Enumeration,
    EnumValue,
    Error,
    Group,
    Import,
    Operation,
    Service,
    View,
    Waiter,
)
from codegen.load import Model
from codegen.modules import modules_of
from codegen.names import PACKAGE, snake
from codegen.operations import Operations
from codegen.overlay import Overlay
from codegen.prose import Doc, Entry, Section
from codegen.runtime import Constructor, Runtime
from codegen.shapes import ModelError, Shape, Shapes
from codegen.structures import Structures, usage_of
from codegen.vocabulary import vocabulary_of
from codegen.waiters import waiters_of
from codegen.words import Words

#: What methods without a Returns section return.
_EMPTY = "A method without a Returns section returns a response with only `response_metadata`."

#: Names that modules of models import for their own use.
_TAKEN = {
    "ByteStream",
    "ClassVar",
    "ListOf",
    "Literal",
    "Model",
    "Operation",
    "Output",
    "Pagination",
    "Request",
}


def interpret(models: Sequence[Model], overlay: Overlay, runtime: Runtime | None = None) -> Api:
    """Return everything to generate.

    Args:
        models: The service models, in the order of the overlay's services.
        overlay: Our words and fixes.
        runtime: What the generated code shares with the hand-written runtime.

    Raises:
        ModelError: A model has something that the generator cannot express.
        OverlayError: The overlay lacks something, or has something that the models do not.
    """
    runtime = runtime or Runtime()
    words = Words(overlay, vocabulary_of(models))
    errors: dict[str, Error] = {}
    services: list[Service] = []
    for model in models:
        services.append(_service(model, overlay, words, errors, runtime.constructor))
        errors |= {error.code: error for error in services[-1].errors}
    _refuse_clashes(services)
    overlay.finish()
    return Api(tuple(services), runtime.errors)


def _refuse_clashes(services: list[Service]) -> None:
    seen = _TAKEN | {enum.name for service in services for enum in service.enums}
    for service in services:
        for name in (name for module in service.modules for name in module.names):
            if name in seen:
                raise ModelError(f"no model class can have the name {name}: it is taken")
            seen.add(name)


def _service(
    model: Model,
    overlay: Overlay,
    words: Words,
    known: dict[str, Error],
    constructor: Constructor,
) -> Service:
    """Return one service; `known` holds the errors of the services before it."""

    def need(key: str) -> Any:
        return overlay.need("services", model.service, key)

    package = f"{PACKAGE}.{overlay.get('services', model.service, 'package') or model.service}"
    for key in ("reason", "version"):
        need(key)
    areas = {name: _area(name, overlay) for name in model.description["operations"]}
    shapes = Shapes(model, overlay)
    usage = usage_of(model, shapes, areas)
    errors = errors_of(model, overlay, words, known)
    by_code = known | {error.code: error for error in errors}
    structures = Structures(model, shapes, words, usage, need("page")).all()
    frequent = _frequent(model.service, overlay, by_code)
    operations = Operations(model, overlay, words, areas, need("page"), frequent).all(
        structures, by_code
    )
    waiters = waiters_of(overlay, operations, words)
    view = _view(model.service, package, overlay, words, operations, waiters)
    groups = _groups(overlay, words, operations, waiters, bound=None)
    held = [s for s in shapes.held_by(usage) if s.innermost.kind not in {"structure", "stream"}]
    return Service(
        name=model.service,
        package=package,
        title=model.description["metadata"]["serviceFullName"],
        version=model.version,
        regions=tuple(need("regions")),
        client=need("client"),
        doc=_client_doc(model.service, overlay, [by_code[code] for code in frequent], constructor),
        constructor=constructor.arguments,
        typing_imports=constructor.imports,
        groups=groups,
        imports=methods.client_imports(package, groups, operations, view),
        shapes=tuple(held),
        enums=tuple(_enum(shape, words) for shape in held if shape.kind == "enum"),
        errors=errors,
        modules=modules_of(package, shapes, words, usage, structures, operations),
        waiters=waiters,
        view=view,
    )


def _frequent(service: str, overlay: Overlay, known: Mapping[str, Error]) -> list[str]:
    steps = ("services", service, "frequent_errors")
    frequent: list[str] = overlay.get(*steps, default=[])
    for code in frequent:
        if code not in known:
            overlay.wrong(*steps, because=f"{code} is not an error of the service")
    return [code for code in frequent if code in known]


def _client_doc(
    service: str, overlay: Overlay, frequent: Sequence[Error], constructor: Constructor
) -> Doc:
    named = "Methods only name these frequent errors:" if frequent else ""
    return Doc(
        overlay.need("services", service, "summary"),
        (overlay.need("services", service, "text"), _EMPTY),
        (Section("Args", constructor.entries),),
        (named,),
        example=overlay.need("services", service, "example"),
        items=tuple(f"`errors.{error.code}`: {error.summary}" for error in frequent),
    )


def _area(operation: str, overlay: Overlay) -> str:
    area: str = overlay.need("operations", operation, "area")
    if area and area not in overlay.keys("areas"):
        because = f"there is no [{area}] in areas.toml"
        overlay.wrong("operations", operation, "area", because=because)
    return area


def _enum(shape: Shape, words: Words) -> Enumeration:
    for value in shape.values:
        if not value.isidentifier():
            raise ModelError(f"{shape.wire} has the value {value!r}, which is no Python name")
    return Enumeration(
        shape.name,
        tuple(
            EnumValue(value, Doc(words.text("enums", shape.wire, "values", value)))
            for value in shape.values
        ),
        Doc(words.summary("enums", shape.wire)),
    )


def _groups(
    overlay: Overlay,
    words: Words,
    operations: Mapping[str, Operation],
    waiters: Iterable[Waiter],
    bound: str | None,
) -> tuple[Group, ...]:
    """Return the methods by area, and the waiters after them.

    Args:
        overlay: For the order of the areas.
        words: For their titles.
        operations: The operations.
        waiters: The waiters.
        bound: The argument that a view binds: only methods that need it are taken.
    """
    by_title: dict[str, list[Operation]] = {}
    for area in overlay.keys("areas"):
        found = [o for o in operations.values() if o.area == area and o.requires(bound)]
        if found:
            by_title[words.text("areas", area, "title")] = found
    groups = [
        Group(title, tuple(methods.of_operation(operation, bound) for operation in found))
        for title, found in by_title.items()
    ]
    waits = [methods.of_waiter(w, bound) for w in waiters if w.operation.requires(bound)]
    if waits:
        groups.append(Group("Waiters", tuple(waits)))
    return tuple(groups)


def _view(
    service: str,
    package: str,
    overlay: Overlay,
    words: Words,
    operations: Mapping[str, Operation],
    waiters: Iterable[Waiter],
) -> View | None:
    if not overlay.keys("services", service, "view"):
        return None

    def need(key: str) -> Any:
        return overlay.need("services", service, "view", key)

    bound = snake(need("binds"))
    groups = _groups(overlay, words, operations, waiters, bound)
    meaning = Entry(bound, words.member("view", need("binds")))
    attributes = Section("Attributes", (Entry("client", need("client")), meaning))
    made = (Section("Args", (meaning,)), Section("Returns", (Entry(None, need("returns")),)))
    client = overlay.need("services", service, "client")
    text = f"{need('text')} `{client}` explains the errors that methods only name."
    return View(
        name=need("name"),
        module=need("module"),
        bound=Argument(bound, "str"),
        doc=Doc(need("summary"), (text,), (attributes,), example=need("example")),
        maker=Doc(need("maker"), (), made),
        groups=groups,
        imports=methods.view_imports(package, groups),
        typing_imports=(Import(f"{package}.client", (client,)),),
    )
