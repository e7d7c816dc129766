"""What WorkMail sees of moto's IAM, KMS and S3: the typed boundary to untyped internals.

Everything here has to run inside a world, whose own moto state it reads and changes.
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
        arn: Its Amazon Resource Name.
        trust_policy: Who may assume it, as JSON.
        policies: What it may do, inline and attached, as JSON.
    """

    arn: str
    trust_policy: str
    policies: tuple[str, ...]


@frozen
class Principal:
    """An IAM user, group or role.

    Args:
        policies: What it may do, as JSON: its own policies and those of its groups.
        boundary: What it may do at most, as JSON, if it has a permissions boundary.
    """

    policies: tuple[str, ...]
    boundary: str | None


@frozen
class Key:
    """A KMS key.

    Args:
        arn: Its Amazon Resource Name.
        region: Where it is.
        enabled: Whether it can be used.
        symmetric: Whether it is a symmetric key for encryption.
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
        region: Where it is.
        public: Whether its policy or access list lets everybody in.
        owner: The account that it belongs to.
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
    """Return the user, group or role of an ARN, or None when the account has none such."""
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
    """Return the key of an ARN, or None when the account has none such."""
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
    """Return a bucket, or None when there is none of that name."""
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
    except (AttributeError, TypeError, ValueError):  # a policy that AWS would have refused
        by_policy = False
    return bool(by_policy and not (block and block.restrict_public_buckets))


def read_object(bucket: str, key: str, version: str | None, account_id: str) -> bytes | None:
    """Return the content of an object, or None when there is no such one.

    Args:
        bucket: The bucket's name.
        key: The object's key.
        version: The version; the latest, when left out.
        account_id: The account the bucket belongs to.
    """
    backend: Any = s3_backends[account_id][_PARTITION]
    found = backend.get_object(bucket, key, version_id=version)
    return None if found is None else bytes(found.value)


def put_file(bucket: str, key: str, path: Path, *, kms_key_arn: str, account_id: str) -> None:
    """Put a file into a bucket, encrypted with a key.

    Args:
        bucket: The bucket's name.
        key: The object's key.
        path: The file, which is mapped, not read; it may not be empty.
        kms_key_arn: The key.
        account_id: The account the bucket belongs to.
    """
    backend: Any = s3_backends[account_id][_PARTITION]
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        backend.put_object(bucket, key, value=content, encryption="aws:kms", kms_key_id=kms_key_arn)


def create_bucket(name: str, region: str, account_id: str) -> None:
    """Create a private bucket.

    Raises:
        ValueError: There is one of that name, or it is not a name for one.
    """
    backend: Any = s3_backends[account_id][_PARTITION]
    with _refusals_as_value_errors(f"bucket {name}"):
        backend.create_bucket(name, region)


def create_key(description: str, region: str, account_id: str, key_id: str | None = None) -> str:
    """Create a symmetric key and return its ARN.

    Args:
        description: What it is for.
        region: Where it is.
        account_id: Whose it is.
        key_id: Its identifier; made up when left out.

    Raises:
        ValueError: There is a key of that identifier.
    """
    backend: Any = kms_backends[account_id][region]
    if key_id in backend.keys:
        raise ValueError(f"key {key_id}: exists already")
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
    """Create a role with all that an export needs and return its ARN.

    Args:
        name: The role's name.
        bucket: The bucket it may write to.
        prefix: The prefix under which it may use the key.
        kms_key_arn: The key it may use.
        organization_arn: The organization whose exports may assume it.
        region: Where bucket and key are.
        account_id: The account.

    Raises:
        ValueError: There is a role of that name.
    """
    backend: Any = iam_backends[account_id][_PARTITION]
    trust = _policy(
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
    rights = _policy(
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
    with _refusals_as_value_errors(f"role {name}"):
        role = backend.create_role(
            role_name=name,
            assume_role_policy_document=trust,
            path="/",
            permissions_boundary=None,
            description="Writes WorkMail's mailbox exports",
            tags=[],
            max_session_duration="3600",
        )
    backend.put_role_policy(name, "export", rights)
    return str(role.arn)


@contextmanager
def _refusals_as_value_errors(what: str) -> Generator[None, None, None]:
    """Say what moto refuses in the way that seeding does."""
    try:
        yield
    except ServiceException as error:
        raise ValueError(f"{what}: {error}") from error


def _policy(*statements: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
