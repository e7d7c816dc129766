"""Mobile device access: rules about kinds of devices, and overrides for single ones."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from attrs import frozen

from .rules import ALLOW, EPOCH
from .users import User

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
