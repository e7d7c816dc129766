"""Organizations: their directory, their state, and everything they hold."""

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
    """A directory for an organization.

    Args:
        id: `d-` and ten hexadecimal digits.
        alias: The alias that an organization in it must have.
        type: The kind of directory, such as `VpcDirectory` or `ADConnector`.
        read_only: Whether it refuses writes. By default only an AD Connector does.
        refuses_credentials: For tests: makes it reject WorkMail's credentials.
        unavailable: For tests: makes it unavailable.
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
        """Refuse an operation that the directory does not allow.

        Args:
            documented: The errors that the operation documents. It raises no others.
            writing: Whether the operation changes anything.

        Raises:
            DirectoryServiceAuthenticationFailedException: It rejects WorkMail's credentials.
            DirectoryUnavailableException: It is unavailable.
            UnsupportedOperationException: It is read-only.
        """
        faults: tuple[tuple[type[WorkMailError], bool, str], ...] = (
            (DirectoryUnavailableException, self.unavailable, "is not available"),
            (
                DirectoryServiceAuthenticationFailedException,
                self.refuses_credentials,
                "rejects WorkMail's credentials",
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
        arn: Its ARN.
        position: Its position in lists.
        region: Its Region.
        account_id: The account that owns it.
        world: The emulator's world.
        directory_service: Its directory.
        creation: The progress of its creation.
        deletion: The progress of its deletion, if it was requested.
        interoperability: Whether interoperability with Microsoft Exchange is enabled.
        kms_key_arn: The customer's key that encrypts mail, if there is one.
        completed_date: When it became active.
        error_message: Why it is not active, if anything failed.
        forced_state: For tests: a state to show instead of its own, such as `Impaired`.
        directory: Its users, groups and resources.
        domains: Its mail domains, by lower-case name.
        default_domain: The name of the default domain.
        domains_registered: How many domains it has ever had.
        permissions: Grants by the ids of mailbox and grantee.
        grants_made: How many grants it has ever had.
        export_jobs: Export jobs by id, oldest first.
        running_exports: The export jobs that are running.
        mailboxes: Mailboxes by the id of their user or resource.
        tags: Its tags, by key.
        settings: The settings that administrators change.
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
        """Whether its alias and domains are in use, which is until it is deleted."""
        return self.state != OrganizationState.DELETED

    @property
    def state(self) -> str:
        """Requested, Creating, Active, Deleting or Deleted, or the state that a test has forced."""
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
        """Return the state, and count the look."""
        state = self.state
        (self.deletion or self.creation).looks += 1
        if self.completed_date is None and state == OrganizationState.ACTIVE:
            self.completed_date = self.creation.pace.finished_at(self.creation.started) or self.now
        return state

    def change_state(self, entity: Entity, state: str) -> None:
        """Change the state of an entity. The lifecycle decides when the new state shows."""
        progress = Progress(self.world.lifecycle.entity_state, self.now)
        entity.become(state, progress, self.world.clock)

    def require_active(self) -> None:
        """Refuse an organization that is not active.

        Raises:
            OrganizationStateException: It is not active.
        """
        if self.state != OrganizationState.ACTIVE:
            raise OrganizationStateException(f"organization {self.id} is {self.state}")
