"""Mail domains."""

from __future__ import annotations

from typing import Any

from workmail_async.emulator.workmail.models import domains

from .operations import Operations, Organization, Wire, wire


class DomainOperations(Operations):
    """Handlers for mail domains."""

    def register_mail_domain(self, organization: Organization, **request: Any) -> None:
        """Handle RegisterMailDomain.

        `Lifecycle` decides when the domain is verified; there are no DNS lookups. A domain that
        another organization of the account and Region has is in use.
        """
        domains.register_mail_domain(organization, self.backend.list_organizations(), **request)

    def deregister_mail_domain(self, organization: Organization, **request: Any) -> None:
        """Handle DeregisterMailDomain.

        Deregistering a domain that the organization does not have is not an error.
        """
        domains.deregister_mail_domain(organization, **request)

    def get_mail_domain(self, organization: Organization, **request: Any) -> Wire:
        """Handle GetMailDomain.

        The records have WorkMail's types and names, and invented values. A test can set the state
        to FAILED.
        """
        domain = domains.get_mail_domain(organization, **request)
        status = domains.verification_status(organization, domain)
        domain.verification.look(organization.now)
        return wire(
            Records=[
                {"Type": record.type, "Hostname": record.hostname, "Value": record.value}
                for record in domains.dns_records(domain, organization.region)
            ],
            IsTestDomain=domain.is_test,
            IsDefault=domain.name == organization.default_domain,
            OwnershipVerificationStatus=status,
            DkimVerificationStatus=status,
        )

    def list_mail_domains(
        self,
        organization: Organization,
        next_token: str | None = None,
        max_results: int | None = None,
    ) -> Wire:
        """Handle ListMailDomains."""
        return self.answer_page(
            "MailDomains",
            list(organization.domains.values()),
            lambda domain: {
                "DomainName": domain.name,
                "DefaultDomain": domain.name == organization.default_domain,
            },
            position=lambda domain: domain.position,
            of=[organization.id],
            next_token=next_token,
            max_results=max_results,
        )

    def update_default_mail_domain(self, organization: Organization, **request: Any) -> None:
        """Handle UpdateDefaultMailDomain."""
        domains.update_default_mail_domain(organization, **request)
