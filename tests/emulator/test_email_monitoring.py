"""Email monitoring configurations."""

from typing import Any

from tests.emulator.conftest import ClientMaker, Stage
from tests.emulator.refusals import refused

LOG_GROUP = "arn:aws:logs:us-east-1:123456789012:log-group:/aws/workmail/emailevents/acme:*"
NO_ROLE = "arn:aws:iam::123456789012:role/nobody-made-it"


def put(stage: Stage, **request: Any) -> None:
    stage.workmail.put_email_monitoring_configuration(
        OrganizationId=stage.id, LogGroupArn=LOG_GROUP, **request
    )


def describe(stage: Stage) -> tuple[str, str]:
    answer = stage.workmail.describe_email_monitoring_configuration(OrganizationId=stage.id)
    return answer["RoleArn"], answer["LogGroupArn"]


def test_without_a_role_workmail_uses_its_own(stage: Stage) -> None:
    put(stage)
    role, log_group = describe(stage)
    assert role.startswith("arn:aws:iam::123456789012:role/aws-service-role/")
    assert role.endswith("/AWSServiceRoleForAmazonWorkMailEvents")
    assert log_group == LOG_GROUP


def test_a_role_has_to_exist(stage: Stage, client_of: ClientMaker) -> None:
    with refused("ResourceNotFoundException"):
        put(stage, RoleArn=NO_ROLE)
    role = client_of(stage.emulator, "iam").create_role(
        RoleName="events", AssumeRolePolicyDocument="{}"
    )["Role"]["Arn"]
    put(stage, RoleArn=role)
    assert describe(stage) == (role, LOG_GROUP)


def test_without_a_configuration_there_is_none_to_describe(stage: Stage) -> None:
    with refused("ResourceNotFoundException"):
        describe(stage)
    put(stage)
    for _ in range(2):  # deleting twice is no error
        stage.workmail.delete_email_monitoring_configuration(OrganizationId=stage.id)
    with refused("ResourceNotFoundException"):
        describe(stage)
