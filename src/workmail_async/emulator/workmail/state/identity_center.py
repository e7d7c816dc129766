"""IAM Identity Center: WorkMail's applications in it, and the organizations that use them."""

from __future__ import annotations

from attrs import define, frozen


@define(kw_only=True)
class IdentityCenterApplication:
    """An application for WorkMail in an instance of IAM Identity Center.

    Args:
        arn: Its ARN.
        name: Its name.
        instance_arn: Its instance. The emulator does not check whether the instance exists.
        deleted: Whether it was deleted.
    """

    arn: str
    name: str
    instance_arn: str
    deleted: bool = False


@frozen(kw_only=True)
class IdentityProviderConfiguration:
    """How the users of an organization log in.

    Args:
        authentication_mode: IDENTITY_PROVIDER_ONLY or IDENTITY_PROVIDER_AND_DIRECTORY.
        instance_arn: The instance of IAM Identity Center.
        application_arn: WorkMail's application in it.
        tokens_status: ACTIVE or INACTIVE: whether users can create personal access tokens.
        tokens_lifetime: How long those tokens are valid, in days.
    """

    authentication_mode: str
    instance_arn: str
    application_arn: str
    tokens_status: str
    tokens_lifetime: int | None
