"""IAM Identity Center applications and identity provider configurations."""

from __future__ import annotations

from typing import Any

from workmail_async.emulator.workmail.models import identity_center

from .operations import Operations, Organization, Wire, wire


class IdentityCenterOperations(Operations):
    """Handlers for logging in through IAM Identity Center."""

    def create_identity_center_application(self, **request: Any) -> Wire:
        """Handle CreateIdentityCenterApplication.

        Does not check whether the instance exists.
        """
        application = identity_center.create_identity_center_application(self.backend, **request)
        return {"ApplicationArn": application.arn}

    def delete_identity_center_application(self, **request: Any) -> None:
        """Handle DeleteIdentityCenterApplication."""
        identity_center.delete_identity_center_application(self.backend, **request)

    def put_identity_provider_configuration(
        self, organization: Organization, **request: Any
    ) -> None:
        """Handle PutIdentityProviderConfiguration.

        Stored and returned. There is no emulated IAM Identity Center to log in to.
        """
        identity_center.put_identity_provider_configuration(self.backend, organization, **request)

    def describe_identity_provider_configuration(self, organization: Organization) -> Wire:
        """Handle DescribeIdentityProviderConfiguration."""
        configuration = identity_center.describe_identity_provider_configuration(organization)
        return {
            "AuthenticationMode": configuration.authentication_mode,
            "IdentityCenterConfiguration": {
                "InstanceArn": configuration.instance_arn,
                "ApplicationArn": configuration.application_arn,
            },
            "PersonalAccessTokenConfiguration": wire(
                Status=configuration.tokens_status,
                LifetimeInDays=configuration.tokens_lifetime,
            ),
        }

    def delete_identity_provider_configuration(self, organization: Organization) -> None:
        """Handle DeleteIdentityProviderConfiguration."""
        identity_center.delete_identity_provider_configuration(organization)
