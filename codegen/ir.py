"""The intermediate representation: all that the templates write, already decided."""

from __future__ import annotations

from typing import Literal

from attrs import frozen

from codegen.names import pascal
from codegen.prose import Doc
from codegen.shapes import Shape, Stream

Role = Literal["data", "request", "response"]


@frozen
class Member:
    """A member of a structure.

    Attributes:
        wire: The name in the model.
        name: The attribute's and argument's name.
        shape: Its type.
        required: Whether callers must pass a value; never true of an idempotency token.
        annotation: Its type in the module of models.
        parameter: Its type in a client's signature.
        declared: The shape argument of `member()`.
        text: What it means and its constraints, for a model's docstring.
        brief: The same without patterns and values, for a method's docstring.
        token: Whether it is an idempotency token.
        location: Where it is sent, if not in the body.
    """

    wire: str
    name: str
    shape: Shape
    required: bool
    annotation: str
    parameter: str
    declared: str
    text: str
    brief: str
    token: bool = False
    location: str | None = None


@frozen
class Structure:
    """A model class.

    Attributes:
        wire: The name in the model, which is also the class's.
        role: Request, response, or a data type used by them.
        members: In the model's order.
        doc: Its docstring.
        uses: The names of the structures that its members hold.
    """

    wire: str
    role: Role
    members: tuple[Member, ...]
    doc: Doc
    uses: tuple[str, ...]

    @property
    def name(self) -> str:
        """The class's name."""
        return pascal(self.wire)


@frozen
class EnumValue:
    """One value of an enumeration."""

    value: str
    doc: Doc


@frozen
class Enumeration:
    """An open enumeration."""

    name: str
    values: tuple[EnumValue, ...]
    doc: Doc


@frozen
class Error:
    """An error class.

    Attributes:
        code: The code on the wire, which is also the class's name.
        summary: What went wrong.
        retryable: Whether calling again, unchanged, may succeed.
        doc: Its docstring.
    """

    code: str
    summary: str
    retryable: bool
    doc: Doc


@frozen
class Pagination:
    """How a list operation pages: where the items are, what they are, whether there are tokens."""

    items: Member
    token: bool


@frozen
class Operation:
    """One operation.

    Attributes:
        name: Its name on the wire.
        method: The client's method.
        area: Which group of operations it belongs to.
        summary: What it does, in one line.
        notes: Pitfalls for callers.
        request: Its input.
        response: Its output.
        errors: The errors it documents, without the frequent ones.
        frequent_errors: Those of its errors that the client's docstring explains.
        page: The address of its page in AWS's reference.
        pagination: How it pages, for lists.
        stream: The classes for a streamed response body.
    """

    name: str
    method: str
    area: str
    summary: str
    notes: str
    request: Structure
    response: Structure
    errors: tuple[Error, ...]
    frequent_errors: tuple[Error, ...]
    page: str
    pagination: Pagination | None
    stream: Stream | None

    def requires(self, argument: str | None) -> bool:
        """Return whether the operation requires an argument; each requires None."""
        required = [member.name for member in self.request.members if member.required]
        return argument is None or argument in required


@frozen
class Waiter:
    """A waiter: an operation to poll until a state is reached.

    Attributes:
        name: Its name, without `wait_until_`.
        summary: What it waits for, in one line.
        notes: Pitfalls for callers.
        operation: The operation that it polls.
        state: The attribute with the state.
        success: The states that mean success.
        failure: The final states that are not success.
        success_errors: The error codes that mean success.
        retry_errors: The error codes that mean "not yet".
        consecutive: How many checks in a row must see success.
        progress: The attribute with the percentage done.
        explanation: The attribute with the reason of a failure.
        gives: Whether the last answer is returned; after a deletion there is none.
        timeout: Seconds before it gives up.
        min_delay: Seconds before the second check.
        max_delay: The longest pause in seconds.
    """

    name: str
    summary: str
    notes: str
    operation: Operation
    state: str
    success: tuple[str, ...]
    failure: tuple[str, ...]
    success_errors: tuple[str, ...]
    retry_errors: tuple[str, ...]
    consecutive: int
    progress: str | None
    explanation: str | None
    gives: bool
    timeout: float
    min_delay: float
    max_delay: float


@frozen
class Argument:
    """A keyword argument of a method; required without a default."""

    name: str
    annotation: str
    default: str | None = None


@frozen
class Method:
    """A method of a client, or of the view that binds one of its arguments.

    Attributes:
        name: Its name.
        kind: Whether it calls, pages, streams or waits.
        arguments: Required ones first.
        passed: The names of the arguments that go into the request.
        returns: Its return type.
        doc: Its docstring.
        request: The class of the request.
        call: The class of a streaming method's result.
        waiter: The constant of the waiter.
    """

    name: str
    kind: Literal["call", "page", "stream", "wait"]
    arguments: tuple[Argument, ...]
    passed: tuple[str, ...]
    returns: str
    doc: Doc
    request: str
    call: str | None = None
    waiter: str | None = None


@frozen
class Group:
    """Methods under one heading."""

    title: str
    methods: tuple[Method, ...]


@frozen
class Import:
    """`from module import names`."""

    module: str
    names: tuple[str, ...]


@frozen
class Module:
    """A module of models.

    Attributes:
        name: Its dotted name.
        doc: Its docstring.
        imports: What it needs.
        structures: Its classes, each after those that it uses.
        operations: The operations by the name of their request class.
    """

    name: str
    doc: Doc
    imports: tuple[Import, ...]
    structures: tuple[Structure, ...]
    operations: dict[str, Operation]

    @property
    def path(self) -> str:
        """Its file, below the package."""
        return self.name.partition(".")[2].replace(".", "/") + ".py"

    @property
    def names(self) -> tuple[str, ...]:
        """What it defines."""
        return tuple(sorted(structure.name for structure in self.structures))


@frozen
class View:
    """A class that binds one argument of a client's methods.

    Attributes:
        name: The class's name.
        module: Its module, and the client's method that makes one.
        bound: The argument.
        doc: The class's docstring.
        maker: The docstring of the client's method.
        groups: Its methods.
        imports: What its module needs.
        typing_imports: What only a type checker needs.
    """

    name: str
    module: str
    bound: Argument
    doc: Doc
    maker: Doc
    groups: tuple[Group, ...]
    imports: tuple[Import, ...]
    typing_imports: tuple[Import, ...]


@frozen
class Service:
    """One service and everything generated for it.

    Attributes:
        name: botocore's name.
        package: The dotted name of its package.
        title: The name that people know.
        version: The version of the API.
        regions: Where the service runs.
        client: The client's class name.
        doc: The client's docstring.
        constructor: The client's keyword arguments.
        typing_imports: What only a type checker needs for them.
        groups: The client's methods.
        imports: What the client's module needs.
        shapes: The scalar shapes and lists of scalars, in an order that works.
        enums: Its enumerations.
        errors: Its error classes.
        modules: Its modules of models.
        waiters: Its waiters.
        view: The class that binds an argument, if it has one.
    """

    name: str
    package: str
    title: str
    version: str
    regions: tuple[str, ...]
    client: str
    doc: Doc
    constructor: tuple[Argument, ...]
    typing_imports: tuple[Import, ...]
    groups: tuple[Group, ...]
    imports: tuple[Import, ...]
    shapes: tuple[Shape, ...]
    enums: tuple[Enumeration, ...]
    errors: tuple[Error, ...]
    modules: tuple[Module, ...]
    waiters: tuple[Waiter, ...]
    view: View | None

    @property
    def folder(self) -> str:
        """Its folder below the package."""
        return self.package.rpartition(".")[2]


@frozen
class Api:
    """All services, and the names of the hand-written errors."""

    services: tuple[Service, ...]
    runtime_errors: tuple[str, ...]
