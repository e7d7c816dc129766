"""Organizations: the directory below them, their state, and what they hold."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from attrs import Factory, define, field
from moto.core.base_backend import BackendDict, BaseBackend

from workmail_async.emulator.aws import resources as aws
from workmail_async.emulator.lifecycle import Progress
from workmail_async.emulator.mail.mailboxes import Mailbox
from workmail_async.emulator.workmail.exceptions import (
    DirectoryInUseException,
    DirectoryServiceAuthenticationFailedException,
    DirectoryUnavailableException,
    InvalidParameterException,
    LimitExceededException,
    NameAvailabilityException,
    OrganizationNotFoundException,
    OrganizationStateException,
    UnsupportedOperationException,
    WorkMailError,
)
from workmail_async.emulator.world import REGIONS, World

from .domains import MailDomain, add_first_domains
from .entities import ENABLED, Directory, Entity
from .export_jobs import ExportJob, abandon_exports, settle_exports
from .idempotency import IdempotencyTokens
from .identity_center import IdentityCenterApplication, delete_application_of
from .permissions import Grant
from .settings import Settings

REQUESTED = "Requested"
CREATING = "Creating"
ACTIVE = "Active"
DELETING = "Deleting"
DELETED = "Deleted"

AD_CONNECTOR = "ADConnector"


@define(kw_only=True)
class DirectoryService:
    """A directory that organizations are made on.

    Args:
        id: `d-` and ten hexadecimal digits.
        alias: The alias an organization on it has to take.
        type: What kind of directory, such as `VpcDirectory` or `ADConnector`.
        read_only: Whether writes to it are refused; when left out, those to an AD Connector are.
        refuses_credentials: Lets a tester have it refuse WorkMail's credentials.
        unavailable: Lets a tester have it not answer.
    """

    id: str
    alias: str
    type: str = "VpcDirectory"
    read_only: bool = field(
        default=Factory(lambda self: self.type == AD_CONNECTOR, takes_self=True)
    )
    refuses_credentials: bool = False
    unavailable: bool = False

    def check(self, documented: Collection[str], *, writing: bool) -> None:
        """Refuse what the directory does not let an operation do.

        Args:
            documented: The errors that the operation documents; others it cannot bring about.
            writing: Whether the operation changes anything.

        Raises:
            DirectoryServiceAuthenticationFailedException: The directory refuses WorkMail.
            DirectoryUnavailableException: It does not answer.
            UnsupportedOperationException: It cannot be written to.
        """
        faults: tuple[tuple[type[WorkMailError], bool, str], ...] = (
            (DirectoryUnavailableException, self.unavailable, "does not answer"),
            (
                DirectoryServiceAuthenticationFailedException,
                self.refuses_credentials,
                "refuses WorkMail's credentials",
            ),
            (UnsupportedOperationException, writing and self.read_only, "is read-only"),
        )
        for kind, present, what in faults:
            if present and kind.__name__ in documented:
                raise kind(f"directory {self.id} {what}")


@define(kw_only=True, eq=False)
class Organization:
    """One WorkMail organization.

    Args:
        id: `m-` and 32 hexadecimal digits.
        alias: Its alias, unique in the Region.
        arn: Its Amazon Resource Name.
        position: Its place in lists.
        region: Where it is.
        account_id: Whose it is.
        world: What the emulator owns.
        directory_service: The directory it is on.
        creation: How far its creation has come.
        deletion: How far its deletion has come, once asked for.
        interoperability: Whether it works together with Microsoft Exchange.
        kms_key_arn: The customer's key that encrypts mail, if there is one.
        completed_date: When it became usable.
        error_message: What went wrong with it, if anything.
        forced_state: A state that a tester gives it, such as `Impaired`, in place of its own.
        directory: Its users, groups and resources.
        domains: Its mail domains, by lower-case name.
        default_domain: The name of the default one.
        domains_registered: How many domains it was ever given.
        permissions: Grants by the identifiers of mailbox and grantee.
        grants_made: How many grants were ever made.
        export_jobs: Export jobs by identifier, oldest first.
        running_exports: Those of them that are running.
        mailboxes: Mailboxes by the identifier of their user or resource.
        tags: Its tags, by key.
        settings: What its administrators have set.
        tokens: The idempotency tokens it has seen.
    """

    id: str
    alias: str
    arn: str
    position: int
    region: str
    account_id: str
    world: World
    directory_service: DirectoryService
    creation: Progress
    deletion: Progress | None = None
    interoperability: bool = False
    kms_key_arn: str | None = None
    completed_date: datetime | None = None
    error_message: str | None = None
    forced_state: str | None = None
    directory: Directory = field(factory=Directory)
    domains: dict[str, MailDomain] = field(factory=dict)
    default_domain: str = ""
    domains_registered: int = 0
    permissions: dict[str, dict[str, Grant]] = field(factory=dict)
    grants_made: int = 0
    export_jobs: dict[str, ExportJob] = field(factory=dict)
    running_exports: dict[str, ExportJob] = field(factory=dict)
    mailboxes: dict[str, Mailbox] = field(factory=dict)
    tags: dict[str, str] = field(factory=dict)
    settings: Settings = field(factory=Settings)
    tokens: IdempotencyTokens = field(factory=IdempotencyTokens)

    @property
    def now(self) -> datetime:
        """The emulated time."""
        return self.world.clock.now()

    @property
    def in_use(self) -> bool:
        """Whether its alias and domains are taken: until it has been deleted."""
        return self.state != DELETED

    @property
    def state(self) -> str:
        """Requested, Creating, Active, Deleting or Deleted, or what a tester has forced on it."""
        if self.forced_state is not None:
            return self.forced_state
        if self.deletion is not None:
            return DELETED if self.deletion.fraction(self.now) >= 1 else DELETING
        fraction = self.creation.fraction(self.now)
        if fraction >= 1:
            return ACTIVE
        return REQUESTED if fraction < 0.5 else CREATING

    def look(self) -> str:
        """Return the state and count that someone looked."""
        state = self.state
        (self.deletion or self.creation).looks += 1
        if self.completed_date is None and state == ACTIVE:
            self.completed_date = self.creation.pace.finished_at(self.creation.started) or self.now
        return state

    def change_state(self, entity: Entity, state: str) -> None:
        """Let an entity change to a state, which shows at the pace of the lifecycle."""
        progress = Progress(self.world.lifecycle.entity_state, self.now)
        entity.become(state, progress, self.world.clock)

    def require_active(self) -> None:
        """Refuse unless the organization is active.

        Raises:
            OrganizationStateException: It is not.
        """
        if self.state != ACTIVE:
            raise OrganizationStateException(f"organization {self.id} is {self.state}")


class WorkMailBackend(BaseBackend):
    """The organizations of an account in a Region.

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
        """Give up what is under way, as all is forgotten."""
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
        """Create an organization, or return the one the same token created before.

        `organization_id` is not a member of the request; seeds give it.
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
            raise LimitExceededException(f"there are {len(present)} organizations already")
        if any(each.alias.casefold() == alias.casefold() for each in present):
            raise NameAvailabilityException(f"the alias {alias} is taken")
        self._check_domains([each["DomainName"].casefold() for each in domains], present)
        if organization_id in self._organizations:  # only a seed gives one
            raise ValueError(f"there is an organization {organization_id}")
        service = self._directory_service(directory_id, alias, present)
        if interoperability and service.type != AD_CONNECTOR:
            raise InvalidParameterException(
                "interoperability needs the directory of an AD Connector"
            )
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
            raise DirectoryUnavailableException(f"there is no directory {directory_id} here")
        if service.unavailable:
            raise DirectoryUnavailableException(f"directory {directory_id} does not answer")
        if any(each.directory_service is service for each in present):
            raise DirectoryInUseException(f"directory {directory_id} has an organization")
        if service.alias.casefold() != alias.casefold():
            raise InvalidParameterException(
                f"the alias has to be the directory's, {service.alias}, not {alias}"
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
        """Return an organization in whatever state.

        Raises:
            OrganizationNotFoundException: There is none of that identifier.
        """
        organization = self._organizations.get(organization_id)
        if organization is None:
            raise OrganizationNotFoundException(f"there is no organization {organization_id}")
        return organization

    def list_organizations(self) -> list[Organization]:
        """Return all organizations, deleted ones too, oldest first."""
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
        """Begin to delete an organization.

        Raises:
            OrganizationStateException: It is being made or deleted, or has enabled users.
        """

        def delete() -> Organization:
            if organization.deletion is not None or organization.state in {REQUESTED, CREATING}:
                raise OrganizationStateException(
                    f"organization {organization.id} is {organization.state}"
                )
            if not force_delete and any(each.state == ENABLED for each in organization.directory):
                raise OrganizationStateException(
                    f"organization {organization.id} has enabled users, groups or resources; "
                    "disable them or pass ForceDelete"
                )
            if delete_identity_center_application:
                delete_application_of(self, organization)
            organization.forced_state = None
            # No operation can see them any more, and they hold secrets.
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


workmail_backends: BackendDict[WorkMailBackend] = BackendDict(
    WorkMailBackend, "workmail", use_boto3_regions=False, additional_regions=list(REGIONS)
)
