"""`WorkMailBackend`: the moto backend, which creates, finds and deletes organizations."""

from __future__ import annotations

from typing import Any

from moto.core.base_backend import BackendDict, BaseBackend

from workmail_async.emulator.aws import resources as aws
from workmail_async.emulator.lifecycle import Progress
from workmail_async.emulator.workmail.exceptions import (
    DirectoryInUseException,
    DirectoryUnavailableException,
    InvalidParameterException,
    LimitExceededException,
    NameAvailabilityException,
    OrganizationNotFoundException,
    OrganizationStateException,
)
from workmail_async.emulator.workmail.state.entities import ENABLED
from workmail_async.emulator.workmail.state.idempotency import IdempotencyTokens
from workmail_async.emulator.workmail.state.identity_center import IdentityCenterApplication
from workmail_async.emulator.workmail.state.organizations import (
    AD_CONNECTOR,
    DirectoryService,
    Organization,
    OrganizationState,
)
from workmail_async.emulator.workmail.state.settings import Settings
from workmail_async.emulator.world import REGIONS, World

from .domains import add_first_domains
from .export_jobs import abandon_exports, settle_exports


class WorkMailBackend(BaseBackend):
    """The organizations of one account in one Region.

    Args:
        region_name: The Region.
        account_id: The account.
    """

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.world: World = World.current()
        self.directory_services: dict[str, DirectoryService] = {}
        self.identity_center_applications: dict[str, IdentityCenterApplication] = {}
        self._organizations: dict[str, Organization] = {}
        self.tokens: IdempotencyTokens = IdempotencyTokens()
        self.world.settling.append(self._settle)

    def reset(self) -> None:
        """Cancel running exports before moto drops the state."""
        for organization in self._organizations.values():
            abandon_exports(organization)
        super().reset()

    def _settle(self) -> None:
        for organization in self._organizations.values():
            if organization.running_exports:
                settle_exports(organization)

    def create_organization(
        self,
        *,
        alias: str,
        directory_id: str | None = None,
        client_token: str | None = None,
        domains: list[dict[str, Any]] | None = None,
        kms_key_arn: str | None = None,
        enable_interoperability: bool = False,
        organization_id: str | None = None,
    ) -> Organization:
        """Create an organization, or return the one that the same token created.

        `organization_id` is not a member of the request. Seeds use it.
        """
        interoperability = enable_interoperability
        request = {
            "alias": alias,
            "directory_id": directory_id,
            "domains": domains,
            "kms_key_arn": kms_key_arn,
            "interoperability": interoperability,
        }
        created: Organization = self.tokens.once(
            "CreateOrganization",
            client_token,
            request,
            lambda: self._create(
                alias, directory_id, domains or [], kms_key_arn, interoperability, organization_id
            ),
        )
        return created

    def _create(
        self,
        alias: str,
        directory_id: str | None,
        domains: list[dict[str, Any]],
        kms_key_arn: str | None,
        interoperability: bool,
        organization_id: str | None,
    ) -> Organization:
        present = [each for each in self._organizations.values() if each.in_use]
        if len(present) >= self.world.quotas.organizations:
            raise LimitExceededException(f"there are already {len(present)} organizations")
        if any(each.alias.casefold() == alias.casefold() for each in present):
            raise NameAvailabilityException(f"the alias {alias} is in use")
        self._check_domains([each["DomainName"].casefold() for each in domains], present)
        if organization_id in self._organizations:  # only seeds pass one
            raise ValueError(f"organization {organization_id} already exists")
        service = self._directory_service(directory_id, alias, present)
        if interoperability and service.type != AD_CONNECTOR:
            raise InvalidParameterException("interoperability needs an AD Connector directory")
        if kms_key_arn is not None:
            self._check_key(kms_key_arn)
        identifier = organization_id or f"m-{self.world.hex(32)}"
        organization = Organization(
            id=identifier,
            alias=alias,
            arn=f"arn:aws:workmail:{self.region_name}:{self.account_id}:organization/{identifier}",
            position=len(self._organizations) + 1,
            region=self.region_name,
            account_id=self.account_id,
            world=self.world,
            directory_service=service,
            creation=Progress(self.world.lifecycle.organization_creation, self.world.clock.now()),
            interoperability=interoperability,
            kms_key_arn=kms_key_arn,
        )
        add_first_domains(organization, domains)
        self.directory_services[service.id] = service
        self._organizations[identifier] = organization
        return organization

    def _directory_service(
        self, directory_id: str | None, alias: str, present: list[Organization]
    ) -> DirectoryService:
        if directory_id is None:
            return DirectoryService(id=f"d-{self.world.hex(10)}", alias=alias)
        service = self.directory_services.get(directory_id)
        if service is None:
            raise DirectoryUnavailableException(f"there is no directory {directory_id}")
        if service.unavailable:
            raise DirectoryUnavailableException(f"directory {directory_id} is not available")
        if any(each.directory_service is service for each in present):
            raise DirectoryInUseException(f"directory {directory_id} already has an organization")
        if service.alias.casefold() != alias.casefold():
            raise InvalidParameterException(
                f"the alias must be that of the directory, {service.alias}, not {alias}"
            )
        return service

    def _check_domains(self, names: list[str], present: list[Organization]) -> None:
        # The operation documents no MailDomainInUseException.
        for name in names:
            if names.count(name) > 1 or any(name in each.domains for each in present):
                raise InvalidParameterException(f"the domain {name} is in use")

    def _check_key(self, arn: str) -> None:
        key = aws.find_key(arn, self.account_id)
        if key is None or not key.enabled or not key.symmetric:
            raise InvalidParameterException(f"{arn} is not an enabled symmetric key")

    def get_organization(self, organization_id: str) -> Organization:
        """Return an organization, in any state.

        Raises:
            OrganizationNotFoundException: There is no organization with this id.
        """
        organization = self._organizations.get(organization_id)
        if organization is None:
            raise OrganizationNotFoundException(f"there is no organization {organization_id}")
        return organization

    def list_organizations(self) -> list[Organization]:
        """Return all organizations, including deleted ones, oldest first."""
        return list(self._organizations.values())

    def delete_organization(
        self,
        organization: Organization,
        *,
        delete_directory: bool,
        client_token: str | None = None,
        force_delete: bool = False,
        delete_identity_center_application: bool = False,
    ) -> Organization:
        """Start to delete an organization.

        Raises:
            OrganizationStateException: It is being created or deleted, or has enabled users.
        """

        def delete() -> Organization:
            if organization.deletion is not None or organization.state in {
                OrganizationState.REQUESTED,
                OrganizationState.CREATING,
            }:
                raise OrganizationStateException(
                    f"organization {organization.id} is {organization.state}"
                )
            if not force_delete and any(each.state == ENABLED for each in organization.directory):
                raise OrganizationStateException(
                    f"organization {organization.id} has enabled users, groups or resources; "
                    "disable them or pass ForceDelete"
                )
            if delete_identity_center_application:
                self._delete_application_of(organization)
            organization.forced_state = None
            # No operation can read them anymore, and they hold secrets.
            organization.settings = Settings()
            organization.deletion = Progress(
                self.world.lifecycle.organization_deletion, self.world.clock.now()
            )
            if delete_directory:
                self.directory_services.pop(organization.directory_service.id, None)
            return organization

        request = {
            "delete_directory": delete_directory,
            "force_delete": force_delete,
            "delete_identity_center_application": delete_identity_center_application,
        }
        deleted: Organization = organization.tokens.once(
            "DeleteOrganization", client_token, request, delete
        )
        return deleted

    def _delete_application_of(self, organization: Organization) -> None:
        configuration = organization.settings.identity_provider
        if configuration is not None:
            self.identity_center_applications[configuration.application_arn].deleted = True


workmail_backends: BackendDict[WorkMailBackend] = BackendDict(
    WorkMailBackend, "workmail", use_boto3_regions=False, additional_regions=list(REGIONS)
)
