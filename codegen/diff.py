"""Describes what changed between two snapshots of the service models."""

from __future__ import annotations

from collections.abc import Iterator

from codegen.snapshot import Facts


def changes(old: dict[str, Facts], new: dict[str, Facts]) -> list[str]:
    """Return a sentence for each change, each starting with the service that it is about."""
    found: list[str] = []
    for service in sorted({*old, *new}):
        if service not in new:
            found.append(f"{service}: the service is gone.")
        elif service not in old:
            found.append(f"{service}: the service is new.")
        else:
            found += [f"{service}: {text}" for text in _service(old[service], new[service])]
    return found


def _service(old: Facts, new: Facts) -> Iterator[str]:
    if old["version"] != new["version"]:
        yield f"the API version is {new['version']}, it was {old['version']}."
    yield from _operations(old["operations"], new["operations"])
    yield from _structures(old, new)
    yield from _enums(old["enums"], new["enums"])
    yield from _came_and_went("error", old["errors"], new["errors"])
    yield from _shapes(old["shapes"], new["shapes"])


def _came_and_went(what: str, old: Facts, new: Facts) -> Iterator[str]:
    for name in sorted(new.keys() - old.keys()):
        yield f"new {what} {name}."
    for name in sorted(old.keys() - new.keys()):
        yield f"{what} {name} is gone."


def _operations(old: Facts, new: Facts) -> Iterator[str]:
    yield from _came_and_went("operation", old, new)
    for name in sorted(old.keys() & new.keys()):
        before, after = old[name], new[name]
        for error in sorted({*after["errors"]} - {*before["errors"]}):
            yield f"{name} can now answer with {error}."
        for error in sorted({*before["errors"]} - {*after["errors"]}):
            yield f"{name} no longer documents {error}."
        for fact in ("http", "input", "output", "pages"):
            if before[fact] != after[fact]:
                yield f"{name}: {fact} is {_said(after[fact])}, it was {_said(before[fact])}."


def _structures(old: Facts, new: Facts) -> Iterator[str]:
    before, after = old["structures"], new["structures"]
    # the input and output of an operation come and go with it
    ends = {
        operation[end]
        for side in (old, new)
        for operation in side["operations"].values()
        for end in ("input", "output")
    }
    yield from _came_and_went("type", _without(before, ends), _without(after, ends))
    for name in sorted(before.keys() & after.keys()):
        yield from _members(name, before[name], after[name])


def _without(structures: Facts, names: set[str]) -> Facts:
    return {name: members for name, members in structures.items() if name not in names}


def _members(structure: str, old: Facts, new: Facts) -> Iterator[str]:
    for name in sorted(new.keys() - old.keys()):
        shape, need = new[name]
        yield f"{structure}: new {need} member {name} ({shape})."
    for name in sorted(old.keys() - new.keys()):
        yield f"{structure}: member {name} is gone."
    for name in sorted(old.keys() & new.keys()):
        (old_shape, old_need), (shape, need) = old[name], new[name]
        if shape != old_shape:
            yield f"{structure}: member {name} is of type {shape}, it was {old_shape}."
        if need != old_need:
            yield f"{structure}: member {name} is {need} now."


def _enums(old: Facts, new: Facts) -> Iterator[str]:
    yield from _came_and_went("enumeration", old, new)
    for name in sorted(old.keys() & new.keys()):
        before, after = old[name], new[name]
        for value in (value for value in after if value not in before):
            yield f"{name}: new value {value}."
        for value in (value for value in before if value not in after):
            yield f"{name}: value {value} is gone."


def _shapes(old: Facts, new: Facts) -> Iterator[str]:
    # shapes that come and go show where members do
    for name in sorted(old.keys() & new.keys()):
        before, after = old[name], new[name]
        for fact in sorted({*before, *after}):
            if before.get(fact) != after.get(fact):
                now, then = _said(after.get(fact)), _said(before.get(fact))
                yield f"{name}: {fact} is {now}, it was {then}."


def _said(fact: object) -> str:
    return "none" if fact is None else str(fact)
