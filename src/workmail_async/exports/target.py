"""The S3 destination of exports, the key that encrypts them and the role that writes them."""

from __future__ import annotations

import re

from attrs import frozen

from .errors import ExportError

#: The prefixes that WorkMail accepts. An email address has an `@`, which it refuses.
PREFIX_PATTERN = re.compile(r"[A-Za-z0-9!_.*'()/-]+")


@frozen(kw_only=True)
class ExportTarget:
    """The S3 destination and role of exports.

    Attributes:
        bucket: The S3 bucket, in the organization's Region and not public.
        prefix: The prefix of all exports; the role has to be allowed to use the key for it.
            Letters, digits and `!_.*'()/-` only.
        role_arn: The role that WorkMail assumes to write there.
        kms_key_arn: The symmetric KMS key that encrypts the exports.
    """

    bucket: str
    prefix: str
    role_arn: str
    kms_key_arn: str

    def __attrs_post_init__(self) -> None:
        if not PREFIX_PATTERN.fullmatch(self.prefix):
            raise ExportError(
                f"the prefix {self.prefix!r} has a character that WorkMail refuses: use letters, "
                "digits and !_.*'()/- only (no @, +, = or space)"
            )

    def prefix_for(self, entity_id: str) -> str:
        """Return the prefix of one mailbox's exports."""
        safe = re.sub(r"[^A-Za-z0-9!_.*'()-]", "_", entity_id)
        return f"{self.prefix.rstrip('/')}/{safe}"


def is_alias(kms_key_arn: str) -> bool:
    """Return whether an ARN names a key by an alias, which IAM policies never match.

    Args:
        kms_key_arn: The ARN.
    """
    return kms_key_arn.rpartition(":")[2].startswith("alias/")
