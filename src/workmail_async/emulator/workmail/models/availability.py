"""Availability configurations: creating, changing and checking them."""

from __future__ import annotations

from attrs import evolve

from workmail_async.emulator.workmail.exceptions import (
    InvalidParameterException,
    LimitExceededException,
    NameAvailabilityException,
    ResourceNotFoundException,
)
from workmail_async.emulator.workmail.state.availability import (
    AvailabilityConfiguration,
    EwsProvider,
    LambdaProvider,
    Provider,
)
from workmail_async.emulator.workmail.state.organizations import Organization


def create_availability_configuration(
    organization: Organization,
    *,
    domain_name: str,
    ews_provider: dict[str, str] | None = None,
    lambda_provider: dict[str, str] | None = None,
    client_token: str | None = None,
) -> None:
    """Add a configuration for a domain that has none."""

    def create() -> None:
        provider = _only(ews_provider, lambda_provider)
        configurations = organization.settings.availability.by_domain
        if domain_name.casefold() in configurations:
            raise NameAvailabilityException(
                f"{domain_name} already has an availability configuration"
            )
        if len(configurations) >= organization.world.quotas.availability_configurations:
            raise LimitExceededException(
                f"there are already {len(configurations)} availability configurations"
            )
        configurations[domain_name.casefold()] = AvailabilityConfiguration(
            domain_name=domain_name,
            provider=provider,
            position=organization.settings.next_position(),
            date_created=organization.now,
            date_modified=organization.now,
        )

    request = {"domain_name": domain_name, "ews": ews_provider, "lambda": lambda_provider}
    organization.tokens.once("CreateAvailabilityConfiguration", client_token, request, create)


def update_availability_configuration(
    organization: Organization,
    *,
    domain_name: str,
    ews_provider: dict[str, str] | None = None,
    lambda_provider: dict[str, str] | None = None,
) -> None:
    """Change the provider of a domain's configuration."""
    provider = _only(ews_provider, lambda_provider)
    before = _get(organization, domain_name)
    organization.settings.availability.by_domain[domain_name.casefold()] = evolve(
        before, provider=provider, date_modified=organization.now
    )


def delete_availability_configuration(organization: Organization, *, domain_name: str) -> None:
    """Remove a configuration, if it exists: the operation documents no error for a missing one."""
    organization.settings.availability.by_domain.pop(domain_name.casefold(), None)


def list_availability_configurations(
    organization: Organization,
) -> list[AvailabilityConfiguration]:
    """Return the configurations, oldest first."""
    return list(organization.settings.availability.by_domain.values())


def check_availability_configuration(
    organization: Organization,
    *,
    domain_name: str | None = None,
    ews_provider: dict[str, str] | None = None,
    lambda_provider: dict[str, str] | None = None,
) -> str | None:
    """Check a provider, or the one of a domain. Return why it fails, or None."""
    if domain_name is None:
        provider = _only(ews_provider, lambda_provider)
    elif ews_provider is None and lambda_provider is None:
        provider = _get(organization, domain_name).provider
    else:
        raise InvalidParameterException("give either a provider or a DomainName")
    called = provider.endpoint if isinstance(provider, EwsProvider) else provider.arn
    return organization.settings.availability.failures.get(called)


def _get(organization: Organization, domain_name: str) -> AvailabilityConfiguration:
    found = organization.settings.availability.by_domain.get(domain_name.casefold())
    if found is None:
        raise ResourceNotFoundException(f"{domain_name} has no availability configuration")
    return found


def _only(ews_provider: dict[str, str] | None, lambda_provider: dict[str, str] | None) -> Provider:
    if ews_provider is not None and lambda_provider is None:
        return EwsProvider(
            ews_provider["EwsEndpoint"], ews_provider["EwsUsername"], ews_provider["EwsPassword"]
        )
    if lambda_provider is not None and ews_provider is None:
        return LambdaProvider(lambda_provider["LambdaArn"])
    raise InvalidParameterException("give exactly one provider: EwsProvider or LambdaProvider")
