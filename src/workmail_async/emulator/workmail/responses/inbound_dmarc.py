"""Whether WorkMail enforces the DMARC policies of senders."""

from __future__ import annotations

from .operations import Operations, Organization, Wire


class InboundDmarcOperations(Operations):
    """Handlers for DMARC."""

    def put_inbound_dmarc_settings(self, organization: Organization, enforced: bool) -> None:
        """Handle PutInboundDmarcSettings.

        Stored and returned. The emulator refuses no mail because of it.
        """
        organization.settings.inbound_dmarc_enforced = enforced

    def describe_inbound_dmarc_settings(self, organization: Organization) -> Wire:
        """Handle DescribeInboundDmarcSettings."""
        return {"Enforced": organization.settings.inbound_dmarc_enforced}
