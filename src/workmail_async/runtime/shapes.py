"""The service model's constraints on members, as small objects that check a value.

A shape answers one question: what is wrong with this value? It never converts anything. Generated
code has one constant for each constrained shape of the service model.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cached_property
from typing import Any

from .enums import OpenEnum

#: The path of a faulty member, its value as it may be shown (None if it is missing), and the broken
#: constraint: `("tags[0].key", "''", "must have 1 to 128 characters, has 0")`.
Finding = tuple[str, str | None, str]

#: Shown in place of a sensitive value.
REDACTED = "***"


#: A str can hold them, but UTF-8 cannot.
_SURROGATE = re.compile("[\ud800-\udfff]")


def _bounds(low: float | None, high: float | None, unit: str = "") -> str:
    unit = f" {unit}" if unit else ""
    if low is None or (not low and unit):
        return f"at most {high}{unit}"
    if high is None:
        return f"at least {low}{unit}"
    if low == high:
        return f"exactly {low}{unit}"
    return f"{low} to {high}{unit}"


def _type_name(value: object) -> str:
    return type(value).__name__


class Shape:
    """Base of all shapes.

    Attributes:
        name: The shape's name in the service model.
        sensitive: Whether values must never be shown.
    """

    def __init__(self, name: str, *, sensitive: bool = False) -> None:
        self.name = name
        self.sensitive = sensitive

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.name!r})"

    def findings(self, value: Any, where: str, strict: bool) -> Iterator[Finding]:
        """Yield what is wrong with `value`.

        Args:
            value: The value given by the caller; never None.
            where: The path of the member, as the caller writes it.
            strict: Whether to check patterns too.

        Yields:
            The member's path, its value as it may be shown, and the broken constraint.
        """
        raise NotImplementedError

    def shown(self, value: Any) -> str:
        """Return what reprs and errors may show of a value, even one of a wrong type."""
        return REDACTED if self.sensitive else repr(value)

    def fault(self, value: Any, where: str, constraint: str) -> Finding:
        """Return one finding about a value."""
        return where, self.shown(value), constraint


class Text(Shape):
    """A string with an optional length in characters and an optional pattern."""

    def __init__(
        self,
        name: str,
        *,
        length: tuple[int | None, int | None] | None = None,
        pattern: str | None = None,
        sensitive: bool = False,
    ) -> None:
        super().__init__(name, sensitive=sensitive)
        self.length = length
        self.pattern = pattern
        low, high = length or (None, None)
        self._low = low or 0
        self._high = float("inf") if high is None else high

    @cached_property
    def _regex(self) -> re.Pattern[str] | None:
        return re.compile(self.pattern) if self.pattern else None

    def findings(self, value: Any, where: str, strict: bool) -> Iterator[Finding]:
        """Check type, length and, when strict, the pattern."""
        if not isinstance(value, str):
            yield self.fault(value, where, f"must be a str, not {_type_name(value)}")
            return
        if self.length and not self._low <= len(value) <= self._high:
            wanted = _bounds(*self.length, "characters")
            yield self.fault(value, where, f"must have {wanted}, has {len(value)}")
        if not value.isascii() and _SURROGATE.search(value):
            yield self.fault(value, where, "must not hold half of a surrogate pair")
        if strict and self._regex and not self._regex.fullmatch(value):
            yield self.fault(value, where, f"must match the pattern {self.pattern}")


class Enumeration(Shape):
    """A string from a set of known values."""

    def __init__(self, name: str, enum: type[OpenEnum]) -> None:
        super().__init__(name)
        self.enum = enum

    def findings(self, value: Any, where: str, strict: bool) -> Iterator[Finding]:
        """Check type and value."""
        if not isinstance(value, str):
            yield self.fault(value, where, f"must be a str, not {_type_name(value)}")
        elif value not in self.enum.__members__:
            yield self.fault(value, where, f"must be one of {', '.join(self.enum.__members__)}")


class _Number(Shape):
    _types: tuple[type, ...] = ()

    def __init__(
        self, name: str, *, range: tuple[float | None, float | None] | None = None
    ) -> None:
        super().__init__(name)
        self.range = range

    def findings(self, value: Any, where: str, strict: bool) -> Iterator[Finding]:
        """Check type and range."""
        if isinstance(value, bool) or not isinstance(value, self._types):
            wanted = self._types[0].__name__
            yield self.fault(value, where, f"must be {wanted}, not {_type_name(value)}")
        elif self.range:
            low, high = self.range
            number: float = value  # type: ignore[assignment]
            if (low is not None and number < low) or (high is not None and number > high):
                yield self.fault(value, where, f"must be {_bounds(low, high)}")


class Integer(_Number):
    """A whole number, optionally within a range."""

    _types = (int,)


class Float(_Number):
    """A number, optionally within a range."""

    _types = (float, int)


class Boolean(Shape):
    """True or False."""

    def findings(self, value: Any, where: str, strict: bool) -> Iterator[Finding]:
        """Check the type."""
        if not isinstance(value, bool):
            yield self.fault(value, where, f"must be a bool, not {_type_name(value)}")


class Timestamp(Shape):
    """A moment, as an aware datetime."""

    def findings(self, value: Any, where: str, strict: bool) -> Iterator[Finding]:
        """Check the type and that it has a time zone."""
        if not isinstance(value, datetime):
            yield self.fault(value, where, f"must be a datetime, not {_type_name(value)}")
        elif value.tzinfo is None:
            yield self.fault(value, where, "must have a time zone")


class ByteStream(Shape):
    """A body that is read in chunks; only answers have one.

    Args:
        wrap: The class that users see, called with the transport's stream.
    """

    def __init__(self, wrap: Callable[[Any], object]) -> None:
        super().__init__("ByteStream")
        self.wrap = wrap

    def findings(self, value: Any, where: str, strict: bool) -> Iterator[Finding]:
        """Find nothing: no request has one."""
        yield from ()


class Structure(Shape):
    """A nested structure: an instance of one of our model classes."""

    def __init__(self, cls: type[Any]) -> None:
        super().__init__(cls.__name__)
        self.cls = cls

    def shown(self, value: Any) -> str:
        """Return a structure's own repr, but hide any other value: it may hold a password."""
        return repr(value) if value is None or isinstance(value, self.cls) else REDACTED

    def findings(self, value: Any, where: str, strict: bool) -> Iterator[Finding]:
        """Check the class, then the members."""
        if not isinstance(value, self.cls):
            wanted = f"must be a models.{self.name}, not {_type_name(value)}"
            yield self.fault(value, where, wanted)
        else:
            yield from value.__findings__(f"{where}.", strict)


class ListOf(Shape):
    """A list of one shape, optionally with a number of items.

    Args:
        element: The shape of the items, or a model class.
        size: The smallest and greatest number of items; None for no bound.
    """

    def __init__(
        self, element: Shape | type, *, size: tuple[int | None, int | None] | None = None
    ) -> None:
        self.element: Shape = as_shape(element)
        self.size = size
        super().__init__(f"list of {self.element.name}", sensitive=self.element.sensitive)

    def shown(self, value: Any) -> str:
        """Return the items, each as it may be shown."""
        if self.sensitive or not isinstance(value, (list, tuple)):
            return self.element.shown(value)
        return f"[{', '.join(map(self.element.shown, value))}]"

    def findings(self, value: Any, where: str, strict: bool) -> Iterator[Finding]:
        """Check type and size, then each item."""
        if not isinstance(value, (list, tuple)):
            yield self.fault(value, where, f"must be a list, not {_type_name(value)}")
            return
        if self.size:
            low, high = self.size
            if len(value) < (low or 0) or (high is not None and len(value) > high):
                wanted = _bounds(low, high, "items")
                yield self.fault(value, where, f"must have {wanted}, has {len(value)}")
        for index, item in enumerate(value):
            here = f"{where}[{index}]"
            if item is None:
                yield here, None, "must not be None"
            else:
                yield from self.element.findings(item, here, strict)


def as_shape(shape: Shape | type) -> Shape:
    """Return `shape` itself, or the structure shape of a model class."""
    return shape if isinstance(shape, Shape) else Structure(shape)
