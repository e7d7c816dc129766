"""Reads seeds from YAML and JSON files, and says where a file is wrong.

A file has the same names as the classes in `definitions`: a mapping with `organizations`, each
with `alias`, `domains`, `users` and so on.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs
import cattrs
import yaml
from cattrs.cols import is_sequence, list_structure_factory
from cattrs.errors import BaseValidationError
from cattrs.gen import make_dict_structure_fn

from .definitions import GroupSeed, ResourceSeed, Seed, UserSeed


def load(path: str | Path) -> Seed:
    """Read a seed from a file.

    Args:
        path: A .json file; any other name is read as YAML.

    Raises:
        ValueError: The file is not a valid seed; the message says where and why.
    """
    path = Path(path)
    content = path.read_bytes()
    try:
        text = content.decode("utf-8")
        raw = json.loads(text) if path.suffix == ".json" else yaml.safe_load(text)
        return _converter(path.parent).structure({} if raw is None else raw, Seed)
    except BaseValidationError as error:
        faults = "; ".join(cattrs.transform_error(error, format_exception=in_words))
    except (yaml.YAMLError, ValueError, TypeError, AttributeError) as error:
        faults = str(error)
    raise ValueError(f"{path} is not a valid seed: {faults}")


def in_words(error: BaseException, kind: Any) -> str:
    """Return what is wrong with a value, as text."""
    if isinstance(error, (TypeError, ValueError)):
        return str(error.args[0])
    return cattrs.v.format_exception(error, kind)


def strict_converter() -> cattrs.Converter:
    """Return a converter that does not convert types: the string `"no"` is not a boolean."""
    converter = cattrs.Converter(forbid_extra_keys=True)
    converter.register_structure_hook(str, lambda value, _: _text(value))
    for kind, accepted, name in (
        (bool, bool, "true or false"),
        (int, int, "a whole number"),
        (float, (int, float), "a number"),
    ):
        converter.register_structure_hook(kind, _only(accepted, name))
    converter.register_structure_hook_factory(attrs.has, _only_mappings)
    return converter


def _converter(base: Path) -> cattrs.Converter:
    converter = strict_converter()
    converter.register_structure_hook(Path, lambda value, _: base / _text(value))
    converter.register_structure_hook_factory(is_sequence, _only_lists)
    for kind in (UserSeed, GroupSeed, ResourceSeed):
        from_mapping = _only_mappings(kind, converter)

        def structure(
            value: Any, target: Any, kind: Any = kind, from_mapping: Any = from_mapping
        ) -> Any:
            return kind(value) if isinstance(value, str) else from_mapping(value, target)

        converter.register_structure_hook(kind, structure)
        converter.register_structure_hook(str | kind, structure)
    return converter


def _only_mappings(kind: Any, converter: cattrs.Converter) -> Callable[[Any, Any], Any]:
    structure = make_dict_structure_fn(
        attrs.resolve_types(kind), converter, _cattrs_forbid_extra_keys=True
    )
    known = ", ".join(attrs.fields_dict(kind))

    def hook(value: Any, _: Any) -> Any:
        if not isinstance(value, dict):
            raise TypeError(f"expected a mapping of {known}, not {value!r}")
        return structure(value, kind)

    return hook


def _text(value: Any) -> str:
    if isinstance(value, bool):  # YAML reads `no` and `on` as booleans
        raise TypeError(f"expected text, not {value}; put it in quotes")
    if not isinstance(value, (str, int)):
        raise TypeError(f"expected text, not {value!r}")
    return str(value)


def _only(accepted: type | tuple[type, ...], name: str) -> Callable[[Any, Any], Any]:
    def hook(value: Any, _: Any) -> Any:
        if not isinstance(value, accepted) or (value is True or value is False) is not (
            accepted is bool
        ):
            raise TypeError(f"expected {name}, not {value!r}")
        return value

    return hook


def _only_lists(kind: Any, converter: cattrs.Converter) -> Callable[[Any, Any], Any]:
    structure = list_structure_factory(kind, converter)

    def hook(value: Any, target: Any) -> Any:
        # A string is a sequence, too.
        if not isinstance(value, list):
            raise TypeError(f"expected a list, not {value!r}")
        return structure(value, target)

    return hook
