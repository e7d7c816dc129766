"""Who is exported, and why the others are not."""

from __future__ import annotations

from typing import Any, cast

import pytest

from tests.exports.conftest import sited
from workmail_async import Organization, models
from workmail_async.emulator import Emulator
from workmail_async.enums import EntityState, UserRole
from workmail_async.exports import (
    ExportError,
    MailboxRow,
    Selection,
    Status,
    choose_mailboxes,
    matches,
)

pytestmark = pytest.mark.anyio


class _Everybody:
    """An organization with one user of each role and state."""

    def list_users(self, *, max_results: int) -> Any:
        async def users() -> Any:
            for role in UserRole:
                for state in EntityState:
                    name = f"{role.value}-{state.value}".lower()
                    yield models.User(id=name, name=name, user_role=role, state=state)
            yield models.User(name="without an id")

        return users()

    def list_resources(self, *, max_results: int) -> Any:
        async def resources() -> Any:
            yield models.Resource(id="room", email="room@acme.example", state=EntityState.ENABLED)

        return resources()

    def list_groups(self, *, max_results: int) -> Any:
        async def groups() -> Any:
            yield models.Group(id="team", name="Team", state=EntityState.ENABLED)

        return groups()


async def _reasons(selection: Selection | None = None) -> dict[str, str | None]:
    choices = await choose_mailboxes(cast("Organization", _Everybody()), selection)
    return {choice.entity.entity_id: choice.skipped for choice in choices}


async def test_everybody_is_found_beyond_the_first_page(emulator: Emulator) -> None:
    where = await sited(emulator, 101, messages=0, resources=["room"], groups=["sales"])
    async with where.organization() as organization:
        choices = await choose_mailboxes(organization)
    assert [c.entity.name for c in choices if c.entity.name.startswith("user")] == [
        f"user{number:03}" for number in range(101)
    ]
    assert {c.entity.kind for c in choices} == {"user", "resource", "group"}
    assert where.calls("ListUsers") == 2


async def test_each_role_and_state_is_taken_or_left_with_a_reason() -> None:
    disabled = "disabled, and disabled mailboxes were not asked for"
    remote, system = "a remote user's mailbox is not in WorkMail", "a system user is WorkMail's own"
    assert await _reasons() == {
        "user-enabled": None,
        "user-disabled": disabled,
        "user-deleted": "deleted",
        "resource-enabled": None,
        "resource-disabled": disabled,
        "resource-deleted": "deleted",
        **{f"system_user-{state.value.lower()}": system for state in EntityState},
        **{f"remote_user-{state.value.lower()}": remote for state in EntityState},
        "room": None,
        "team": "a group has no mailbox",
    }


async def test_patterns_match_ids_names_and_addresses_in_any_case() -> None:
    selection = Selection(
        include=["ROOM@ACME.*", "user-*", "team"], exclude=["*-enabled"], disabled=True
    )
    found = await _reasons(selection)
    assert found["room"] is None
    assert found["user-disabled"] is None
    assert found["user-deleted"] == "deleted"
    assert found["user-enabled"] == "excluded"
    assert found["resource-enabled"] == "not included"
    assert found["team"] == "a group has no mailbox"


ROW = MailboxRow(
    entity_id="S-1-5",
    kind="user",
    name="Ana",
    email="ana@acme.example",
    state="ENABLED",
    status=Status.SAFE,
    reason=None,
    attempts=1,
    not_before=None,
)


@pytest.mark.parametrize("pattern", ["ana", "ANA@*", "s-1-?", "*"])
def test_a_pattern_names_a_mailbox_by_id_name_or_address(pattern: str) -> None:
    assert matches(ROW, pattern)
    assert Selection(include=[pattern]).matches(ROW)
    assert not Selection(exclude=[pattern]).matches(ROW)


@pytest.mark.parametrize("pattern", ["", "an", "ana@", "s-1"])
def test_a_pattern_names_nothing_by_a_part_of_its_name(pattern: str) -> None:
    assert not matches(ROW, pattern)
    assert not Selection(include=[pattern]).matches(ROW)


@pytest.mark.parametrize(
    "selection",
    [
        Selection(),
        Selection(include=["a*", 'with "quotes"'], exclude=["b, c"], disabled=True),
    ],
)
def test_a_selection_survives_its_settings(selection: Selection) -> None:
    assert Selection.from_settings(selection.to_settings()) == selection


def test_a_selection_reads_settings_that_lack_its_own() -> None:
    settings = {"bucket": "acme-mail", "include": None, "exclude": "", "disabled": "true"}
    assert Selection.from_settings(settings) == Selection(disabled=True)


@pytest.mark.parametrize("name", ["include", "exclude", "disabled"])
@pytest.mark.parametrize("text", ["{", "7", '"a"', "[1]", "null"])
def test_a_selection_refuses_settings_that_hold_something_else(name: str, text: str) -> None:
    with pytest.raises(ExportError, match=r"cannot be read|has to be a string"):
        Selection.from_settings({name: text})


@pytest.mark.parametrize("name", ["include", "exclude"])
def test_a_selection_refuses_a_single_string_for_patterns(name: str) -> None:
    with pytest.raises(ExportError, match=r"write \['user\*'\]"):
        Selection(**cast("Any", {name: "user*"}))
