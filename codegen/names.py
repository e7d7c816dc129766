"""How names of the service model become Python names."""

from __future__ import annotations

import keyword
from typing import Final

from botocore import xform_name

#: The package that is generated.
PACKAGE: Final = "workmail_async"


def snake(wire: str) -> str:
    """Return the attribute, argument or method name for a wire name, as botocore makes it."""
    name: str = xform_name(wire)
    return f"{name}_" if keyword.iskeyword(name) else name


def pascal(wire: str) -> str:
    """Return the class or constant name of a shape; some shapes start with a small letter."""
    return wire[0].upper() + wire[1:]
