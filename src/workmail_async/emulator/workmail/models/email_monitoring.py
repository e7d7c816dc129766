"""Email monitoring: which log group WorkMail reports mail events to. The emulator reports none."""

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
    """Say where events are reported to, with WorkMail's own role if none is given."""
    account_id = organization.account_id
    if role_arn is None:
        role_arn = f"arn:aws:iam::{account_id}:role/{_SERVICE_ROLE}"
    elif aws.find_role(role_arn, account_id) is None:
        raise ResourceNotFoundException(f"there is no role {role_arn}")
    organization.settings.email_monitoring = EmailMonitoringConfiguration(role_arn, log_group_arn)


def describe_email_monitoring_configuration(
    organization: Organization,
) -> EmailMonitoringConfiguration:
    """Return where events are reported to.

    Raises:
        ResourceNotFoundException: Nowhere.
    """
    configuration = organization.settings.email_monitoring
    if configuration is None:
        raise ResourceNotFoundException(
            f"organization {organization.id} has no email monitoring configuration"
        )
    return configuration


def delete_email_monitoring_configuration(organization: Organization) -> None:
    """Stop reporting events; nothing happens when there is no configuration."""
    organization.settings.email_monitoring = None
