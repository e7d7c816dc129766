"""The policies that an export needs, written out for given names."""

from __future__ import annotations

from typing import Any

from attrs import frozen

from workmail_async.exports.errors import ExportError
from workmail_async.exports.target import ExportTarget, is_alias

EXPORT_PRINCIPAL = "export.workmail.amazonaws.com"
BUCKET_ACTIONS = ("s3:AbortMultipartUpload", "s3:PutObject", "s3:GetBucketPolicyStatus")
KEY_ACTIONS = ("kms:Decrypt", "kms:GenerateDataKey")

# What the caller may do: the export itself, and the checks before it.
_WORKMAIL_ACTIONS = (
    "workmail:StartMailboxExportJob",
    "workmail:DescribeMailboxExportJob",
    "workmail:ListMailboxExportJobs",
    "workmail:CancelMailboxExportJob",
    "workmail:DescribeOrganization",
    "workmail:ListUsers",
    "workmail:ListResources",
    "workmail:ListGroups",
    "workmail:GetMailboxDetails",
)
_LOOK_AT_BUCKET = (
    "s3:ListBucket",
    "s3:GetBucketLocation",
    "s3:GetBucketPolicyStatus",
    "s3:GetBucketAcl",
)
_LOOK_AT_ROLE = (
    "iam:GetRole",
    "iam:ListRolePolicies",
    "iam:GetRolePolicy",
    "iam:ListAttachedRolePolicies",
)

Policy = dict[str, Any]


@frozen
class ExportPolicies:
    """The policies of an export, as the dicts that their JSON holds.

    Attributes:
        trust: The role's trust policy: who may assume it.
        role: The role's own policy: what it may do.
        key: The key's policy. Its first statement lets the role use the key: add it to the policy
            that the key has. The second one is the account's own, which every key needs: without
            it nobody can manage the key any more.
        caller: What the user who runs the export may do: check everything first, start and watch
            jobs, pass the role, and download the files.
    """

    trust: Policy
    role: Policy
    key: Policy
    caller: Policy


def export_policies(
    target: ExportTarget, *, organization_id: str, region: str, account_id: str
) -> ExportPolicies:
    """Write out the policies of an export.

        policies = export_policies(
            target,
            organization_id=org_id,
            region="us-east-1",
            account_id="111122223333",
        )
        print(json.dumps(policies.trust, indent=2))

    Args:
        target: Bucket, prefix, role and key.
        organization_id: The organization.
        region: Its Region, which is that of bucket and key too.
        account_id: The AWS account.

    Returns:
        The policies.

    Raises:
        ExportError: An ARN is not one, or belongs to another account, or names an alias.
    """
    _check_arn(target.role_arn, "role", "iam", account_id)
    _check_arn(target.kms_key_arn, "key", "kms", account_id)
    if is_alias(target.kms_key_arn):
        alias = target.kms_key_arn.rpartition(":")[2]
        raise ExportError(
            f"{target.kms_key_arn} is an alias, which IAM never matches in a policy: give the ARN "
            f"of the key itself, which `aws kms describe-key --key-id {alias}` shows"
        )
    objects = f"{_bucket(target)}/{target.prefix.rstrip('/')}/*"
    use_of_key = {
        "StringEquals": {"kms:ViaService": f"s3.{region}.amazonaws.com"},
        "StringLike": {"kms:EncryptionContext:aws:s3:arn": objects},
    }
    organization = f"arn:aws:workmail:{region}:{account_id}:organization/{organization_id}"
    return ExportPolicies(
        trust=_trust(account_id, organization),
        role=_policy(
            _allow(BUCKET_ACTIONS, [_bucket(target), f"{_bucket(target)}/*"]),
            {**_allow(KEY_ACTIONS, [target.kms_key_arn]), "Condition": use_of_key},
        ),
        key=_policy(
            {
                "Sid": "AddThisStatementForWorkMailExports",
                **_allow(KEY_ACTIONS, ["*"]),
                "Principal": {"AWS": target.role_arn},
                "Condition": use_of_key,
            },
            {
                "Sid": "KeepTheStatementOfTheAccount",
                **_allow(("kms:*",), ["*"]),
                "Principal": {"AWS": f"arn:aws:iam::{account_id}:root"},
            },
        ),
        caller=_caller(target, account_id, organization, objects),
    )


def _bucket(target: ExportTarget) -> str:
    return f"arn:aws:s3:::{target.bucket}"


def _trust(account_id: str, organization: str) -> Policy:
    return _policy(
        {
            "Effect": "Allow",
            "Principal": {"Service": EXPORT_PRINCIPAL},
            "Action": "sts:AssumeRole",
            "Condition": {
                "StringEquals": {"aws:SourceAccount": account_id},
                "ArnLike": {"aws:SourceArn": organization},
            },
        }
    )


def _caller(target: ExportTarget, account_id: str, organization: str, objects: str) -> Policy:
    return _policy(
        _allow(_WORKMAIL_ACTIONS, [organization]),
        _allow(("iam:PassRole", *_LOOK_AT_ROLE), [target.role_arn]),
        # the policies attached to the role, and whether the caller, of any name, may pass it
        _allow(("iam:GetPolicy", "iam:GetPolicyVersion"), ["*"]),
        _allow(
            ("iam:SimulatePrincipalPolicy", "iam:GetRole"),
            [f"arn:aws:iam::{account_id}:role/*", f"arn:aws:iam::{account_id}:user/*"],
        ),
        _allow(_LOOK_AT_BUCKET, [_bucket(target)]),
        _allow(("s3:GetObject",), [objects]),
        _allow(("kms:Decrypt", "kms:DescribeKey"), [target.kms_key_arn]),
    )


def _allow(actions: tuple[str, ...], resources: list[str]) -> Policy:
    return {"Effect": "Allow", "Action": list(actions), "Resource": resources}


def _policy(*statements: Policy) -> Policy:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _check_arn(arn: str, what: str, service: str, account_id: str) -> None:
    parts = arn.split(":")
    if len(parts) < 6 or parts[0] != "arn" or parts[2] != service:
        raise ExportError(f"{arn!r} is not the ARN of a {what}")
    if parts[4] != account_id:
        raise ExportError(f"the {what} {arn} belongs to account {parts[4]}, not {account_id}")
