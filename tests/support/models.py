"""Bridges between our model classes and the wire form that botocore's shapes describe.

Written without the library's converter, which is among the things under test.
"""

from datetime import datetime, timezone
from typing import Any

from botocore.model import ListShape, Shape, StringShape, StructureShape

from tests.support.services import Operation
from tests.support.strategies import Wire
from workmail_async import enums, models
from workmail_async.runtime.model import Model, members

_PLAIN: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "long": int,
    "double": (float, int),
    "boolean": bool,
    "timestamp": datetime,
}


def class_of(shape: Shape) -> type[Model]:
    """Our class for a structure."""
    found = getattr(models, shape.name)
    assert isinstance(found, type)
    assert issubclass(found, Model)
    return found


def attribute_names(cls: type[Model]) -> dict[str, str]:
    """The attribute of each member, by the member's name on the wire."""
    return {member.wire.name: member.name for member in members(cls)}


def keywords(shape: StructureShape, wire: Wire, *, as_enums: bool = True) -> dict[str, Any]:
    """The arguments that make our class for a structure from its wire form.

    Args:
        shape: The structure.
        wire: Its content, by wire names.
        as_enums: Whether enum values become enum members, or stay strings.
    """
    names = attribute_names(class_of(shape))
    return {
        names[name]: built(shape.members[name], content, as_enums=as_enums)
        for name, content in wire.items()
    }


def built(shape: Shape, content: Any, *, as_enums: bool = True) -> Any:
    """A value as a user of our library would give it."""
    if isinstance(shape, StructureShape):
        return class_of(shape)(**keywords(shape, content, as_enums=as_enums))
    if isinstance(shape, ListShape):
        return [built(shape.member, item, as_enums=as_enums) for item in content]
    if isinstance(shape, StringShape) and shape.enum and as_enums:
        return getattr(enums, shape.name)(content)
    if shape.type_name == "timestamp":
        return datetime.fromtimestamp(content, timezone.utc)
    return content


def request_of(operation: Operation, wire: Wire, *, as_enums: bool = True) -> Any:
    """The request object of an operation."""
    shape = operation.input
    return class_of(shape)(**keywords(shape, wire, as_enums=as_enums))


def aws_shaped(content: Any) -> Any:
    """What botocore would give for a value of ours: dicts by wire names without what is None."""
    if isinstance(content, Model):
        names = attribute_names(type(content))
        given = {wire: getattr(content, name) for wire, name in names.items()}
        return {wire: aws_shaped(value) for wire, value in given.items() if value is not None}
    if isinstance(content, list):
        return [aws_shaped(item) for item in content]
    return content


def assert_typed(shape: Shape, content: Any, where: str = "") -> None:
    """Checks that a decoded value has, at every level, the types that its shape asks for."""
    where = where or shape.name
    if isinstance(shape, StructureShape):
        cls = class_of(shape)
        assert type(content) is cls, where
        names = attribute_names(cls)
        assert names.keys() == shape.members.keys(), where
        for wire, member in shape.members.items():
            value = getattr(content, names[wire])
            if value is not None:
                assert_typed(member, value, f"{where}.{wire}")
    elif isinstance(shape, ListShape):
        assert type(content) is list, where
        for item in content:
            assert_typed(shape.member, item, f"{where}[]")
    elif isinstance(shape, StringShape) and shape.enum:
        assert type(content) is getattr(enums, shape.name), where
        assert content.is_unknown == (content not in shape.enum), where
    else:
        assert isinstance(content, _PLAIN[shape.type_name]), where
        assert isinstance(content, bool) == (shape.type_name == "boolean"), where
        if isinstance(content, datetime):
            assert content.tzinfo is timezone.utc, where
