"""Personal access tokens, which seeds make and operations list and delete."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.emulator.conftest import ClientMaker, Stage
from tests.emulator.refusals import refused
from workmail_async.emulator import Emulator, PersonalAccessTokenSeed, UserSeed

NO_TOKEN = "no-such-token"
SECOND = timedelta(seconds=1)


def tokens(stage: Stage, **request: Any) -> list[str]:
    found = stage.workmail.list_personal_access_tokens(OrganizationId=stage.id, **request)
    return [token["Name"] for token in found["PersonalAccessTokenSummaries"]]


def add(stage: Stage, user: str, token: PersonalAccessTokenSeed | str) -> str:
    return stage.emulator.add_personal_access_token(stage.organization, user, token)


def get(stage: Stage, token: str) -> dict[str, Any]:
    answer: dict[str, Any] = stage.workmail.get_personal_access_token_metadata(
        OrganizationId=stage.id, PersonalAccessTokenId=token
    )
    del answer["ResponseMetadata"]
    return answer


def test_a_token_is_told_as_it_was_made(stage: Stage) -> None:
    seed = PersonalAccessTokenSeed("phone", scopes=["read", "write"], lifetime=90, age=10, unused=3)
    token = add(stage, "ana", seed)
    told = get(stage, token)
    now = stage.emulator.clock.now()
    assert abs(told["DateCreated"] - (now - timedelta(days=10))) < SECOND
    assert abs(told["DateLastUsed"] - (now - timedelta(days=3))) < SECOND
    assert told["ExpiresTime"] == told["DateCreated"] + timedelta(days=90)
    assert told == {
        "PersonalAccessTokenId": token,
        "UserId": stage.user("ana"),
        "Name": "phone",
        "Scopes": ["read", "write"],
        "DateCreated": told["DateCreated"],
        "DateLastUsed": told["DateLastUsed"],
        "ExpiresTime": told["ExpiresTime"],
    }
    (summary,) = stage.workmail.list_personal_access_tokens(OrganizationId=stage.id)[
        "PersonalAccessTokenSummaries"
    ]
    assert summary == told


def test_a_token_of_a_name_alone_lives_a_year_unused(stage: Stage) -> None:
    told = get(stage, add(stage, "ana@acme.example", "laptop"))
    assert told["ExpiresTime"] - told["DateCreated"] == timedelta(days=365)
    assert "DateLastUsed" not in told
    assert len(told["Scopes"]) == 1


def test_they_are_listed_by_user(stage: Stage) -> None:
    for user, name in (("ana", "a1"), ("clara", "c1"), ("ana", "a2")):
        add(stage, user, name)
    assert tokens(stage) == ["a1", "c1", "a2"]
    assert tokens(stage, UserId="ana@acme.example") == ["a1", "a2"]
    assert tokens(stage, UserId="bruno") == []


def test_they_are_listed_in_pages(stage: Stage) -> None:
    for number in range(3):
        add(stage, "ana", f"t{number}")
    request = {"OrganizationId": stage.id, "UserId": "ana", "MaxResults": 2}
    first = stage.workmail.list_personal_access_tokens(**request)
    rest = stage.workmail.list_personal_access_tokens(NextToken=first["NextToken"], **request)
    assert [
        token["Name"] for page in (first, rest) for token in page["PersonalAccessTokenSummaries"]
    ] == ["t0", "t1", "t2"]
    assert rest.get("NextToken") is None
    with refused("InvalidParameterException", saying="NextToken"):
        tokens(stage, NextToken=first["NextToken"])


def test_deleting_is_no_error_twice(stage: Stage) -> None:
    token = add(stage, "ana", "phone")
    for _ in range(2):
        stage.workmail.delete_personal_access_token(
            OrganizationId=stage.id, PersonalAccessTokenId=token
        )
    assert tokens(stage) == []
    with refused("ResourceNotFoundException"):
        get(stage, token)
    with refused("ResourceNotFoundException"):
        get(stage, NO_TOKEN)


def test_they_go_with_their_user(stage: Stage) -> None:
    token = add(stage, "bruno", "phone")
    stage.workmail.delete_user(OrganizationId=stage.id, UserId="bruno")
    assert tokens(stage) == []
    with refused("ResourceNotFoundException"):
        get(stage, token)
    with refused("EntityStateException"):
        tokens(stage, UserId=stage.user("bruno"))


def test_an_unknown_user_is_not_found(stage: Stage) -> None:
    with refused("EntityNotFoundException"):
        tokens(stage, UserId="staff")


@pytest.mark.parametrize("from_file", [False, True])
def test_seeds_make_them(tmp_path: Path, client_of: ClientMaker, from_file: bool) -> None:
    with Emulator() as emulator:
        if from_file:
            path = tmp_path / "seed.yaml"
            path.write_text(
                "organizations:\n"
                "  - alias: acme\n"
                "    users:\n"
                "      - name: ana\n"
                "        personal_access_tokens:\n"
                "          - {name: phone, lifetime: 30, scopes: [read]}\n"
            )
            (organization,) = emulator.seed(path)
        else:
            token = PersonalAccessTokenSeed("phone", lifetime=30, scopes=["read"])
            organization = emulator.create_organization(
                "acme", users=[UserSeed("ana", personal_access_tokens=[token])]
            )
        (told,) = client_of(emulator, "workmail").list_personal_access_tokens(
            OrganizationId=organization.id
        )["PersonalAccessTokenSummaries"]
    assert (told["Name"], told["Scopes"]) == ("phone", ["read"])
    assert told["UserId"] == organization.users["ana"]
    assert told["ExpiresTime"] - told["DateCreated"] == timedelta(days=30)
