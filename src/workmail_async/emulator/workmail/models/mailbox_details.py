"""The size and quota of a mailbox."""

from __future__ import annotations

from workmail_async.emulator.mail.mailboxes import Mailbox
from workmail_async.emulator.workmail.exceptions import (
    EntityNotFoundException,
    InvalidParameterException,
)
from workmail_async.emulator.workmail.state.entities import ENABLED
from workmail_async.emulator.workmail.state.organizations import Organization
from workmail_async.emulator.workmail.state.users import User

from .registration import find_mailbox


def get_mailbox_details(organization: Organization, *, user_id: str) -> Mailbox:
    """Return a user's mailbox."""
    user = organization.directory.find(user_id, User)
    mailbox = find_mailbox(organization, user)
    if mailbox is None:
        raise EntityNotFoundException(f"{user.name} has no mailbox")
    return mailbox


def update_mailbox_quota(organization: Organization, *, user_id: str, mailbox_quota: int) -> None:
    """Set the quota of a user's mailbox, in MB."""
    user = organization.directory.find(user_id, User)
    user.require(ENABLED)
    most = organization.world.quotas.mailbox_megabytes
    if mailbox_quota > most:
        raise InvalidParameterException(f"MailboxQuota is {mailbox_quota}; the maximum is {most}")
    organization.mailboxes[user.id].quota = mailbox_quota
