"""WorkMail's published limits, which a tester can lower or raise."""

from __future__ import annotations

from datetime import timedelta

from attrs import define


@define(kw_only=True)
class Quotas:
    """The limits that the emulator enforces.

    Args:
        organizations: Organizations in an account and Region.
        users: Users in an organization, deleted ones not counted.
        domains: Mail domains in an organization.
        aliases: Aliases of one user, group or resource, its primary address not counted.
        tags: Tags on one organization.
        access_control_rules: Access control rules of an organization, the first one counted.
        mobile_device_access_rules: Mobile device access rules, the first one counted.
        impersonation_roles: Impersonation roles of an organization.
        availability_configurations: Domains with an availability configuration; AWS publishes none.
        retention_policies: Retention policies of an organization.
        concurrent_exports: Exports running at the same time in an organization.
        export_interval: How long after the start of an export its mailbox cannot be exported again.
        mailbox_megabytes: The quota of a new mailbox, and the most it can be set to.
        message_megabytes: How long a message in transit can be, in MB of MIME.
        mailbox_kept: How long the mailbox of a disabled or deleted user is kept.
    """

    organizations: int = 100
    users: int = 1_000
    domains: int = 1_000
    aliases: int = 100
    tags: int = 50
    access_control_rules: int = 10
    mobile_device_access_rules: int = 10
    impersonation_roles: int = 20
    availability_configurations: int = 1_000
    retention_policies: int = 1
    concurrent_exports: int = 10
    export_interval: timedelta = timedelta(hours=24)
    mailbox_megabytes: int = 51_200
    message_megabytes: int = 40
    mailbox_kept: timedelta = timedelta(days=30)
