"""What an organization's administrators have set, besides users, domains and permissions."""

from __future__ import annotations

from attrs import define, field

from . import access_control, mobile_device_access
from .access_control import AccessControlRule
from .impersonation import ImpersonationRoles
from .mobile_device_access import MobileDeviceAccessRule, Overrides


@define(kw_only=True, eq=False)
class Settings:
    """The settings of one organization; new ones are as WorkMail makes them.

    Args:
        access_control_rules: Access control rules by name.
        mobile_device_access_rules: Mobile device access rules by identifier.
        mobile_device_access_overrides: What holds for single devices.
        impersonation: Impersonation roles and their tokens.
    """

    access_control_rules: dict[str, AccessControlRule] = field(factory=access_control.first_rules)
    mobile_device_access_rules: dict[str, MobileDeviceAccessRule] = field(
        factory=mobile_device_access.first_rules
    )
    mobile_device_access_overrides: Overrides = field(factory=dict)
    impersonation: ImpersonationRoles = field(factory=ImpersonationRoles)
    _positions: int = field(default=0, init=False)

    def next_position(self) -> int:
        """Return the place in lists for the next new thing."""
        self._positions += 1
        return self._positions
