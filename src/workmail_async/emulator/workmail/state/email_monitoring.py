"""Email monitoring: which log group WorkMail reports mail events to. The emulator reports none."""

from __future__ import annotations

from attrs import frozen


@frozen
class EmailMonitoringConfiguration:
    """Where events are reported to.

    Args:
        role_arn: The role that WorkMail writes with.
        log_group_arn: The log group; whether it exists is not checked.
    """

    role_arn: str
    log_group_arn: str
