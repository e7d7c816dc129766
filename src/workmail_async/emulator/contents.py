"""The part of an `Emulator` that tests work with: what it holds, and how it behaves.

It knows nothing of sockets, so the HTTP control API can work on it without importing the server.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from .base import EmulatorBase
from .mail.mailboxes import Content, Mailbox
from .messageflow.invocations import Handler, Invocation, LambdaOutcome, run_lambda
from .messageflow.models import InTransitMessage, MessageFlowBackend, message_flow_backends
from .messageflow.models.messages import INBOUND
from .messageflow.verdicts import DEFAULT
from .seeds import files
from .seeds.definitions import (
    ExportSeed,
    GroupLike,
    OrganizationSeed,
    PersonalAccessTokenSeed,
    ResourceLike,
    Seed,
    UserLike,
)
from .seeds.planting import (
    ExportResources,
    PlantedOrganization,
    plant_export_resources,
    plant_organization,
    plant_personal_access_token,
)
from .workmail.models.registration import find_mailbox
from .workmail.state.entities import Entity
from .workmail.state.organizations import DirectoryService, Organization


class EmulatorContents(EmulatorBase):
    """What an emulator holds: methods that add to it, inspect it and use it."""

    def reset(self) -> None:
        """Go back to the initial state, at the same address.

        This drops all state, WorkMail's and moto's, and removes all faults. It restores the clock,
        the lifecycle, the quotas and the MIME rules that you passed, and loads the seed again.
        """
        world = self._running
        with world.renewed():
            self.clock.reset()
            self._put_back()
            world.lifecycle, world.quotas = self.lifecycle, self.quotas
            world.mime_rules = self.mime_rules
            if self._seed is not None:
                self.seed(self._seed)

    def seed(self, seed: Seed | str | Path) -> list[PlantedOrganization]:
        """Add the organizations of a seed.

        Args:
            seed: A seed, or the path of a YAML or JSON file.

        Returns:
            The organizations, each with the ids of its users, groups and resources.

        Raises:
            OSError: The file cannot be read.
            ValueError: The seed is invalid, for example because it uses a name twice.
        """
        if isinstance(seed, Seed):
            return [self._plant(each) for each in seed.organizations]
        loaded = files.load(seed)
        try:
            return self.seed(loaded)
        except ValueError as error:
            raise ValueError(f"{seed}: {error}") from error

    def create_organization(
        self,
        alias: str,
        *,
        domains: list[str] | None = None,
        users: list[UserLike] | None = None,
        groups: list[GroupLike] | None = None,
        resources: list[ResourceLike] | None = None,
        organization_id: str | None = None,
    ) -> PlantedOrganization:
        """Add one active organization with verified domains.

        Args:
            alias: The alias.
            domains: The domains; the first becomes the default domain.
            users: Users, or just their names.
            groups: Groups, or just their names.
            resources: Resources, or just their names.
            organization_id: The organization's id; random by default.

        Raises:
            ValueError: The arguments are invalid, for example because a name is used twice.
        """
        seed = OrganizationSeed(
            alias=alias,
            id=organization_id,
            domains=domains or [],
            users=users or [],
            groups=groups or [],
            resources=resources or [],
        )
        return self._plant(seed)

    def organization(self, organization: PlantedOrganization | str) -> Organization:
        """Return the state of an organization, for your test to inspect or change.

        Args:
            organization: The organization, or its id.

        Raises:
            LookupError: There is no such organization.
        """
        with self._inside() as backend:
            return backend.get_organization(_id(organization))

    def add_directory(self, directory: DirectoryService) -> None:
        """Add a directory in which organizations can be created.

        Args:
            directory: The directory. You can still change its attributes later.
        """
        with self._inside() as backend:
            backend.directory_services[directory.id] = directory

    def mailbox(self, organization: PlantedOrganization | str, entity: str) -> Mailbox:
        """Return the mailbox of a user or resource, so that you can add mail to it.

        Args:
            organization: The organization, or its id.
            entity: The id, address or name of the user or resource.

        Raises:
            LookupError: There is no such user or resource, or it has no mailbox because it was
                never enabled.
        """
        with self._inside() as backend:
            state = backend.get_organization(_id(organization))
            mailbox = find_mailbox(state, state.directory.find(entity, Entity))
        if mailbox is None:
            raise LookupError(f"{entity} has no mailbox; enable it first")
        return mailbox

    def deliver(
        self,
        organization: PlantedOrganization | str,
        content: Content,
        *,
        sender: str | None = None,
        recipients: Sequence[str] | None = None,
        flow: str = INBOUND,
        redirected: bool = False,
        on_behalf_of: str | None = None,
    ) -> InTransitMessage:
        """Put a message in transit, where it stays for 24 hours of emulated time.

        Args:
            organization: The organization, or its id.
            content: Raw MIME as bytes or text, an email message, or the path of an .eml file.
            sender: The sender's address. Defaults to the From header.
            recipients: The recipients' addresses. Defaults to the To, Cc and Bcc headers. An
                inbound message keeps only recipients in the organization.
            flow: `INBOUND` or `OUTBOUND`.
            redirected: Whether it was redirected, which means that it cannot be changed.
            on_behalf_of: The address on whose behalf the sender sends it.

        Raises:
            LookupError: There is no such organization.
            ValueError: The message has no sender or no recipients, is too large, or does not match
                `flow`.
        """
        with self._inside() as backend:
            return self._message_flow.deliver(
                backend.get_organization(_id(organization)),
                content,
                sender=sender,
                recipients=recipients,
                flow=flow,
                redirected=redirected,
                on_behalf_of=on_behalf_of,
            )

    def message(self, message_id: str) -> InTransitMessage:
        """Return a message in transit.

        Args:
            message_id: Its id.

        Raises:
            LookupError: No such message is in transit, or no longer.
        """
        with self._inside():
            return self._message_flow.find(message_id)

    def run_lambda(
        self,
        handler: Handler,
        message: InTransitMessage | str,
        *,
        synchronous: bool = True,
        fallback: str = DEFAULT,
        retries: int = 0,
    ) -> LambdaOutcome:
        """Call a Lambda handler the way a Run Lambda rule does, and return the outcome.

        The handler gets the event that WorkMail sends. A second call for the same message counts
        as a retry and has the same `invocationId`. The handler has 15 seconds of emulated time;
        nothing interrupts it. The outcome says what WorkMail would refuse in the answer, and what
        would happen to the message for each recipient; nothing is delivered.

        Args:
            handler: Takes an event and a context, and returns the answer.
            message: The message in transit, or its id.
            synchronous: Whether the rule waits for the answer. Only then do PutRawMessageContent
                and the answer take effect.
            fallback: The action for recipients that the answer leaves out, and for all recipients
                when the invocation fails.
            retries: How often to call the handler again after a failed invocation.

        Raises:
            LookupError: The message is not in transit.
            TypeError: The handler is asynchronous.
            ValueError: Messages of this direction have no such fallback action.
        """
        message_id = message if isinstance(message, str) else message.id
        invocation = Invocation(
            message=self.message(message_id),
            clock=self.clock,
            synchronous=synchronous,
            fallback=fallback,
        )
        return run_lambda(invocation, handler, retries=retries, new_id=self._running.uuid)

    def add_personal_access_token(
        self,
        organization: PlantedOrganization | str,
        user: str,
        token: PersonalAccessTokenSeed | str,
    ) -> str:
        """Create a personal access token and return its id. No API operation can do this.

        Args:
            organization: The organization, or its id.
            user: The id, address or name of the user.
            token: The token, or just its name.
        """
        seed = PersonalAccessTokenSeed(token) if isinstance(token, str) else token
        with self._inside() as backend:
            return plant_personal_access_token(
                backend.get_organization(_id(organization)), user, seed
            )

    def create_export_resources(
        self,
        organization: PlantedOrganization | str,
        *,
        bucket: str | None = None,
        prefix: str = "exports",
        role_name: str | None = None,
        key_id: str | None = None,
    ) -> ExportResources:
        """Create the role, the key and the bucket that mailbox exports need.

        Args:
            organization: The organization, or its id.
            bucket: The bucket's name; random by default.
            prefix: The prefix under which the role may use the key.
            role_name: The role's name; random by default.
            key_id: The key's id, a UUID; random by default.

        Raises:
            LookupError: There is no such organization.
            ValueError: The role, bucket or key already exists, or the name is invalid.
        """
        seed = ExportSeed(bucket=bucket, prefix=prefix, role_name=role_name, key_id=key_id)
        with self._inside() as backend:
            return plant_export_resources(backend.get_organization(_id(organization)), seed)

    def _plant(self, seed: OrganizationSeed) -> PlantedOrganization:
        with self._inside() as backend:
            return plant_organization(backend, seed)

    @property
    def _message_flow(self) -> MessageFlowBackend:
        return message_flow_backends[self.account_id][self.region]


def _id(organization: PlantedOrganization | str) -> str:
    return organization if isinstance(organization, str) else organization.id
