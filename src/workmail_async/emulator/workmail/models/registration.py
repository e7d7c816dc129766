"""Registration of entities, which gives them an address and a mailbox, and its reverse."""

from __future__ import annotations

from workmail_async.emulator.mail.mailboxes import Mailbox
from workmail_async.emulator.workmail.exceptions import EntityAlreadyRegisteredException
from workmail_async.emulator.workmail.state.entities import DISABLED, ENABLED, Entity
from workmail_async.emulator.workmail.state.groups import Group
from workmail_async.emulator.workmail.state.organizations import Organization
from workmail_async.emulator.workmail.state.users import User

from .domains import require_usable_address


def register_to_work_mail(organization: Organization, *, entity_id: str, email: str) -> None:
    """Enable an entity with an address.

    For an enabled entity, the same address changes nothing, and another address is an error.
    """
    directory = organization.directory
    entity = directory.find(entity_id, Entity, by_email=False)
    entity.require(ENABLED, DISABLED)
    if entity.final_state == ENABLED:
        if entity.email is None or entity.email.casefold() != email.casefold():
            raise EntityAlreadyRegisteredException(
                f"{entity.name} is already registered as {entity.email}"
            )
        return
    require_usable_address(organization, email)
    directory.check_address(email, entity)
    directory.set_primary(entity, email)
    organization.change_state(entity, ENABLED)
    entity.enabled_date = organization.now
    if not isinstance(entity, Group):
        _provide_mailbox(organization, entity, email)


def deregister_from_work_mail(organization: Organization, *, entity_id: str) -> None:
    """Disable an entity. This frees its addresses; WorkMail keeps its mailbox for some time."""
    entity = organization.directory.find(entity_id, Entity)
    entity.require(ENABLED)
    organization.directory.release_addresses(entity)
    organization.change_state(entity, DISABLED)
    entity.disabled_date = organization.now
    mailbox = organization.mailboxes.get(entity.id)
    if mailbox is not None:
        mailbox.released = organization.now
    if isinstance(entity, User):
        entity.mailbox_deprovisioned_date = organization.now


def find_mailbox(organization: Organization, entity: Entity) -> Mailbox | None:
    """Return an entity's mailbox; None if it has none or was disabled too long ago."""
    mailbox = organization.mailboxes.get(entity.id)
    if mailbox is not None and mailbox.released is not None:
        kept = organization.world.quotas.mailbox_kept
        if organization.now - mailbox.released >= kept:
            del organization.mailboxes[entity.id]
            return None
    return mailbox


def _provide_mailbox(organization: Organization, entity: Entity, email: str) -> None:
    mailbox = find_mailbox(organization, entity)
    if mailbox is None:
        mailbox = Mailbox(address=email, quota=organization.world.quotas.mailbox_megabytes)
        organization.mailboxes[entity.id] = mailbox
        if isinstance(entity, User):
            entity.mailbox_provisioned_date = organization.now
    mailbox.released = None
    mailbox.address = email
    if isinstance(entity, User):
        entity.mailbox_deprovisioned_date = None
