"""What WorkMail sees of moto's IAM, KMS and S3: a typed layer over untyped internals.

All of it must run inside a world, whose moto state it reads and changes.
"""

from __future__ import annotations

import json
import mmap
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from attrs import frozen
from moto.core.exceptions import ServiceException
from moto.iam.models import iam_backends
from moto.kms.models import kms_backends
from moto.s3.exceptions import MissingBucket
from moto.s3.models import s3_backends
from moto.s3.utils import bucket_policy_is_public

_PARTITION = "aws"
_PUBLIC_GROUPS = (
    "http://acs.amazonaws.com/groups/global/AllUsers",
    "http://acs.amazonaws.com/groups/global/AuthenticatedUsers",
)
_ENCRYPT = "ENCRYPT_DECRYPT"
EXPORT_PRINCIPAL = "export.workmail.amazonaws.com"


@frozen
class Role:
    """An IAM role.

    Args:
        arn: Its ARN.
        trust_policy: Its trust policy, as JSON.
        policies: Its inline and attached policies, as JSON.
    """

    arn: str
    trust_policy: str
    policies: tuple[str, ...]


@frozen
class Principal:
    """An IAM user, group or role.

    Args:
        policies: Its own policies and those of its groups, as JSON.
        boundary: Its permissions boundary, as JSON, if it has one.
    """

    policies: tuple[str, ...]
    boundary: str | None


@frozen
class Key:
    """A KMS key.

    Args:
        arn: Its ARN.
        region: Its Region.
        enabled: Whether it is enabled.
        symmetric: Whether it is a symmetric encryption key.
    """

    arn: str
    region: str
    enabled: bool
    symmetric: bool


@frozen
class Bucket:
    """An S3 bucket.

    Args:
        name: Its name.
        region: Its Region.
        public: Whether its policy or access control list makes it public.
        owner: The account that owns it.
        policy: Its policy, as JSON, if it has one.
    """

    name: str
    region: str
    public: bool
    owner: str
    policy: str | None


def find_role(arn: str, account_id: str) -> Role | None:
    """Return a role of the account, or None."""
    backend: Any = iam_backends[account_id][_PARTITION]
    for role in backend.roles.values():
        if role.arn == arn:
            return Role(arn, role.assume_role_policy_document, _policies_of(role))
    return None


def find_principal(arn: str, account_id: str) -> Principal | None:
    """Return the user, group or role with an ARN, or None."""
    backend: Any = iam_backends[account_id][_PARTITION]
    groups = list(backend.groups.values())
    for holder in (*list(backend.users.values()), *groups, *list(backend.roles.values())):
        if holder.arn == arn:
            above = [group for group in groups if holder in group.users]
            policies = [document for each in (holder, *above) for document in _policies_of(each)]
            boundary_arn = getattr(holder, "permissions_boundary_arn", None)
            boundary = backend.managed_policies.get(boundary_arn) if boundary_arn else None
            return Principal(tuple(policies), None if boundary is None else _default(boundary))
    return None


def _policies_of(holder: Any) -> tuple[str, ...]:
    attached = map(_default, holder.managed_policies.values())
    return (*holder.policies.values(), *attached)


def _default(policy: Any) -> str:
    (document,) = (
        version.document
        for version in policy.versions
        if version.version_id == policy.default_version_id
    )
    return str(document)


def find_key(arn: str, account_id: str) -> Key | None:
    """Return the key with an ARN, or None."""
    region = arn.split(":")[3]
    try:
        backend: Any = kms_backends[account_id][region]
    except KeyError:  # a Region that does not exist
        return None
    for key in list(backend.keys.values()):
        if key.arn == arn:
            usage = key.key_usage or _ENCRYPT  # moto keeps no default
            symmetric = key.key_spec == "SYMMETRIC_DEFAULT" and usage == _ENCRYPT
            return Key(arn, region, bool(key.enabled and key.key_state == "Enabled"), symmetric)
    return None


def find_bucket(name: str, account_id: str) -> Bucket | None:
    """Return the bucket with a name, or None."""
    backend: Any = s3_backends[account_id][_PARTITION]
    try:
        bucket = backend.get_bucket(name)
    except MissingBucket:
        return None
    policy = bucket.policy
    return Bucket(
        name=name,
        region=bucket.region_name,
        public=_is_public(bucket),
        owner=bucket.account_id,
        policy=policy.decode() if isinstance(policy, bytes) else policy,
    )


def _is_public(bucket: Any) -> bool:
    block = bucket.public_access_block
    by_list = any(
        grantee.uri in _PUBLIC_GROUPS
        for grant in (bucket.acl.grants if bucket.acl else ())
        for grantee in grant.grantees
    )
    if by_list and not (block and block.ignore_public_acls):
        return True
    try:
        by_policy = bucket.policy is not None and bucket_policy_is_public(bucket.policy)
    except (AttributeError, TypeError, ValueError):  # a policy that moto cannot read
        by_policy = False
    return bool(by_policy and not (block and block.restrict_public_buckets))


def read_object(bucket: str, key: str, version: str | None, account_id: str) -> bytes | None:
    """Return the content of an object, or None if it does not exist.

    Args:
        bucket: The bucket's name.
        key: The object's key.
        version: The version; None for the latest.
        account_id: The account that owns the bucket.
    """
    backend: Any = s3_backends[account_id][_PARTITION]
    found = backend.get_object(bucket, key, version_id=version)
    return None if found is None else bytes(found.value)


def put_file(bucket: str, key: str, path: Path, *, kms_key_arn: str, account_id: str) -> None:
    """Put a file into a bucket, encrypted with a key.

    Args:
        bucket: The bucket's name.
        key: The object's key.
        path: The file. It is memory-mapped, not read, and must not be empty.
        kms_key_arn: The key.
        account_id: The account that owns the bucket.
    """
    backend: Any = s3_backends[account_id][_PARTITION]
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        backend.put_object(bucket, key, value=content, encryption="aws:kms", kms_key_id=kms_key_arn)


def create_bucket(name: str, region: str, account_id: str) -> None:
    """Create a private bucket.

    Raises:
        ValueError: The bucket already exists, or its name is invalid.
    """
    backend: Any = s3_backends[account_id][_PARTITION]
    with _refusals_as_value_errors(f"bucket {name}"):
        backend.create_bucket(name, region)


def create_key(description: str, region: str, account_id: str, key_id: str | None = None) -> str:
    """Create a symmetric key and return its ARN.

    Args:
        description: The description.
        region: Its Region.
        account_id: The account that owns it.
        key_id: Its id; random by default.

    Raises:
        ValueError: A key with this id already exists.
    """
    backend: Any = kms_backends[account_id][region]
    if key_id in backend.keys:
        raise ValueError(f"key {key_id} already exists")
    key = backend.create_key(
        policy=None,
        key_usage=_ENCRYPT,
        key_spec="SYMMETRIC_DEFAULT",
        description=description,
        tags=None,
    )
    if key_id is not None:
        del backend.keys[key.id]
        key.arn = key.arn.replace(key.id, key_id)
        key.id = key_id
        backend.keys[key_id] = key
    return str(key.arn)


def create_export_role(
    name: str,
    *,
    bucket: str,
    prefix: str,
    kms_key_arn: str,
    organization_arn: str,
    region: str,
    account_id: str,
) -> str:
    """Create a role with the permissions that an export needs, and return its ARN.

    Args:
        name: The role's name.
        bucket: The bucket it may write to.
        prefix: The prefix under which it may use the key.
        kms_key_arn: The key it may use.
        organization_arn: The organization whose exports may assume it.
        region: The Region of bucket and key.
        account_id: The account.

    Raises:
        ValueError: The role already exists, or its name is invalid.
    """
    backend: Any = iam_backends[account_id][_PARTITION]
    with _refusals_as_value_errors(f"role {name}"):
        role = backend.create_role(
            role_name=name,
            assume_role_policy_document=_trust_policy(organization_arn, account_id),
            path="/",
            permissions_boundary=None,
            description="Writes WorkMail's mailbox exports",
            tags=[],
            max_session_duration="3600",
        )
    permissions = _export_policy(bucket, prefix, kms_key_arn, region)
    backend.put_role_policy(name, "export", permissions)
    return str(role.arn)


def _trust_policy(organization_arn: str, account_id: str) -> str:
    return _policy(
        {
            "Effect": "Allow",
            "Principal": {"Service": EXPORT_PRINCIPAL},
            "Action": "sts:AssumeRole",
            "Condition": {
                "StringEquals": {"aws:SourceAccount": account_id},
                "ArnLike": {"aws:SourceArn": organization_arn},
            },
        }
    )


def _export_policy(bucket: str, prefix: str, kms_key_arn: str, region: str) -> str:
    return _policy(
        {
            "Effect": "Allow",
            "Action": ["s3:AbortMultipartUpload", "s3:PutObject", "s3:GetBucketPolicyStatus"],
            "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
        },
        {
            "Effect": "Allow",
            "Action": ["kms:Decrypt", "kms:GenerateDataKey"],
            "Resource": [kms_key_arn],
            "Condition": {
                "StringEquals": {"kms:ViaService": f"s3.{region}.amazonaws.com"},
                "StringLike": {
                    "kms:EncryptionContext:aws:s3:arn": f"arn:aws:s3:::{bucket}/{prefix}*"
                },
            },
        },
    )


@contextmanager
def _refusals_as_value_errors(what: str) -> Generator[None, None, None]:
    """Turn what moto refuses into the errors of seeds."""
    try:
        yield
    except ServiceException as error:
        raise ValueError(f"{what}: {error}") from error


def _policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
