"""Messages in transit, for 24 hours after they were sent or received."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.policy import default
from email.utils import getaddresses

from attrs import define, field
from moto.core.base_backend import BackendDict, BaseBackend

from workmail_async.emulator.mail.mailboxes import Content, raw_mime
from workmail_async.emulator.mail.mime_rules import mime_faults
from workmail_async.emulator.messageflow.exceptions import (
    MessageFrozen,
    MessageRejected,
    ResourceNotFoundException,
)
from workmail_async.emulator.workmail.state.organizations import Organization
from workmail_async.emulator.world import REGIONS, World

from .content_location import ContentLocation, fetch

INBOUND = "INBOUND"
OUTBOUND = "OUTBOUND"

_IN_TRANSIT = timedelta(hours=24)
_MEGABYTE = 1_000_000
# The direction of a message in its ARN.
_CONTEXTS = {INBOUND: "incoming", OUTBOUND: "outgoing"}


@define(kw_only=True, eq=False)
class InTransitMessage:
    """A message on its way into or out of an organization.

    Args:
        id: Its id.
        organization: The organization.
        flow: `INBOUND` or `OUTBOUND`.
        mail_from: The address it is from.
        sender: Who sent it on behalf of `mail_from`; None if `mail_from` sent it.
        recipients: Its recipients; for an inbound message, only those in the organization.
        subject: Its subject, decoded.
        redirected: Whether it was redirected, which means that it cannot be changed.
        received: When it was put in transit.
        sent_content: Its original content.
        content: The content that GetRawMessageContent returns.
        delivered_content: The content that its recipients get.
        invocation_id: The id of the rule's invocation, the same for each retry.
        in_rule: Whether a synchronous rule is waiting for a function's answer.
    """

    id: str
    organization: Organization = field(repr=False)
    flow: str
    mail_from: str
    sender: str | None
    recipients: tuple[str, ...]
    subject: str
    redirected: bool
    received: datetime
    sent_content: bytes = field(repr=False)
    content: bytes = field(repr=False)
    delivered_content: bytes = field(repr=False)
    invocation_id: str
    in_rule: bool = False

    @property
    def arn(self) -> str:
        """Its ARN."""
        organization = self.organization
        return (
            f"arn:aws:workmailmessageflow:{organization.region}:{organization.account_id}:message/"
            f"{organization.id}/{_CONTEXTS[self.flow]}/{self.id}"
        )

    def belongs_to_organization(self, address: str) -> bool:
        """Return whether an address is on one of the organization's domains."""
        return _is_inside(self.organization, address)


class MessageFlowBackend(BaseBackend):
    """The messages in transit of one account in one Region.

    Args:
        region_name: The Region.
        account_id: The account.
    """

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.world: World = World.current()
        self._messages: dict[str, InTransitMessage] = {}

    def deliver(
        self,
        organization: Organization,
        content: Content,
        *,
        sender: str | None = None,
        recipients: Sequence[str] | None = None,
        flow: str = INBOUND,
        redirected: bool = False,
        on_behalf_of: str | None = None,
    ) -> InTransitMessage:
        """Put a message in transit.

        Raises:
            ValueError: The message cannot be in transit like this.
        """
        raw = raw_mime(content)
        headers = BytesHeaderParser(EmailMessage, policy=default).parsebytes(raw)
        if flow not in _CONTEXTS:
            raise ValueError(f"flow must be one of {', '.join(_CONTEXTS)}, not {flow!r}")
        most = self.world.quotas.message_megabytes
        if len(raw) > most * _MEGABYTE:
            raise ValueError(f"the message has {len(raw):,} bytes; the maximum is {most} MB")
        sent_by = sender or next(iter(_addresses(headers, "From")), None)
        if sent_by is None:
            raise ValueError("the message has no From header; pass `sender`")
        found = recipients if recipients is not None else _addresses(headers, "To", "Cc", "Bcc")
        kept = [each for each in found if flow == OUTBOUND or _is_inside(organization, each)]
        if not kept:
            raise ValueError(f"none of the recipients is in {organization.alias}: {list(found)}")
        if flow == OUTBOUND and not _is_inside(organization, on_behalf_of or sent_by):
            raise ValueError(f"{on_behalf_of or sent_by} is not in {organization.alias}")
        message = InTransitMessage(
            id=self.world.uuid(),
            organization=organization,
            flow=flow,
            mail_from=on_behalf_of or sent_by,
            sender=sent_by if on_behalf_of else None,
            recipients=tuple(dict.fromkeys(kept)),
            subject=str(headers["Subject"] or ""),
            redirected=redirected,
            received=self.world.clock.now(),
            sent_content=raw,
            content=raw,
            delivered_content=raw,
            invocation_id=self.world.hex(32),
        )
        self._forget_old()
        self._messages[message.id] = message
        return message

    def find(self, message_id: str) -> InTransitMessage:
        """Return a message in transit.

        Raises:
            ResourceNotFoundException: There is no such message, or it is older than 24 hours.
        """
        self._forget_old()
        message = self._messages.get(message_id)
        if message is None:
            raise ResourceNotFoundException(f"message {message_id} is not in transit")
        return message

    def put_content(self, message_id: str, location: ContentLocation) -> None:
        """Replace the content of a message.

        Recipients get the new content only if a synchronous rule is waiting. Otherwise only
        GetRawMessageContent returns it.
        """
        message = self.find(message_id)
        if message.redirected:
            raise MessageFrozen(f"message {message_id} was redirected and cannot be changed")
        content = fetch(
            location,
            region=self.region_name,
            account_id=self.account_id,
            message_arn=message.arn,
        )
        most = self.world.quotas.message_megabytes
        if len(content) > most * _MEGABYTE:
            raise MessageRejected(
                f"the message has {len(content):,} bytes; the maximum is {most} MB"
            )
        found = mime_faults(content, original=message.content, rules=self.world.mime_rules)
        if found:
            raise MessageRejected("; ".join(found))
        message.content = content
        if message.in_rule:
            message.delivered_content = content

    def _forget_old(self) -> None:
        now = self.world.clock.now()
        # The oldest message is first.
        while self._messages:
            oldest = next(iter(self._messages.values()))
            if now - oldest.received < _IN_TRANSIT:
                return
            del self._messages[oldest.id]


def _addresses(headers: EmailMessage, *names: str) -> list[str]:
    values = [str(value) for name in names for value in headers.get_all(name, [])]
    return [address for _, address in getaddresses(values) if address]


def _is_inside(organization: Organization, address: str) -> bool:
    return address.rpartition("@")[2].lower() in organization.domains


message_flow_backends: BackendDict[MessageFlowBackend] = BackendDict(
    MessageFlowBackend,
    "workmailmessageflow",
    use_boto3_regions=False,
    additional_regions=list(REGIONS),
)
