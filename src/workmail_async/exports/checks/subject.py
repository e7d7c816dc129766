"""What all checks of one target share: what they check, and what earlier checks found out."""

from __future__ import annotations

from attrs import define

from workmail_async.exports.target import ExportTarget


@define(kw_only=True)
class Subject:
    """An export target of an organization that is being checked.

    Attributes:
        target: The target.
        organization_id: The organization.
        region: The Region of the organization.
        account: The AWS account of the caller; None until it is known.
        caller: The ARN of the caller; None until it is known.
        key_arn: The ARN of the key itself; None while the target names an alias that is not
            resolved. IAM compares policies with this ARN, never with an alias.
    """

    target: ExportTarget
    organization_id: str
    region: str
    account: str | None = None
    caller: str | None = None
    key_arn: str | None = None

    @property
    def example(self) -> str:
        """The ARN of an object such as exports write."""
        return f"arn:aws:s3:::{self.target.bucket}/{self.target.prefix_for('mailbox')}/export.zip"
