"""The settings of an organization, other than users, domains and permissions."""

from __future__ import annotations

from attrs import define, field

from . import access_control, mobile_device_access
from .access_control import AccessControlRule
from .availability import Availability
from .email_monitoring import EmailMonitoringConfiguration
from .identity_center import IdentityProviderConfiguration
from .impersonation import ImpersonationRoles
from .mobile_device_access import MobileDeviceAccessRule, Overrides
from .personal_access_tokens import PersonalAccessToken
from .retention import RetentionPolicy


@define(kw_only=True, eq=False)
class Settings:
    """The settings of one organization. The defaults are those of a new one in WorkMail.

    Args:
        access_control_rules: Access control rules by name.
        mobile_device_access_rules: Mobile device access rules by id.
        mobile_device_access_overrides: Overrides for single devices.
        impersonation: Impersonation roles and their tokens.
        availability: Availability configurations.
        retention_policies: Retention policies by id; the first is the default one.
        identity_provider: How users log in, if not with the directory.
        personal_access_tokens: Personal access tokens by id.
        email_monitoring: The log group for mail events.
        inbound_dmarc_enforced: Whether WorkMail enforces the DMARC policies of senders.
    """

    access_control_rules: dict[str, AccessControlRule] = field(factory=access_control.first_rules)
    mobile_device_access_rules: dict[str, MobileDeviceAccessRule] = field(
        factory=mobile_device_access.first_rules
    )
    mobile_device_access_overrides: Overrides = field(factory=dict)
    impersonation: ImpersonationRoles = field(factory=ImpersonationRoles)
    availability: Availability = field(factory=Availability)
    retention_policies: dict[str, RetentionPolicy] = field(factory=dict)
    identity_provider: IdentityProviderConfiguration | None = None
    personal_access_tokens: dict[str, PersonalAccessToken] = field(factory=dict)
    email_monitoring: EmailMonitoringConfiguration | None = None
    # The Administrator Guide: on for new organizations.
    inbound_dmarc_enforced: bool = True
    _positions: int = field(default=0, init=False)

    def next_position(self) -> int:
        """Return the position of the next new item in lists."""
        self._positions += 1
        return self._positions
