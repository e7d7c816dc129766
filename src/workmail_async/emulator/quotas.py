"""WorkMail's published limits, which a test can change."""

from __future__ import annotations

from datetime import timedelta

from attrs import define


@define(kw_only=True)
class Quotas:
    """The limits that the emulator enforces.

    Args:
        organizations: Organizations in an account and Region.
        users: Users in an organization, not counting deleted ones.
        domains: Mail domains in an organization.
        aliases: Aliases of one user, group or resource, not counting its primary address.
        tags: Tags on one organization.
        access_control_rules: Access control rules of an organization, including the default one.
        mobile_device_access_rules: Mobile device access rules, including the default one.
        impersonation_roles: Impersonation roles of an organization.
        availability_configurations: Domains with an availability configuration. AWS publishes no
            limit.
        retention_policies: Retention policies of an organization.
        concurrent_exports: Exports that run at the same time in an organization.
        export_interval: Minimum time between the starts of two exports of a mailbox.
        mailbox_megabytes: The default and maximum quota of a mailbox, in MB.
        message_megabytes: The largest message in transit, in MB of MIME.
        mailbox_kept: How long WorkMail keeps the mailbox of a disabled or deleted user.
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
