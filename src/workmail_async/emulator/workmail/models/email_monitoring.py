"""Email monitoring: the log group for mail events. The emulator logs no events."""

from __future__ import annotations

from workmail_async.emulator.aws import resources as aws
from workmail_async.emulator.workmail.exceptions import ResourceNotFoundException
from workmail_async.emulator.workmail.state.email_monitoring import EmailMonitoringConfiguration
from workmail_async.emulator.workmail.state.organizations import Organization

_SERVICE_ROLE = (
    "aws-service-role/events.workmail.amazonaws.com/AWSServiceRoleForAmazonWorkMailEvents"
)


def put_email_monitoring_configuration(
    organization: Organization, *, log_group_arn: str, role_arn: str | None = None
) -> None:
    """Set the log group. Without a role, WorkMail uses its service-linked role."""
    account_id = organization.account_id
    if role_arn is None:
        role_arn = f"arn:aws:iam::{account_id}:role/{_SERVICE_ROLE}"
    elif aws.find_role(role_arn, account_id) is None:
        raise ResourceNotFoundException(f"there is no role {role_arn}")
    organization.settings.email_monitoring = EmailMonitoringConfiguration(role_arn, log_group_arn)


def describe_email_monitoring_configuration(
    organization: Organization,
) -> EmailMonitoringConfiguration:
    """Return the configuration.

    Raises:
        ResourceNotFoundException: There is none.
    """
    configuration = organization.settings.email_monitoring
    if configuration is None:
        raise ResourceNotFoundException(
            f"organization {organization.id} has no email monitoring configuration"
        )
    return configuration


def delete_email_monitoring_configuration(organization: Organization) -> None:
    """Remove the configuration, if there is one."""
    organization.settings.email_monitoring = None
