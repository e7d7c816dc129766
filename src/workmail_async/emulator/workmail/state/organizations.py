"""Organizations: the directory below them, their state, and what they hold."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from attrs import Factory, define, field

from workmail_async.emulator.lifecycle import Progress
from workmail_async.emulator.mail.mailboxes import Mailbox
from workmail_async.emulator.workmail.exceptions import (
    DirectoryServiceAuthenticationFailedException,
    DirectoryUnavailableException,
    OrganizationStateException,
    UnsupportedOperationException,
    WorkMailError,
)
from workmail_async.emulator.world import World

from .domains import MailDomain
from .entities import Directory, Entity
from .export_jobs import ExportJob
from .idempotency import IdempotencyTokens
from .permissions import Grant
from .settings import Settings

AD_CONNECTOR = "ADConnector"


class OrganizationState:
    """The states of an organization, which the API returns as plain text."""

    REQUESTED = "Requested"
    CREATING = "Creating"
    ACTIVE = "Active"
    DELETING = "Deleting"
    DELETED = "Deleted"


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
        return self.state != OrganizationState.DELETED

    @property
    def state(self) -> str:
        """Requested, Creating, Active, Deleting or Deleted, or what a tester has forced on it."""
        if self.forced_state is not None:
            return self.forced_state
        if self.deletion is not None:
            deleted = self.deletion.fraction(self.now) >= 1
            return OrganizationState.DELETED if deleted else OrganizationState.DELETING
        fraction = self.creation.fraction(self.now)
        if fraction >= 1:
            return OrganizationState.ACTIVE
        return OrganizationState.REQUESTED if fraction < 0.5 else OrganizationState.CREATING

    def look(self) -> str:
        """Return the state and count that someone looked."""
        state = self.state
        (self.deletion or self.creation).looks += 1
        if self.completed_date is None and state == OrganizationState.ACTIVE:
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
        if self.state != OrganizationState.ACTIVE:
            raise OrganizationStateException(f"organization {self.id} is {self.state}")
