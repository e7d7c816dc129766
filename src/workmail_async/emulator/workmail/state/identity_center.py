"""IAM Identity Center: the applications made there, and organizations that log in through them."""

from __future__ import annotations

from attrs import define, frozen


@define(kw_only=True)
class IdentityCenterApplication:
    """WorkMail's application in an instance of IAM Identity Center.

    Args:
        arn: Its Amazon Resource Name.
        name: Its name.
        instance_arn: The instance it is in. Which instances there are is not checked.
        deleted: Whether it has been deleted.
    """

    arn: str
    name: str
    instance_arn: str
    deleted: bool = False


@frozen(kw_only=True)
class IdentityProviderConfiguration:
    """How an organization's users log in.

    Args:
        authentication_mode: IDENTITY_PROVIDER_ONLY or IDENTITY_PROVIDER_AND_DIRECTORY.
        instance_arn: The instance of IAM Identity Center.
        application_arn: WorkMail's application in it.
        tokens_status: ACTIVE or INACTIVE: whether users can make personal access tokens.
        tokens_lifetime: How long such tokens live, in days.
    """

    authentication_mode: str
    instance_arn: str
    application_arn: str
    tokens_status: str
    tokens_lifetime: int | None
