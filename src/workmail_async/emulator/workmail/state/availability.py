"""Availability: where to look up free and busy times in other calendar systems, by domain."""

from __future__ import annotations

from datetime import datetime

from attrs import define, field, frozen


@frozen
class EwsProvider:
    """A server that speaks Exchange Web Services.

    Args:
        endpoint: Its URL.
        username: The user to log in as.
        password: The password to log in with.
    """

    endpoint: str
    username: str
    password: str = field(repr=False)


@frozen
class LambdaProvider:
    """A Lambda function.

    Args:
        arn: Its ARN.
    """

    arn: str


Provider = EwsProvider | LambdaProvider


@frozen(kw_only=True)
class AvailabilityConfiguration:
    """Where to look up the availability of one domain's users.

    Args:
        domain_name: The domain, in its original case. It need not belong to the organization.
        provider: The server or function to ask.
        position: Its position in lists.
        date_created: When it was created.
        date_modified: When it was last changed.
    """

    domain_name: str
    provider: Provider
    position: int
    date_created: datetime
    date_modified: datetime


@define(eq=False)
class Availability:
    """The availability configurations of an organization.

    Args:
        by_domain: The configurations by lower-case domain, oldest first.
        failures: For tests: why the check of a provider fails, by the URL of its server or the ARN
            of its function. The emulator calls neither of them, and all other checks pass.
    """

    by_domain: dict[str, AvailabilityConfiguration] = field(factory=dict)
    failures: dict[str, str] = field(factory=dict)
