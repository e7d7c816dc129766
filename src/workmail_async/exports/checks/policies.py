"""The policies that an export needs, written out for given names."""

from __future__ import annotations

from typing import Any

from attrs import frozen

from workmail_async.exports.errors import ExportError
from workmail_async.exports.target import ExportTarget

EXPORT_PRINCIPAL = "export.workmail.amazonaws.com"
BUCKET_ACTIONS = ("s3:AbortMultipartUpload", "s3:PutObject", "s3:GetBucketPolicyStatus")
KEY_ACTIONS = ("kms:Decrypt", "kms:GenerateDataKey")

Policy = dict[str, Any]


@frozen
class ExportPolicies:
    """The policies of an export, as the dicts that their JSON holds.

    Attributes:
        trust: The role's trust policy: who may assume it.
        role: The role's own policy: what it may do.
        key: The statement that the key's policy needs, so that the role may use the key.
        caller: What the user who starts exports may do: start and watch jobs, pass the role, and
            read the files.
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
            target, organization_id=org_id, region="us-east-1", account_id="111122223333"
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
        ExportError: An ARN is not one, or belongs to another account.
    """
    _check_arn(target.role_arn, "role", "iam", account_id)
    _check_arn(target.kms_key_arn, "key", "kms", account_id)
    bucket = f"arn:aws:s3:::{target.bucket}"
    objects = f"{bucket}/{target.prefix.rstrip('/')}/*"
    organization = f"arn:aws:workmail:{region}:{account_id}:organization/{organization_id}"
    use_of_key = {
        "StringEquals": {"kms:ViaService": f"s3.{region}.amazonaws.com"},
        "StringLike": {"kms:EncryptionContext:aws:s3:arn": objects},
    }
    return ExportPolicies(
        trust=_policy(
            {
                "Effect": "Allow",
                "Principal": {"Service": EXPORT_PRINCIPAL},
                "Action": "sts:AssumeRole",
                "Condition": {
                    "StringEquals": {"aws:SourceAccount": account_id},
                    "ArnLike": {"aws:SourceArn": organization},
                },
            }
        ),
        role=_policy(
            _allow(BUCKET_ACTIONS, [bucket, f"{bucket}/*"]),
            {**_allow(KEY_ACTIONS, [target.kms_key_arn]), "Condition": use_of_key},
        ),
        key=_policy(
            {
                **_allow(KEY_ACTIONS, ["*"]),
                "Principal": {"AWS": target.role_arn},
                "Condition": use_of_key,
            },
        ),
        caller=_policy(
            _allow(
                (
                    "workmail:StartMailboxExportJob",
                    "workmail:DescribeMailboxExportJob",
                    "workmail:ListMailboxExportJobs",
                    "workmail:CancelMailboxExportJob",
                    "workmail:ListUsers",
                    "workmail:ListResources",
                    "workmail:ListGroups",
                    "workmail:GetMailboxDetails",
                ),
                [organization],
            ),
            _allow(("iam:PassRole",), [target.role_arn]),
            _allow(("s3:ListBucket",), [bucket]),
            _allow(("s3:GetObject",), [objects]),
            _allow(("kms:Decrypt",), [target.kms_key_arn]),
        ),
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
