"""Email monitoring: the log group for mail events. The emulator logs no events."""

from __future__ import annotations

from attrs import frozen


@frozen
class EmailMonitoringConfiguration:
    """Where WorkMail logs mail events.

    Args:
        role_arn: The role that WorkMail writes with.
        log_group_arn: The log group; whether it exists is not checked.
    """

    role_arn: str
    log_group_arn: str
