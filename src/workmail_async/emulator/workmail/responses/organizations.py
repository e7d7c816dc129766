"""Organizations."""

from __future__ import annotations

from typing import Any

from .operations import Operations, Organization, Wire, wire


class OrganizationOperations(Operations):
    """Handlers for organizations."""

    def create_organization(self, **request: Any) -> Wire:
        """Handle CreateOrganization.

        `Lifecycle` decides how long it takes from Requested through Creating to Active. A
        DirectoryId must be from `Emulator.add_directory`; without one, a directory is created. The
        emulator sets up nothing in SES or IAM.
        """
        return {"OrganizationId": self.backend.create_organization(**request).id}

    def delete_organization(self, organization: Organization, **request: Any) -> Wire:
        """Handle DeleteOrganization.

        `Lifecycle` decides how long it takes. Meanwhile operations in the organization fail, and it
        stays in the list as Deleted.
        """
        self.backend.delete_organization(organization, **request)
        return {"OrganizationId": organization.id, "State": organization.state}

    def describe_organization(self, organization: Organization) -> Wire:
        """Handle DescribeOrganization.

        `Emulator.organization(…).forced_state` sets any other state, such as Impaired.
        """
        state = organization.look()
        return wire(
            OrganizationId=organization.id,
            Alias=organization.alias,
            State=state,
            DirectoryId=organization.directory_service.id,
            DirectoryType=organization.directory_service.type,
            DefaultMailDomain=organization.default_domain,
            CompletedDate=organization.completed_date,
            ErrorMessage=organization.error_message,
            ARN=organization.arn,
            InteroperabilityEnabled=organization.interoperability,
        )

    def list_organizations(
        self, next_token: str | None = None, max_results: int | None = None
    ) -> Wire:
        """Handle ListOrganizations.

        Deleted organizations stay in the list.
        """
        return self.answer_page(
            "OrganizationSummaries",
            self.backend.list_organizations(),
            _summary,
            position=lambda organization: organization.position,
            of=[self.current_account, self.region],
            next_token=next_token,
            max_results=max_results,
        )


def _summary(organization: Organization) -> Wire:
    return wire(
        State=organization.look(),
        OrganizationId=organization.id,
        Alias=organization.alias,
        DefaultMailDomain=organization.default_domain,
        ErrorMessage=organization.error_message,
    )
