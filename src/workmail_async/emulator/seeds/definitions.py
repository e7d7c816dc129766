"""The classes that describe what an emulator starts with."""

from __future__ import annotations

from pathlib import Path
from typing import TypeVar

from attrs import field, frozen, validators

from workmail_async.emulator.workmail.state.entities import DISABLED, ENABLED

_STATE = validators.in_((ENABLED, DISABLED))
_COUNT = validators.ge(0)


@frozen
class MailSeed:
    """Mail to add to a mailbox.

    Args:
        path: An .eml file, an .mbox file, or a directory tree of .eml files, relative to the seed
            file.
        folder: The mail folder for it; for a directory tree, the parent folder.
    """

    path: Path
    folder: str = ""


@frozen
class PersonalAccessTokenSeed:
    """A personal access token. No operation creates one: users do, in WorkMail's web application.

    Args:
        name: The name.
        scopes: What it allows. AWS does not publish the possible values.
        lifetime: How long it is valid, in days.
        age: How long ago it was created, in days.
        unused: How long ago it was last used, in days. Never by default.
    """

    name: str
    scopes: list[str] = field(factory=lambda: ["FULL_ACCESS"], kw_only=True)
    lifetime: int = field(default=365, kw_only=True)
    age: int = field(default=0, kw_only=True)
    unused: int | None = field(default=None, kw_only=True)


@frozen
class UserSeed:
    """A user.

    Args:
        name: The name.
        display_name: The display name. Derived from the name by default.
        email: The address. Defaults to the name at the organization's first domain.
        state: ENABLED or DISABLED.
        role: USER, REMOTE_USER, SYSTEM_USER or RESOURCE.
        aliases: Other addresses.
        messages: How many synthetic messages the mailbox holds.
        mail: Mail from files.
        personal_access_tokens: Personal access tokens.
    """

    name: str
    display_name: str | None = field(default=None, kw_only=True)
    email: str | None = field(default=None, kw_only=True)
    state: str = field(default=ENABLED, kw_only=True, validator=_STATE)
    role: str = field(default="USER", kw_only=True)
    aliases: list[str] = field(factory=list, kw_only=True)
    messages: int = field(default=0, kw_only=True, validator=_COUNT)
    mail: list[MailSeed] = field(factory=list, kw_only=True)
    personal_access_tokens: list[PersonalAccessTokenSeed] = field(factory=list, kw_only=True)


@frozen
class GroupSeed:
    """A group.

    Args:
        name: The name.
        email: The address. Defaults to the name at the organization's first domain.
        state: ENABLED or DISABLED.
        members: Names of users and groups. A group must come before the groups it is a member of.
    """

    name: str
    email: str | None = field(default=None, kw_only=True)
    state: str = field(default=ENABLED, kw_only=True, validator=_STATE)
    members: list[str] = field(factory=list, kw_only=True)


@frozen
class ResourceSeed:
    """A room or equipment.

    Args:
        name: The name.
        type: ROOM or EQUIPMENT.
        email: The address. Defaults to the name at the organization's first domain.
        state: ENABLED or DISABLED.
        description: The description.
        delegates: Names of users and groups that handle its booking requests.
        messages: How many synthetic messages the mailbox holds.
        mail: Mail from files.
    """

    name: str
    type: str = field(default="ROOM", kw_only=True)
    email: str | None = field(default=None, kw_only=True)
    state: str = field(default=ENABLED, kw_only=True, validator=_STATE)
    description: str | None = field(default=None, kw_only=True)
    delegates: list[str] = field(factory=list, kw_only=True)
    messages: int = field(default=0, kw_only=True, validator=_COUNT)
    mail: list[MailSeed] = field(factory=list, kw_only=True)


@frozen(kw_only=True)
class ExportSeed:
    """The role, the key and the bucket for the mailbox exports of an organization.

    Args:
        role_name: The role's name; random by default.
        key_id: The key's id, a UUID; random by default.
        bucket: The bucket's name; random by default.
        prefix: The prefix under which the role may use the key.
    """

    role_name: str | None = None
    key_id: str | None = None
    bucket: str | None = None
    prefix: str = "exports"


UserLike = str | UserSeed
GroupLike = str | GroupSeed
ResourceLike = str | ResourceSeed


@frozen(kw_only=True)
class OrganizationSeed:
    """An active organization.

    Args:
        alias: The alias.
        id: The organization's id, for tests that need a fixed one; random by default.
        domains: Its domains, all verified. The first is the default domain.
        users: Users; a plain name means an enabled user.
        groups: Groups; a plain name means an enabled group.
        resources: Resources; a plain name means an enabled room.
        export: The resources for mailbox exports. None by default.
    """

    alias: str
    id: str | None = None
    domains: list[str] = field(factory=list)
    users: list[UserLike] = field(factory=list)
    groups: list[GroupLike] = field(factory=list)
    resources: list[ResourceLike] = field(factory=list)
    export: ExportSeed | None = None


@frozen(kw_only=True)
class Seed:
    """The state an emulator starts with.

    Args:
        organizations: The organizations.
    """

    organizations: list[OrganizationSeed] = field(factory=list)


Named = TypeVar("Named", UserSeed, GroupSeed, ResourceSeed)


def named(kind: type[Named], value: str | Named) -> Named:
    """Return a seed object for an object or a plain name."""
    return kind(value) if isinstance(value, str) else value
