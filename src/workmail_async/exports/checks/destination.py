"""Checks where exports go: the bucket, and the key that encrypts them."""

from __future__ import annotations

from typing import Any

from workmail_async.exports.aws import refusal
from workmail_async.exports.target import is_alias

from .findings import PreflightFinding, failed, passed
from .subject import Subject

_KEY_REMEDIES = {
    "Disabled": "enable the key",
    "PendingDeletion": "cancel its deletion and enable it",
    "PendingImport": "import its key material",
}


class DestinationChecks:
    """The checks of bucket and key.

    Args:
        subject: What is checked; the key's own ARN is recorded in it.
        s3: An aiobotocore client of S3.
        kms: An aiobotocore client of KMS.
    """

    def __init__(self, subject: Subject, s3: Any, kms: Any) -> None:
        self._subject = subject
        self._s3 = s3
        self._kms = kms

    async def bucket(self) -> PreflightFinding:
        """Check that the bucket is in the organization's Region."""
        bucket, wanted = self._subject.target.bucket, self._subject.region
        location = await self._s3.get_bucket_location(Bucket=bucket)
        region = location.get("LocationConstraint") or "us-east-1"
        region = "eu-west-1" if region == "EU" else region
        if region == wanted:
            return passed("bucket", f"{bucket} is in {region}")
        return failed(
            "bucket",
            f"{bucket} is in {region}, the organization in {wanted}",
            f"use a bucket in {wanted}: WorkMail exports within one Region",
        )

    async def bucket_access(self) -> PreflightFinding:
        """Check that the bucket is not public."""
        from botocore.exceptions import ClientError

        bucket = self._subject.target.bucket
        try:
            status = await self._s3.get_bucket_policy_status(Bucket=bucket)
            public = status["PolicyStatus"]["IsPublic"]
        except ClientError as error:
            if refusal(error).get("Code") != "NoSuchBucketPolicy":
                raise
            public = False
        if not public:
            acl = await self._s3.get_bucket_acl(Bucket=bucket)
            groups = [grant.get("Grantee", {}).get("URI", "") for grant in acl.get("Grants", ())]
            public = any(group.endswith(("AllUsers", "AuthenticatedUsers")) for group in groups)
        if public:
            return failed(
                "bucket access",
                f"{bucket} is public",
                "block public access to it: WorkMail does not write mail to a public bucket",
            )
        return passed("bucket access", f"{bucket} is not public")

    async def key(self) -> PreflightFinding:
        """Check that the key is symmetric, enabled and in the organization's Region."""
        arn, region = self._subject.target.kms_key_arn, self._subject.region
        if arn.split(":")[3:4] != [region]:
            return failed("key", f"{arn} is not in {region}", f"use a key in {region}")
        found = (await self._kms.describe_key(KeyId=arn))["KeyMetadata"]
        if is_alias(arn):
            self._subject.key_arn = found.get("Arn")
        spec = found.get("KeySpec") or found.get("CustomerMasterKeySpec")
        usage, state = found.get("KeyUsage"), found.get("KeyState")
        if spec != "SYMMETRIC_DEFAULT" or usage != "ENCRYPT_DECRYPT":
            return failed(
                "key",
                f"{arn} has the spec {spec} and the usage {usage}",
                "use another key, with the spec SYMMETRIC_DEFAULT and the usage ENCRYPT_DECRYPT: "
                "neither can be changed",
            )
        if not found.get("Enabled"):
            what = "is going to be deleted" if state == "PendingDeletion" else f"is {state}"
            remedy = _KEY_REMEDIES.get(str(state), "use another key, or make this one usable")
            return failed("key", f"{arn} {what}", remedy)
        alias = f", an alias of {self._subject.key_arn}" if is_alias(arn) else ""
        return passed("key", f"symmetric, enabled and in {region}{alias}")
