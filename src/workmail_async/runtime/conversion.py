"""Turns models into AWS-shaped dicts and back, by one tuned cattrs converter.

JSON-native values pass through untouched, so that decoding a page costs little more than making
its objects. The same converter is public as `workmail_async.converter`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

from cattrs import Converter
from cattrs.gen import make_dict_unstructure_fn, override

from .enums import OpenEnum
from .model import Model, members

Hook = Callable[[Any, Any], Any]

_NATIVE = (str, int, float, bool)
_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)


def to_datetime(value: Any) -> datetime:
    """Read a timestamp as the services write it.

    Args:
        value: Seconds since the epoch, or a text in ISO 8601 or the format of HTTP dates.

    Returns:
        An aware datetime in UTC.
    """
    if isinstance(value, (int, float)):
        try:
            return datetime.fromtimestamp(value, timezone.utc)
        except (OSError, OverflowError):  # outside of what the platform's own clock can hold
            return _EPOCH + timedelta(seconds=value)
    if isinstance(value, datetime):
        return value
    from botocore.utils import parse_timestamp

    return parse_timestamp(value).astimezone(timezone.utc)


def _structure_datetime(value: Any, _: Any) -> datetime | None:
    return None if value is None else to_datetime(value)


def to_epoch(value: datetime) -> float:
    """Write a timestamp as the services do: in seconds since the epoch."""
    return value.timestamp()


def _pass(value: Any, _: Any) -> Any:
    return value


def _optional_member(type_: Any) -> tuple[Any, ...] | None:
    """Return the members of a union but None, when None is one of them."""
    if get_origin(type_) not in (Union, UnionType):
        return None
    arguments = get_args(type_)
    if NoneType not in arguments:
        return None
    return tuple(argument for argument in arguments if argument is not NoneType)


def _open_enum(type_: Any) -> type[OpenEnum] | None:
    """Return the enum of `SomeEnum`, with or without None, `str` and literals; else None."""
    candidates = get_args(type_) if get_origin(type_) in (Union, UnionType) else (type_,)
    rest = [c for c in candidates if c not in (NoneType, str) and get_origin(c) is not Literal]
    if len(rest) == 1 and isinstance(rest[0], type) and issubclass(rest[0], OpenEnum):
        return rest[0]
    return None


def _enum_hook(type_: Any, _: Converter) -> Hook:
    enum = _open_enum(type_)
    assert enum is not None
    known = enum._value2member_map_

    def structure_enum(value: Any, _: Any) -> Any:
        return None if value is None else known.get(value) or enum(value)

    return structure_enum


def _enum_list(type_: Any) -> Any:
    """Return the last list of `list[SomeEnum] | … | list[SomeEnum | str]`; None for other types."""
    if get_origin(type_) not in (Union, UnionType):
        return None
    lists = [each for each in get_args(type_) if get_origin(each) is list]
    return lists[-1] if len(lists) > 1 and _open_enum(get_args(lists[0])[0]) else None


def _enum_list_hook(type_: Any, converter: Converter) -> Hook:
    wider = _enum_list(type_)
    structure_list: Hook = converter.get_structure_hook(wider)
    return lambda value, _: None if value is None else structure_list(value, wider)


def _is_native(type_: Any) -> bool:
    optional = _optional_member(type_)
    return type_ in _NATIVE or (optional is not None and all(t in _NATIVE for t in optional))


def _is_model(type_: Any) -> bool:
    return isinstance(type_, type) and issubclass(type_, Model)


def _structure_model(cls: type[Model], converter: Converter) -> Hook:
    """Write a function that makes a model of a dict in one expression.

    cattrs' own does the same with a test, a call and an intermediate dict for each member, which
    is more than half of what decoding a page costs.
    """
    names: dict[str, Any] = {"cls": cls}
    arguments: list[str] = []
    types = {attribute.name: attribute.type for attribute in cls.__attrs_attrs__}
    for member in members(cls):
        type_ = types[member.name]
        value = f"o[{member.wire.name!r}]" if member.required else f"get({member.wire.name!r})"
        hook = converter.get_structure_hook(type_)
        if hook is not _pass:
            names[f"read_{member.name}"] = hook
            names[f"type_{member.name}"] = type_
            value = f"read_{member.name}({value}, type_{member.name})"
        arguments.append(f"{member.name}={value}")
    lines = ["def structure(o, _):", "    get = o.get", f"    return cls({', '.join(arguments)})"]
    source = "\n".join(lines)
    exec(compile(source, f"<structure {cls.__name__}>", "exec"), names)  # noqa: S102
    structure: Hook = names["structure"]
    return structure


def _unstructure_model(cls: type[Model], converter: Converter) -> Callable[[Any], Any]:
    return make_dict_unstructure_fn(cls, converter, _cattrs_omit_if_default=True, **_overrides(cls))


def _overrides(cls: type[Model]) -> dict[str, Any]:
    wire_names = {member.name: member.wire.name for member in members(cls)}
    return {
        attribute.name: override(rename=wire_names[attribute.name])
        if attribute.name in wire_names
        else override(omit=True)
        for attribute in cls.__attrs_attrs__
    }


def make_converter() -> Converter:
    """Return a new converter between models and AWS-shaped dicts.

    Returns:
        A cattrs converter that knows every model class of this library.
    """
    converter = Converter(detailed_validation=False)
    converter.register_structure_hook_func(_is_native, _pass)
    converter.register_structure_hook_factory(
        lambda type_: _open_enum(type_) is not None, _enum_hook
    )
    converter.register_structure_hook_factory(
        lambda type_: _enum_list(type_) is not None, _enum_list_hook
    )
    converter.register_unstructure_hook(OpenEnum, str)
    converter.register_structure_hook_func(
        lambda type_: type_ in (datetime, datetime | None), _structure_datetime
    )
    converter.register_unstructure_hook(datetime, to_epoch)
    converter.register_structure_hook_factory(_is_model, _structure_model)
    converter.register_unstructure_hook_factory(_is_model, _unstructure_model)
    return converter


converter: Converter = make_converter()
