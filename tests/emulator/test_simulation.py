"""IAM's SimulatePrincipalPolicy, as preflight checks ask it; and what policies come to."""

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from workmail_async.emulator import Emulator
from workmail_async.emulator.aws import policies

ROLE = "arn:aws:iam::123456789012:role/WorkMailExport"
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
)


def policy(effect: str = "Allow", **members: Any) -> str:
    """A policy of one statement, about passing the role unless said otherwise."""
    statement = {"Effect": effect, "Action": "iam:PassRole", "Resource": ROLE, **members}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@pytest.fixture
def iam(emulator: Emulator) -> Any:
    return emulator.client("iam")


@pytest.fixture
def ana(iam: Any) -> str:
    """The ARN of a user without any rights."""
    arn: str = iam.create_user(UserName="ana", Path="/team/")["User"]["Arn"]
    return arn


def decision(iam: Any, source: str, **request: Any) -> str:
    """Simulate passing the role."""
    request = {"ActionNames": ["iam:PassRole"], "ResourceArns": [ROLE], **request}
    answer = iam.simulate_principal_policy(PolicySourceArn=source, **request)
    (result,) = answer["EvaluationResults"]
    assert result["EvalActionName"] == "iam:PassRole"
    assert answer["IsTruncated"] is False
    decided: str = result["EvalDecision"]
    return decided


class TestWhoMayPassARole:
    def test_a_user_without_rights_may_not(self, iam: Any, ana: str) -> None:
        assert decision(iam, ana) == "implicitDeny"

    def test_a_user_may_by_a_policy_of_its_own(self, iam: Any, ana: str) -> None:
        iam.put_user_policy(UserName="ana", PolicyName="pass", PolicyDocument=policy())
        assert decision(iam, ana) == "allowed"
        assert decision(iam, ana, ResourceArns=[f"{ROLE}2"]) == "implicitDeny"

    def test_a_user_may_by_an_attached_policy(self, iam: Any, ana: str) -> None:
        arn = iam.create_policy(PolicyName="pass", PolicyDocument=policy())["Policy"]["Arn"]
        iam.attach_user_policy(UserName="ana", PolicyArn=arn)
        assert decision(iam, ana) == "allowed"
        iam.create_policy_version(
            PolicyArn=arn,
            PolicyDocument=policy(Resource="arn:aws:iam::1:role/x"),
            SetAsDefault=True,
        )
        assert decision(iam, ana) == "implicitDeny"

    def test_a_user_may_by_a_group(self, iam: Any, ana: str) -> None:
        group = iam.create_group(GroupName="exporters")["Group"]["Arn"]
        iam.put_group_policy(
            GroupName="exporters", PolicyName="pass", PolicyDocument=policy(Action="iam:*")
        )
        assert decision(iam, ana) == "implicitDeny"
        iam.add_user_to_group(GroupName="exporters", UserName="ana")
        assert decision(iam, ana) == "allowed"
        assert decision(iam, group) == "allowed"

    def test_what_is_denied_is_denied(self, iam: Any, ana: str) -> None:
        iam.put_user_policy(UserName="ana", PolicyName="pass", PolicyDocument=policy())
        iam.put_user_policy(UserName="ana", PolicyName="not", PolicyDocument=policy("Deny"))
        assert decision(iam, ana) == "explicitDeny"

    def test_a_role_may_within_its_boundary(self, iam: Any) -> None:
        boundary = iam.create_policy(
            PolicyName="most", PolicyDocument=policy(Action="s3:*", Resource="*")
        )["Policy"]["Arn"]
        arns = [
            iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST, **more)["Role"]["Arn"]
            for name, more in (("free", {}), ("bound", {"PermissionsBoundary": boundary}))
        ]
        for name in ("free", "bound"):
            iam.put_role_policy(RoleName=name, PolicyName="pass", PolicyDocument=policy())
        assert [decision(iam, arn) for arn in arns] == ["allowed", "implicitDeny"]

    def test_a_condition_holds_for_what_the_caller_says(self, iam: Any, ana: str) -> None:
        condition = {"StringEquals": {"iam:PassedToService": "workmail.amazonaws.com"}}
        document = policy(Condition=condition)
        iam.put_user_policy(UserName="ana", PolicyName="pass", PolicyDocument=document)
        entry = {
            "ContextKeyName": "iam:PassedToService",
            "ContextKeyValues": ["workmail.amazonaws.com"],
            "ContextKeyType": "string",
        }
        assert decision(iam, ana) == "implicitDeny"
        assert decision(iam, ana, ContextEntries=[entry]) == "allowed"

    def test_each_action_is_judged_for_each_resource(self, iam: Any, ana: str) -> None:
        iam.put_user_policy(UserName="ana", PolicyName="pass", PolicyDocument=policy())
        answer = iam.simulate_principal_policy(
            PolicySourceArn=ana, ActionNames=["iam:PassRole", "s3:GetObject"]
        )
        assert [
            (each["EvalActionName"], each["EvalResourceName"], each["EvalDecision"])
            for each in answer["EvaluationResults"]
        ] == [("iam:PassRole", "*", "implicitDeny"), ("s3:GetObject", "*", "implicitDeny")]


@pytest.mark.parametrize(
    ("source", "request_", "code"),
    [
        ("arn:aws:iam::123456789012:user/nobody", {}, "NoSuchEntity"),
        ("arn:aws:iam::123456789012:role/team/nothing", {}, "NoSuchEntity"),
        ("arn:aws:sts::123456789012:user/moto", {}, "InvalidInput"),
        ("arn:aws:iam::123456789012:root", {}, "InvalidInput"),
        ("arn:aws:iam::123456789012:user/ana", {"ActionNames": []}, "ValidationError"),
        ("arn:aws:iam::123456789012:user/ana", {"PolicyInputList": ["{}"]}, "NotImplemented"),
    ],
)
def test_what_cannot_be_told_is_refused(
    iam: Any, source: str, request_: dict[str, Any], code: str
) -> None:
    with pytest.raises(ClientError) as caught:
        decision(iam, source, **request_)
    response: Any = caught.value.response
    assert response["Error"]["Code"] == code


@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ({"StringEquals": {"a:b": "x"}}, True),
        ({"StringEquals": {"a:b": ["y", "x"]}}, True),
        ({"StringNotEquals": {"a:b": "x"}}, False),
        ({"StringNotEquals": {"a:b": ["y", "z"]}}, True),
        ({"StringNotEquals": {"other": "x"}}, True),
        ({"StringNotLike": {"A:B": "x*"}}, False),
        ({"ArnNotLike": {"a:b": "y*"}}, True),
        ({"StringEquals": {"other": "x"}}, False),
        ({"StringEqualsIfExists": {"other": "x"}}, True),
        ({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, False),
        (["StringEquals"], False),
        ({"StringLike": {"a:b": 3}}, False),
    ],
)
def test_conditions_are_weighed(condition: Any, holds: bool) -> None:
    document = policy(Condition=condition)
    context = {"a:b": "x"}
    found = policies.allows([document], "iam:PassRole", resource=ROLE, context=context)
    assert found is holds


@pytest.mark.parametrize(
    "document",
    ["nonsense", "[]", "3", "{}", '{"Statement": [3]}', '{"Statement": {"Action": 3}}'],
)
def test_a_policy_that_makes_no_sense_allows_nothing(document: str) -> None:
    assert policies.decide([document], "iam:PassRole", resource=ROLE) == policies.IMPLICIT_DENY


@pytest.mark.parametrize("document", ["nonsense", "[]", '{"Statement": [3]}'])
def test_a_bucket_with_such_a_policy_is_not_public(emulator: Emulator, document: str) -> None:
    acme = emulator.create_organization("acme", users=["ana"])
    export = emulator.create_export_resources(acme, bucket="acme-mail")
    emulator.client("s3").put_bucket_policy(Bucket="acme-mail", Policy=document)
    assert emulator.client().start_mailbox_export_job(
        OrganizationId=acme.id,
        EntityId="ana",
        RoleArn=export.role_arn,
        KmsKeyArn=export.kms_key_arn,
        S3BucketName=export.bucket,
        S3Prefix=export.prefix,
    )["JobId"]
