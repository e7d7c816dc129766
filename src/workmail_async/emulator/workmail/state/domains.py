"""Mail domains."""

from __future__ import annotations

from attrs import define

from workmail_async.emulator.lifecycle import Progress


@define(kw_only=True, eq=False)
class MailDomain:
    """A domain for which an organization receives mail.

    Args:
        name: The domain's name.
        position: Its position in lists.
        verification: The progress of its verification.
        is_test: Whether it is the test domain that WorkMail creates for each organization.
        token: The token in the DNS records that proves ownership.
        failed: For tests: makes the verification fail.
        ses_customization: For tests: what was changed in SES, so that it cannot be removed.
    """

    name: str
    position: int
    verification: Progress
    is_test: bool = False
    token: str
    failed: bool = False
    ses_customization: str | None = None
