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
    """Mail to put into a mailbox.

    Args:
        path: An .eml file, an .mbox file, or a directory tree of .eml files; relative to the seed.
        folder: The mail folder to put it into; for a tree, the folder it begins at.
    """

    path: Path
    folder: str = ""


@frozen
class PersonalAccessTokenSeed:
    """A personal access token. Only seeds make them: users do in WorkMail's web application.

    Args:
        name: The name.
        scopes: What it allows. AWS does not publish which there are.
        lifetime: How long it lives, in days.
        age: How long ago it was made, in days.
        unused: How long ago it was last used, in days; never, when left out.
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
        display_name: The name shown to people; made from the name when left out.
        email: The address; the name at the organization's first own domain when left out.
        state: ENABLED or DISABLED.
        role: USER, REMOTE_USER, SYSTEM_USER or RESOURCE.
        aliases: Other addresses.
        messages: How many made-up messages the mailbox holds.
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
        email: The address; the name at the organization's first own domain when left out.
        state: ENABLED or DISABLED.
        members: Names of users and groups; groups have to come before those they are members of.
    """

    name: str
    email: str | None = field(default=None, kw_only=True)
    state: str = field(default=ENABLED, kw_only=True, validator=_STATE)
    members: list[str] = field(factory=list, kw_only=True)


@frozen
class ResourceSeed:
    """A room or a piece of equipment.

    Args:
        name: The name.
        type: ROOM or EQUIPMENT.
        email: The address; the name at the organization's first own domain when left out.
        state: ENABLED or DISABLED.
        description: What it is.
        delegates: Names of users and groups who answer for it.
        messages: How many made-up messages the mailbox holds.
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
    """A role, a key and a bucket that exports of an organization work with.

    Args:
        role_name: The role's name; made up when left out.
        key_id: The key's identifier, a UUID; made up when left out.
        bucket: The bucket's name; made up when left out.
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
    """An organization, active from the start.

    Args:
        alias: The alias.
        id: The identifier, for tests that want a fixed one; made up when left out.
        domains: Its domains, verified; the first is the default one.
        users: Users; a name alone stands for an enabled user of that name.
        groups: Groups; a name alone stands for an enabled group of that name.
        resources: Resources; a name alone stands for an enabled room of that name.
        export: What exports of it need; nothing is made when left out.
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
    """Everything an emulator holds at the start.

    Args:
        organizations: The organizations.
    """

    organizations: list[OrganizationSeed] = field(factory=list)


Named = TypeVar("Named", UserSeed, GroupSeed, ResourceSeed)


def named(kind: type[Named], value: str | Named) -> Named:
    """Return a seed for what may be a name alone."""
    return kind(value) if isinstance(value, str) else value
