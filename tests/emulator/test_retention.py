"""Retention policies."""

from typing import Any

from tests.emulator.conftest import Stage
from tests.emulator.refusals import refused

FOLDERS: list[dict[str, Any]] = [
    {"Name": "INBOX", "Action": "DELETE", "Period": 365},
    {"Name": "JUNK_EMAIL", "Action": "PERMANENTLY_DELETE", "Period": 30},
    {"Name": "DRAFTS", "Action": "NONE"},
]


def put(stage: Stage, name: str, **request: Any) -> None:
    stage.workmail.put_retention_policy(
        OrganizationId=stage.id, Name=name, **{"FolderConfigurations": FOLDERS} | request
    )


def get(stage: Stage) -> dict[str, Any]:
    answer: dict[str, Any] = stage.workmail.get_default_retention_policy(OrganizationId=stage.id)
    del answer["ResponseMetadata"]
    return answer


def test_a_policy_is_told_as_it_was_put(stage: Stage) -> None:
    put(stage, "yearly", Description="as the law asks", Id="p-1")
    assert get(stage) == {
        "Id": "p-1",
        "Name": "yearly",
        "Description": "as the law asks",
        "FolderConfigurations": FOLDERS,
    }
    assert "as the law asks" not in repr(stage.emulator.organization(stage.id).settings)


def test_a_new_organization_has_none(stage: Stage) -> None:
    with refused("EntityNotFoundException"):
        get(stage)


def test_putting_again_replaces_the_policy(stage: Stage) -> None:
    put(stage, "yearly", Description="gone afterwards")
    policy = get(stage)["Id"]
    put(stage, "never", FolderConfigurations=[])
    assert get(stage) == {"Id": policy, "Name": "never", "FolderConfigurations": []}
    put(stage, "by-id", Id=policy)
    assert get(stage)["Name"] == "by-id"


def test_there_is_one_policy(stage: Stage) -> None:
    put(stage, "yearly", Id="p-1")
    with refused("LimitExceededException"):
        put(stage, "another", Id="p-2")
    assert get(stage)["Name"] == "yearly"


def test_deleting_is_no_error_twice(stage: Stage) -> None:
    put(stage, "yearly", Id="p-1")
    stage.workmail.delete_retention_policy(OrganizationId=stage.id, Id="p-2")
    assert get(stage)["Id"] == "p-1"
    for _ in range(2):
        stage.workmail.delete_retention_policy(OrganizationId=stage.id, Id="p-1")
    with refused("EntityNotFoundException"):
        get(stage)


def test_periods_and_folders_are_those_of_the_model(stage: Stage) -> None:
    wrongs: list[dict[str, Any]] = [{"Period": 731}, {"Name": "OUTBOX"}, {"Action": "ARCHIVE"}]
    for wrong in wrongs:
        with refused("InvalidParameterException", saying="FolderConfigurations[0]"):
            put(stage, "wrong", FolderConfigurations=[FOLDERS[0] | wrong])
