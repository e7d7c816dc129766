"""Email monitoring configurations."""

from __future__ import annotations

from typing import Any

from workmail_async.emulator.workmail.models import email_monitoring

from .operations import Operations, Organization, Wire


class EmailMonitoringOperations(Operations):
    """Handlers for email monitoring."""

    def put_email_monitoring_configuration(
        self, organization: Organization, **request: Any
    ) -> None:
        """Handle PutEmailMonitoringConfiguration.

        The role must exist in moto's IAM. The emulator does not check the log group, and writes no
        events.
        """
        email_monitoring.put_email_monitoring_configuration(organization, **request)

    def describe_email_monitoring_configuration(self, organization: Organization) -> Wire:
        """Handle DescribeEmailMonitoringConfiguration."""
        configuration = email_monitoring.describe_email_monitoring_configuration(organization)
        return {"RoleArn": configuration.role_arn, "LogGroupArn": configuration.log_group_arn}

    def delete_email_monitoring_configuration(self, organization: Organization) -> None:
        """Handle DeleteEmailMonitoringConfiguration."""
        email_monitoring.delete_email_monitoring_configuration(organization)
