"""Fetches new content from S3 with the permissions that the bucket's policy gives WorkMail."""

from __future__ import annotations

from attrs import frozen

from workmail_async.emulator.aws import policies
from workmail_async.emulator.aws import resources as aws
from workmail_async.emulator.messageflow.exceptions import InvalidContentLocation


@frozen(kw_only=True)
class ContentLocation:
    """An object in S3.

    Args:
        bucket: The bucket's name.
        key: The object's key.
        version: The object's version. Defaults to the latest.
    """

    bucket: str
    key: str
    version: str | None = None


def fetch(location: ContentLocation, *, region: str, account_id: str, message_arn: str) -> bytes:
    """Return the object at a location.

    Args:
        location: The location.
        region: The Region of the call.
        account_id: The account of the caller.
        message_arn: The ARN of the message that the content is for.

    Raises:
        InvalidContentLocation: WorkMail cannot read it.
    """
    name = location.bucket
    bucket = aws.find_bucket(name, account_id)
    if bucket is None:
        raise InvalidContentLocation(f"there is no bucket {name}")
    if bucket.owner != account_id:
        raise InvalidContentLocation(f"bucket {name} belongs to another account")
    if bucket.region != region:
        raise InvalidContentLocation(
            f"bucket {name} is in {bucket.region}, but the call is to {region}"
        )
    principal = f"workmail.{region}.amazonaws.com"
    actions = ["s3:GetObject", *(["s3:GetObjectVersion"] if location.version else [])]
    for action in actions:
        if not policies.allows(
            [] if bucket.policy is None else [bucket.policy],
            action,
            resource=f"arn:aws:s3:::{name}/{location.key}",
            service=principal,
            context={
                "aws:SourceAccount": account_id,
                "aws:SourceArn": message_arn,
                "aws:SecureTransport": "true",
            },
        ):
            raise InvalidContentLocation(
                f"the policy of bucket {name} does not allow {principal} to perform {action} "
                f"on {location.key}"
            )
    content = aws.read_object(name, location.key, location.version, account_id)
    if content is None:
        version = f" in version {location.version}" if location.version else ""
        raise InvalidContentLocation(f"bucket {name} has no {location.key}{version}")
    return content
