"""Mobile device access: rules about kinds of devices, and overrides for single ones."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from workmail_async.emulator.workmail.exceptions import (
    EntityNotFoundException,
    LimitExceededException,
    ResourceNotFoundException,
)

from .entities import DELETED, DISABLED, ENABLED
from .rules import ALLOW, EPOCH, Verdict, judge
from .users import User

if TYPE_CHECKING:
    from .organizations import Organization

# Stands in a condition for devices that do not report the property.
NOT_REPORTED = "$NONE"


@frozen(kw_only=True)
class MobileDeviceAccessRule:
    """A rule; an empty condition holds for every device.

    Conditions are beginnings of what a device reports, case aside.

    Args:
        id: Its identifier.
        name: Its name.
        effect: ALLOW or DENY.
        description: What it is for.
        date_created: When it was created.
        date_modified: When it was last changed.
        device_types: Types it matches.
        not_device_types: Types it does not match.
        device_models: Models it matches.
        not_device_models: Models it does not match.
        device_operating_systems: Operating systems it matches.
        not_device_operating_systems: Operating systems it does not match.
        device_user_agents: User agents it matches.
        not_device_user_agents: User agents it does not match.
    """

    id: str
    name: str
    effect: str
    description: str | None = None
    date_created: datetime
    date_modified: datetime
    device_types: Sequence[str] = ()
    not_device_types: Sequence[str] = ()
    device_models: Sequence[str] = ()
    not_device_models: Sequence[str] = ()
    device_operating_systems: Sequence[str] = ()
    not_device_operating_systems: Sequence[str] = ()
    device_user_agents: Sequence[str] = ()
    not_device_user_agents: Sequence[str] = ()

    def matches(
        self, type: str | None, model: str | None, system: str | None, user_agent: str | None
    ) -> bool:
        """Return whether every condition holds for what a device reports."""
        return (
            _holds(type, self.device_types, self.not_device_types)
            and _holds(model, self.device_models, self.not_device_models)
            and _holds(system, self.device_operating_systems, self.not_device_operating_systems)
            and _holds(user_agent, self.device_user_agents, self.not_device_user_agents)
        )


@frozen(kw_only=True)
class MobileDeviceAccessOverride:
    """What holds for one user's device, whatever the rules say.

    Args:
        user: Whose device.
        device_id: The device, as it was first written.
        effect: ALLOW or DENY.
        description: What it is for.
        position: Its place in lists.
        date_created: When it was first put.
        date_modified: When it was last put.
    """

    user: User
    device_id: str
    effect: str
    description: str | None
    position: int
    date_created: datetime
    date_modified: datetime


# By the user's identifier and the device's in one case.
Overrides = dict[tuple[str, str], MobileDeviceAccessOverride]


def first_rules() -> dict[str, MobileDeviceAccessRule]:
    """Return the rules of a new organization: one that lets every device in.

    The Administrator Guide calls it so; its identifier is our own.
    """
    every_device = MobileDeviceAccessRule(
        id="default",
        name="ALLOW-all",
        effect=ALLOW,
        date_created=EPOCH,
        date_modified=EPOCH,
    )
    return {every_device.id: every_device}


def create_mobile_device_access_rule(
    organization: Organization,
    *,
    name: str,
    effect: str,
    client_token: str | None = None,
    description: str | None = None,
    **conditions: Sequence[str],
) -> MobileDeviceAccessRule:
    """Create a rule. Names need not be unique, as no operation takes one."""

    def create() -> MobileDeviceAccessRule:
        rules = organization.settings.mobile_device_access_rules
        if len(rules) >= organization.world.quotas.mobile_device_access_rules:
            raise LimitExceededException(
                f"there are {len(rules)} mobile device access rules already"
            )
        rule = MobileDeviceAccessRule(
            id=organization.world.uuid(),
            name=name,
            effect=effect,
            description=description,
            date_created=organization.now,
            date_modified=organization.now,
            **conditions,
        )
        rules[rule.id] = rule
        return rule

    request = {"name": name, "effect": effect, "description": description, **conditions}
    rule: MobileDeviceAccessRule = organization.tokens.once(
        "CreateMobileDeviceAccessRule", client_token, request, create
    )
    return rule


def update_mobile_device_access_rule(
    organization: Organization,
    *,
    mobile_device_access_rule_id: str,
    name: str,
    effect: str,
    description: str | None = None,
    **conditions: Sequence[str],
) -> None:
    """Replace what a rule is; conditions that are left out are gone afterwards."""
    rules = organization.settings.mobile_device_access_rules
    before = rules.get(mobile_device_access_rule_id)
    if before is None:
        raise EntityNotFoundException(
            f"there is no mobile device access rule {mobile_device_access_rule_id}"
        )
    rules[before.id] = MobileDeviceAccessRule(
        id=before.id,
        name=name,
        effect=effect,
        description=description,
        date_created=before.date_created,
        date_modified=organization.now,
        **conditions,
    )


def delete_mobile_device_access_rule(
    organization: Organization, *, mobile_device_access_rule_id: str
) -> None:
    """Remove a rule; nothing happens when there is no such rule."""
    organization.settings.mobile_device_access_rules.pop(mobile_device_access_rule_id, None)


def list_mobile_device_access_rules(organization: Organization) -> list[MobileDeviceAccessRule]:
    """Return the rules, oldest first."""
    return list(organization.settings.mobile_device_access_rules.values())


def get_mobile_device_access_effect(
    organization: Organization,
    *,
    device_type: str | None = None,
    device_model: str | None = None,
    device_operating_system: str | None = None,
    device_user_agent: str | None = None,
) -> Verdict[MobileDeviceAccessRule]:
    """Return what the rules come to for a device; overrides have no part in it."""
    return judge(
        rule
        for rule in organization.settings.mobile_device_access_rules.values()
        if rule.matches(device_type, device_model, device_operating_system, device_user_agent)
    )


def put_mobile_device_access_override(
    organization: Organization,
    *,
    user_id: str,
    device_id: str,
    effect: str,
    description: str | None = None,
) -> None:
    """Say what holds for a user's device, in place of what held before."""
    user = organization.directory.find(user_id, User)
    user.require(ENABLED, DISABLED)
    overrides = organization.settings.mobile_device_access_overrides
    before = overrides.get(_key(user, device_id))
    now = organization.now
    if before is not None:
        override = evolve(before, effect=effect, description=description, date_modified=now)
    else:
        override = MobileDeviceAccessOverride(
            user=user,
            device_id=device_id,
            effect=effect,
            description=description,
            position=organization.settings.next_position(),
            date_created=now,
            date_modified=now,
        )
    overrides[_key(user, device_id)] = override


def delete_mobile_device_access_override(
    organization: Organization, *, user_id: str, device_id: str
) -> None:
    """Remove an override; nothing happens when there is no such override."""
    user = organization.directory.find(user_id, User)
    organization.settings.mobile_device_access_overrides.pop(_key(user, device_id), None)


def get_mobile_device_access_override(
    organization: Organization, *, user_id: str, device_id: str
) -> MobileDeviceAccessOverride:
    """Return an override."""
    user = organization.directory.find(user_id, User)
    override = organization.settings.mobile_device_access_overrides.get(_key(user, device_id))
    if override is None or user.state == DELETED:
        raise ResourceNotFoundException(
            f"there is no override for {user.name} and the device {device_id}"
        )
    return override


def list_mobile_device_access_overrides(
    organization: Organization, *, user: User | None, device_id: str | None
) -> list[MobileDeviceAccessOverride]:
    """Return the overrides of a user, of a device, of both or all, in the order first put.

    Those of deleted users are gone.
    """
    return [
        override
        for override in organization.settings.mobile_device_access_overrides.values()
        if override.user.state != DELETED
        and (user is None or override.user is user)
        and (device_id is None or override.device_id.casefold() == device_id.casefold())
    ]


def _key(user: User, device_id: str) -> tuple[str, str]:
    return user.id, device_id.casefold()


def _holds(reported: str | None, wanted: Sequence[str], unwanted: Sequence[str]) -> bool:
    if wanted and not any(_begins(reported, each) for each in wanted):
        return False
    # A condition that excludes speaks only of devices that report the property.
    return not unwanted or (
        reported is not None and not any(_begins(reported, each) for each in unwanted)
    )


def _begins(reported: str | None, beginning: str) -> bool:
    if reported is None or beginning == NOT_REPORTED:
        return reported is None and beginning == NOT_REPORTED
    return reported.casefold().startswith(beginning.casefold())
