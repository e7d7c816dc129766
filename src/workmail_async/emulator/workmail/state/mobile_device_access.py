"""Mobile device access: rules for kinds of devices, and overrides for single devices."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from attrs import frozen

from .rules import ALLOW, EPOCH
from .users import User

# In a condition: devices that do not report the property.
NOT_REPORTED = "$NONE"


@frozen(kw_only=True)
class MobileDeviceAccessRule:
    """A rule. An empty condition matches every device.

    Conditions are prefixes of what a device reports, ignoring case.

    Args:
        id: Its id.
        name: Its name.
        effect: ALLOW or DENY.
        description: Its description.
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
        """Return whether every condition matches what a device reports."""
        return (
            _holds(type, self.device_types, self.not_device_types)
            and _holds(model, self.device_models, self.not_device_models)
            and _holds(system, self.device_operating_systems, self.not_device_operating_systems)
            and _holds(user_agent, self.device_user_agents, self.not_device_user_agents)
        )


@frozen(kw_only=True)
class MobileDeviceAccessOverride:
    """An exception to the rules for one device of a user.

    Args:
        user: The owner of the device.
        device_id: The device's id, in its original case.
        effect: ALLOW or DENY.
        description: Its description.
        position: Its position in lists.
        date_created: When it was created.
        date_modified: When it was last changed.
    """

    user: User
    device_id: str
    effect: str
    description: str | None
    position: int
    date_created: datetime
    date_modified: datetime


# By the user's id and the lower-case device id.
Overrides = dict[tuple[str, str], MobileDeviceAccessOverride]


def first_rules() -> dict[str, MobileDeviceAccessRule]:
    """Return the rules of a new organization: one that allows every device.

    The name is from the Administrator Guide; the id is our own.
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
    # An excluding condition applies only to devices that report the property.
    return not unwanted or (
        reported is not None and not any(_begins(reported, each) for each in unwanted)
    )


def _begins(reported: str | None, beginning: str) -> bool:
    if reported is None or beginning == NOT_REPORTED:
        return reported is None and beginning == NOT_REPORTED
    return reported.casefold().startswith(beginning.casefold())
