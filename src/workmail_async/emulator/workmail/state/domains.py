"""Mail domains: registering, verifying, the default one, and the DNS records to publish."""

from __future__ import annotations

from attrs import define

from workmail_async.emulator.lifecycle import Progress


@define(kw_only=True, eq=False)
class MailDomain:
    """A domain that an organization receives mail for.

    Args:
        name: The domain's name.
        position: Its place in lists.
        verification: How far its verification has come.
        is_test: Whether it is the one that WorkMail gives each organization.
        token: What the DNS records prove ownership with.
        failed: Lets a tester have the verification fail.
        ses_customization: Lets a tester say what was changed in SES, so that it cannot be removed.
    """

    name: str
    position: int
    verification: Progress
    is_test: bool = False
    token: str
    failed: bool = False
    ses_customization: str | None = None
