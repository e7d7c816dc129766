"""Mail domains: registration, verification, the default domain, and their DNS records."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from attrs import frozen

from workmail_async.emulator.lifecycle import Immediately, Progress
from workmail_async.emulator.workmail.exceptions import (
    InvalidCustomSesConfigurationException,
    LimitExceededException,
    MailDomainInUseException,
    MailDomainNotFoundException,
    MailDomainStateException,
)
from workmail_async.emulator.workmail.state.domains import MailDomain
from workmail_async.emulator.workmail.state.organizations import Organization

PENDING = "PENDING"
VERIFIED = "VERIFIED"
FAILED = "FAILED"

_TEST_DOMAIN = "awsapps.com"


@frozen
class DnsRecord:
    """A record to publish for a domain.

    Args:
        type: The record's type, such as MX.
        hostname: The name of the record.
        value: Its value.
    """

    type: str
    hostname: str
    value: str


def add_first_domains(organization: Organization, domains: list[dict[str, Any]]) -> None:
    """Add the test domain and the first domains of a new organization.

    A domain in a hosted zone of Route 53 is verified at once, because WorkMail publishes its
    records itself.
    """
    test = f"{organization.alias}.{_TEST_DOMAIN}".lower()
    _add(organization, test, verified=True, is_test=True)
    organization.default_domain = test
    for each in domains:
        _add(organization, each["DomainName"], verified=bool(each.get("HostedZoneId")))


def _add(
    organization: Organization, name: str, *, verified: bool, is_test: bool = False
) -> MailDomain:
    world = organization.world
    pace = Immediately() if verified else world.lifecycle.domain_verification
    organization.domains_registered += 1
    domain = MailDomain(
        name=name,
        position=organization.domains_registered,
        verification=Progress(pace, organization.now),
        is_test=is_test,
        token=world.hex(32),
    )
    organization.domains[name.casefold()] = domain
    return domain


def verification_status(organization: Organization, domain: MailDomain) -> str:
    """Return PENDING, VERIFIED or FAILED."""
    if domain.failed:
        return FAILED
    return VERIFIED if domain.verification.fraction(organization.now) >= 1 else PENDING


def get_mail_domain(organization: Organization, domain_name: str) -> MailDomain:
    """Return one of the organization's domains.

    Raises:
        MailDomainNotFoundException: The organization has no such domain.
    """
    domain = organization.domains.get(domain_name.casefold())
    if domain is None:
        raise MailDomainNotFoundException(f"the organization has no domain {domain_name}")
    return domain


def require_usable_address(organization: Organization, email: str) -> None:
    """Refuse an address with an unusable domain.

    Raises:
        MailDomainNotFoundException: The organization has no such domain.
        MailDomainStateException: The domain is not verified.
    """
    domain = get_mail_domain(organization, email.rpartition("@")[2])
    require_verified(organization, domain)


def require_verified(organization: Organization, domain: MailDomain) -> None:
    """Refuse a domain that is not verified.

    Raises:
        MailDomainStateException: The domain is not verified.
    """
    status = verification_status(organization, domain)
    if status != VERIFIED:
        raise MailDomainStateException(f"the verification of {domain.name} is {status}")


def register_mail_domain(
    organization: Organization,
    others: Iterable[Organization],
    *,
    domain_name: str,
    client_token: str | None = None,
) -> None:
    """Add a domain to an organization."""

    def register() -> None:
        for other in others:
            if other.in_use and domain_name.casefold() in other.domains:
                raise MailDomainInUseException(f"{domain_name} belongs to organization {other.id}")
        if len(organization.domains) >= organization.world.quotas.domains:
            raise LimitExceededException(f"there are already {len(organization.domains)} domains")
        _add(organization, domain_name, verified=False)

    organization.tokens.once(
        "RegisterMailDomain", client_token, {"domain_name": domain_name}, register
    )


def deregister_mail_domain(organization: Organization, *, domain_name: str) -> None:
    """Remove a domain, if the organization has it."""
    domain = organization.domains.get(domain_name.casefold())
    if domain is None:
        return
    if domain.is_test or domain_name.casefold() == organization.default_domain.casefold():
        raise MailDomainInUseException(
            f"{domain_name} is the organization's test or default domain"
        )
    if organization.directory.has_addresses_at(domain_name):
        raise MailDomainInUseException(f"addresses still use {domain_name}")
    if domain.ses_customization is not None:
        raise InvalidCustomSesConfigurationException(domain.ses_customization)
    del organization.domains[domain_name.casefold()]


def update_default_mail_domain(organization: Organization, *, domain_name: str) -> None:
    """Set the default domain."""
    domain = get_mail_domain(organization, domain_name)
    require_verified(organization, domain)
    organization.default_domain = domain.name


def dns_records(domain: MailDomain, region: str) -> list[DnsRecord]:
    """Return the records to publish for a domain."""
    name = domain.name
    dkim = [domain.token[start : start + 10] for start in (0, 10, 20)]
    return [
        DnsRecord("TXT", f"_amazonses.{name}", domain.token),
        DnsRecord("MX", name, f"10 inbound-smtp.{region}.amazonaws.com."),
        DnsRecord("CNAME", f"autodiscover.{name}", f"autodiscover.mail.{region}.awsapps.com."),
        *(
            DnsRecord("CNAME", f"{key}._domainkey.{name}", f"{key}.dkim.amazonses.com.")
            for key in dkim
        ),
        DnsRecord("TXT", name, "v=spf1 include:amazonses.com ~all"),
        DnsRecord("TXT", f"_dmarc.{name}", "v=DMARC1;p=quarantine;pct=100;fo=1"),
    ]
