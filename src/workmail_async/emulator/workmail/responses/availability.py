"""Availability configurations."""

from __future__ import annotations

from typing import Any

from workmail_async.emulator.workmail.models import availability
from workmail_async.emulator.workmail.state.availability import (
    AvailabilityConfiguration,
    EwsProvider,
)

from .operations import Operations, Organization, Wire, wire


class AvailabilityOperations(Operations):
    """Handlers for availability configurations."""

    def create_availability_configuration(self, organization: Organization, **request: Any) -> None:
        """Handle CreateAvailabilityConfiguration.

        Stored and returned. The emulator does not look up availability.
        """
        availability.create_availability_configuration(organization, **request)

    def update_availability_configuration(self, organization: Organization, **request: Any) -> None:
        """Handle UpdateAvailabilityConfiguration."""
        availability.update_availability_configuration(organization, **request)

    def delete_availability_configuration(self, organization: Organization, **request: Any) -> None:
        """Handle DeleteAvailabilityConfiguration."""
        availability.delete_availability_configuration(organization, **request)

    def list_availability_configurations(
        self,
        organization: Organization,
        next_token: str | None = None,
        max_results: int | None = None,
    ) -> Wire:
        """Handle ListAvailabilityConfigurations."""
        return self.answer_page(
            "AvailabilityConfigurations",
            availability.list_availability_configurations(organization),
            _configuration,
            position=lambda configuration: configuration.position,
            of=[organization.id],
            next_token=next_token,
            max_results=max_results,
        )

    def test_availability_configuration(self, organization: Organization, **request: Any) -> Wire:
        """Handle TestAvailabilityConfiguration.

        Calls no server and no function: a check passes unless your test says why it fails.
        """
        failure = availability.check_availability_configuration(organization, **request)
        return wire(TestPassed=failure is None, FailureReason=failure)


def _configuration(configuration: AvailabilityConfiguration) -> Wire:
    provider = configuration.provider
    described = (
        {
            "ProviderType": "EWS",
            "EwsProvider": {"EwsEndpoint": provider.endpoint, "EwsUsername": provider.username},
        }
        if isinstance(provider, EwsProvider)
        else {"ProviderType": "LAMBDA", "LambdaProvider": {"LambdaArn": provider.arn}}
    )
    return {
        "DomainName": configuration.domain_name,
        **described,
        "DateCreated": configuration.date_created,
        "DateModified": configuration.date_modified,
    }
