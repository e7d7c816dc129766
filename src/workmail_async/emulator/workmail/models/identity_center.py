"""IAM Identity Center: WorkMail's applications in it, and the organizations that use them."""

from __future__ import annotations

from workmail_async.emulator.workmail.exceptions import (
    InvalidParameterException,
    ResourceNotFoundException,
)
from workmail_async.emulator.workmail.state.identity_center import (
    IdentityCenterApplication,
    IdentityProviderConfiguration,
)
from workmail_async.emulator.workmail.state.organizations import Organization

from .backend import WorkMailBackend


def create_identity_center_application(
    backend: WorkMailBackend, *, name: str, instance_arn: str, client_token: str | None = None
) -> IdentityCenterApplication:
    """Create an application in an instance."""

    def create() -> IdentityCenterApplication:
        instance = instance_arn.rpartition("/")[2]
        application = IdentityCenterApplication(
            arn=(
                f"arn:aws:sso::{backend.account_id}:application/{instance}/"
                f"apl-{backend.world.hex(16)}"
            ),
            name=name,
            instance_arn=instance_arn,
        )
        backend.identity_center_applications[application.arn] = application
        return application

    request = {"name": name, "instance_arn": instance_arn}
    application: IdentityCenterApplication = backend.tokens.once(
        "CreateIdentityCenterApplication", client_token, request, create
    )
    return application


def delete_identity_center_application(backend: WorkMailBackend, *, application_arn: str) -> None:
    """Delete an application. Organizations that use it keep their configuration.

    Deleting a deleted application again is fine. The operation documents no
    ResourceNotFoundException, so an ARN that never existed is an invalid parameter. It documents
    an OrganizationStateException, which is for an inactive organization that uses the application.
    """
    application = backend.identity_center_applications.get(application_arn)
    if application is None:
        raise InvalidParameterException(f"there is no application {application_arn}")
    for organization in backend.list_organizations():
        configuration = organization.settings.identity_provider
        if configuration is not None and configuration.application_arn == application_arn:
            organization.require_active()
    application.deleted = True


def put_identity_provider_configuration(
    backend: WorkMailBackend,
    organization: Organization,
    *,
    authentication_mode: str,
    identity_center_configuration: dict[str, str],
    personal_access_token_configuration: dict[str, str | int],
) -> None:
    """Let the users of an organization log in through IAM Identity Center."""
    arn = identity_center_configuration["ApplicationArn"]
    instance_arn = identity_center_configuration["InstanceArn"]
    application = backend.identity_center_applications.get(arn)
    if application is None or application.deleted:
        raise ResourceNotFoundException(f"there is no application {arn}")
    if application.instance_arn != instance_arn:
        raise InvalidParameterException(f"application {arn} is not in {instance_arn}")
    tokens = personal_access_token_configuration
    lifetime = tokens.get("LifetimeInDays")
    organization.settings.identity_provider = IdentityProviderConfiguration(
        authentication_mode=authentication_mode,
        instance_arn=instance_arn,
        application_arn=arn,
        tokens_status=str(tokens["Status"]),
        tokens_lifetime=None if lifetime is None else int(lifetime),
    )


def describe_identity_provider_configuration(
    organization: Organization,
) -> IdentityProviderConfiguration:
    """Return how users log in.

    Raises:
        ResourceNotFoundException: There is no configuration: they log in with the directory.
    """
    configuration = organization.settings.identity_provider
    if configuration is None:
        raise ResourceNotFoundException(
            f"organization {organization.id} has no identity provider configuration"
        )
    return configuration


def delete_identity_provider_configuration(organization: Organization) -> None:
    """Let users log in with the directory again, if there is a configuration."""
    organization.settings.identity_provider = None
