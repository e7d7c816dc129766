"""Turns a seed into state, through the same functions that the operations use."""

from __future__ import annotations

import attrs
from attrs import field, frozen

from . import aws
from .lifecycle import Immediately, Progress
from .mailboxes import Mailbox
from .seeding import (
    ENABLED,
    ExportSeed,
    GroupSeed,
    MailSeed,
    OrganizationSeed,
    PersonalAccessTokenSeed,
    ResourceSeed,
    UserSeed,
    named,
)
from .workmail.models import (
    WorkMailBackend,
    aliases,
    groups,
    personal_access_tokens,
    registration,
    resources,
    users,
)
from .workmail.models.organizations import Organization


@frozen(kw_only=True)
class ExportResources:
    """What an export needs besides a mailbox.

    Args:
        role_arn: The role to pass.
        kms_key_arn: The key to pass.
        bucket: The bucket to pass.
        prefix: What a job's S3Prefix has to begin with, for the role to have the key's use.
    """

    role_arn: str
    kms_key_arn: str
    bucket: str
    prefix: str


@frozen(kw_only=True)
class PlantedOrganization:
    """Where a seeded organization is to be found.

    Args:
        id: Its identifier.
        alias: Its alias.
        arn: Its Amazon Resource Name.
        region: Where it is.
        users: Identifiers of its users, by name.
        groups: Identifiers of its groups, by name.
        resources: Identifiers of its resources, by name.
        export: What exports of it need, when the seed asked for that.
    """

    id: str
    alias: str
    arn: str
    region: str
    users: dict[str, str] = field(factory=dict)
    groups: dict[str, str] = field(factory=dict)
    resources: dict[str, str] = field(factory=dict)
    export: ExportResources | None = None


def plant_organization(backend: WorkMailBackend, seed: OrganizationSeed) -> PlantedOrganization:
    """Add a seeded organization and all that is in it."""
    organization = backend.create_organization(
        alias=seed.alias,
        organization_id=seed.id,
        # With a hosted zone a domain is verified from the start.
        domains=[{"DomainName": name, "HostedZoneId": "Z0"} for name in seed.domains],
    )
    organization.creation = Progress(Immediately(), organization.now)
    organization.look()
    if seed.domains:
        organization.default_domain = seed.domains[0]
    planted = PlantedOrganization(
        id=organization.id,
        alias=organization.alias,
        arn=organization.arn,
        region=organization.region,
        export=plant_export_resources(organization, seed.export) if seed.export else None,
    )
    for each in seed.users:
        user = named(UserSeed, each)
        planted.users[user.name] = _plant_user(organization, user)
    for each_group in seed.groups:
        group = named(GroupSeed, each_group)
        planted.groups[group.name] = _plant_group(organization, group)
    for each_resource in seed.resources:
        resource = named(ResourceSeed, each_resource)
        planted.resources[resource.name] = _plant_resource(organization, resource)
    return planted


def plant_export_resources(organization: Organization, seed: ExportSeed) -> ExportResources:
    """Create the role, the key and the bucket of a seed."""
    name = f"workmail-export-{organization.world.hex(12)}"
    bucket = seed.bucket or name
    region, account_id = organization.region, organization.account_id
    aws.create_bucket(bucket, region, account_id)
    key = aws.create_key(f"Exports of {organization.alias}", region, account_id, seed.key_id)
    role = aws.create_export_role(
        seed.role_name or name,
        bucket=bucket,
        prefix=seed.prefix,
        kms_key_arn=key,
        organization_arn=organization.arn,
        region=region,
        account_id=account_id,
    )
    return ExportResources(role_arn=role, kms_key_arn=key, bucket=bucket, prefix=seed.prefix)


def plant_personal_access_token(
    organization: Organization, user_id: str, seed: PersonalAccessTokenSeed
) -> str:
    """Add a seeded token and return its identifier."""
    return personal_access_tokens.make_personal_access_token(
        organization, user_id=user_id, **attrs.asdict(seed)
    ).id


def _plant_user(organization: Organization, seed: UserSeed) -> str:
    display_name = seed.display_name or seed.name.replace(".", " ").title()
    user = users.create_user(organization, name=seed.name, display_name=display_name)
    user.role = seed.role
    mailbox = _enable(organization, seed, user.id)
    for alias in seed.aliases:
        aliases.create_alias(organization, entity_id=user.id, alias=alias)
    _fill(mailbox, seed)
    for token in seed.personal_access_tokens:
        plant_personal_access_token(organization, user.id, token)
    return user.id


def _plant_group(organization: Organization, seed: GroupSeed) -> str:
    group = groups.create_group(organization, name=seed.name)
    _enable(organization, seed, group.id)
    for member in seed.members:
        groups.associate_member_to_group(organization, group_id=group.id, member_id=member)
    return group.id


def _plant_resource(organization: Organization, seed: ResourceSeed) -> str:
    resource = resources.create_resource(
        organization, name=seed.name, type=seed.type, description=seed.description
    )
    mailbox = _enable(organization, seed, resource.id)
    for delegate in seed.delegates:
        resources.associate_delegate_to_resource(
            organization, resource_id=resource.id, entity_id=delegate
        )
    _fill(mailbox, seed)
    return resource.id


def _enable(
    organization: Organization, seed: UserSeed | GroupSeed | ResourceSeed, entity_id: str
) -> Mailbox | None:
    if seed.state != ENABLED:
        return None
    email = seed.email or f"{seed.name}@{organization.default_domain}"
    registration.register_to_work_mail(organization, entity_id=entity_id, email=email)
    return organization.mailboxes.get(entity_id)


def _fill(mailbox: Mailbox | None, seed: UserSeed | ResourceSeed) -> None:
    if mailbox is None:
        if seed.messages or seed.mail:
            raise ValueError(f"{seed.name} is {seed.state} and has no mailbox for its mail")
        return
    mailbox.add_synthetic(seed.messages)
    for mail in seed.mail:
        _add_mail(mailbox, mail)


def _add_mail(mailbox: Mailbox, mail: MailSeed) -> None:
    if mail.path.is_dir():
        mailbox.add_tree(mail.path, folder=mail.folder)
    elif mail.path.suffix == ".mbox":
        mailbox.add_mbox(mail.path, folder=mail.folder or "Inbox")
    else:
        mailbox.add(mail.path, folder=mail.folder or "Inbox")
