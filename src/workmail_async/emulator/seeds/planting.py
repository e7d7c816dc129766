"""Creates what a seed describes, with the functions that the operations use."""

from __future__ import annotations

import mailbox
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import attrs
from attrs import field, frozen

from workmail_async.emulator.aws import resources as aws
from workmail_async.emulator.http.calls import WORKMAIL
from workmail_async.emulator.lifecycle import Immediately, Progress
from workmail_async.emulator.mail.mailboxes import INBOX, Mailbox
from workmail_async.emulator.validation import faults, service_model
from workmail_async.emulator.workmail.exceptions import WorkMailError
from workmail_async.emulator.workmail.models import (
    WorkMailBackend,
    aliases,
    groups,
    personal_access_tokens,
    registration,
    resources,
    users,
)
from workmail_async.emulator.workmail.state.entities import ENABLED, Entity
from workmail_async.emulator.workmail.state.organizations import Organization

from .definitions import (
    ExportSeed,
    GroupSeed,
    MailSeed,
    OrganizationSeed,
    PersonalAccessTokenSeed,
    ResourceSeed,
    UserSeed,
    named,
)


@frozen(kw_only=True)
class ExportResources:
    """The resources that a mailbox export needs.

    Args:
        role_arn: The ARN of the role.
        kms_key_arn: The ARN of the key.
        bucket: The name of the bucket.
        prefix: The prefix that a job's S3Prefix must start with, or the role may not use the key.
    """

    role_arn: str
    kms_key_arn: str
    bucket: str
    prefix: str


@frozen(kw_only=True)
class PlantedOrganization:
    """An organization created from a seed, with the ids of what is in it.

    Args:
        id: Its id.
        alias: Its alias.
        arn: Its ARN.
        region: Its Region.
        users: The ids of its users, by name.
        groups: The ids of its groups, by name.
        resources: The ids of its resources, by name.
        export: The resources for mailbox exports, if the seed asks for them.
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
    """Create the organization of a seed, with everything in it.

    Raises:
        ValueError: The seed is invalid; the message says where.
    """
    with _at(seed.alias):
        domains = [{"DomainName": name} for name in seed.domains]
        _check("CreateOrganization", Alias=seed.alias, Domains=domains)
        if seed.id is not None:
            _check("DescribeOrganization", OrganizationId=seed.id)
        organization = backend.create_organization(
            alias=seed.alias,
            organization_id=seed.id,
            # A domain with a hosted zone is verified at once.
            domains=[{**each, "HostedZoneId": "Z0"} for each in domains],
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
        for user in (named(UserSeed, each) for each in seed.users):
            with _at(f"user {user.name}"):
                planted.users[user.name] = _plant_user(organization, user)
        for group in (named(GroupSeed, each) for each in seed.groups):
            with _at(f"group {group.name}"):
                planted.groups[group.name] = _plant_group(organization, group)
        for resource in (named(ResourceSeed, each) for each in seed.resources):
            with _at(f"resource {resource.name}"):
                planted.resources[resource.name] = _plant_resource(organization, resource)
    return planted


@contextmanager
def _at(place: str) -> Generator[None, None, None]:
    """Prefix errors with the place in the seed."""
    try:
        yield
    except WorkMailError as error:
        raise ValueError(f"{place}: {error.code}: {error.message}") from error
    except (OSError, ValueError, mailbox.Error) as error:
        raise ValueError(f"{place}: {error}") from error


def _check(operation: str, **members: Any) -> None:
    """Check a part of a seed against the model of the request that would create it."""
    model = service_model(WORKMAIL).operation_model(operation)
    required = model.input_shape.required_members if model.input_shape else ()
    unsaid = {f"{name} is required" for name in required if name not in members}
    found = [each for each in faults(model, members) if each not in unsaid]
    if found:
        raise ValueError("; ".join(found))


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
    """Create the personal access token of a seed and return its id."""
    return personal_access_tokens.create_personal_access_token(
        organization, user_id=user_id, **attrs.asdict(seed)
    ).id


def _plant_user(organization: Organization, seed: UserSeed) -> str:
    display_name = seed.display_name or seed.name.replace(".", " ").title()
    _check("CreateUser", Name=seed.name, DisplayName=display_name, Role=seed.role)
    user = users.create_user(organization, name=seed.name, display_name=display_name)
    user.role = seed.role
    box = _enable(organization, seed, user.id)
    for alias in seed.aliases:
        aliases.create_alias(organization, entity_id=user.id, alias=alias)
    _fill(box, seed)
    for token in seed.personal_access_tokens:
        plant_personal_access_token(organization, user.id, token)
    return user.id


def _plant_group(organization: Organization, seed: GroupSeed) -> str:
    _check("CreateGroup", Name=seed.name)
    group = groups.create_group(organization, name=seed.name)
    _enable(organization, seed, group.id)
    for member in seed.members:
        groups.associate_member_to_group(organization, group_id=group.id, member_id=member)
    return group.id


def _plant_resource(organization: Organization, seed: ResourceSeed) -> str:
    _check("CreateResource", Name=seed.name, Type=seed.type)
    resource = resources.create_resource(
        organization, name=seed.name, type=seed.type, description=seed.description
    )
    box = _enable(organization, seed, resource.id)
    for delegate in seed.delegates:
        resources.associate_delegate_to_resource(
            organization, resource_id=resource.id, entity_id=delegate
        )
    _fill(box, seed)
    return resource.id


def _enable(
    organization: Organization, seed: UserSeed | GroupSeed | ResourceSeed, entity_id: str
) -> Mailbox | None:
    if seed.state != ENABLED:
        return None
    email = seed.email or f"{seed.name}@{organization.default_domain}"
    _check("RegisterToWorkMail", Email=email)
    registration.register_to_work_mail(organization, entity_id=entity_id, email=email)
    entity = organization.directory.find(entity_id, Entity)
    entity.change = None  # the state shows at once
    return organization.mailboxes.get(entity_id)


def _fill(box: Mailbox | None, seed: UserSeed | ResourceSeed) -> None:
    if box is None:
        if seed.messages or seed.mail:
            raise ValueError(f"{seed.name} is {seed.state} so it has no mailbox for its mail")
        return
    box.add_synthetic(seed.messages)
    for mail in seed.mail:
        _add_mail(box, mail)


def _add_mail(box: Mailbox, mail: MailSeed) -> None:
    if not mail.path.exists():
        raise ValueError(f"{mail.path} does not exist")
    if mail.path.is_dir():
        box.add_tree(mail.path, folder=mail.folder)
    elif mail.path.suffix == ".mbox":
        box.add_mbox(mail.path, folder=mail.folder or INBOX)
    else:
        box.add(mail.path, folder=mail.folder or INBOX)
