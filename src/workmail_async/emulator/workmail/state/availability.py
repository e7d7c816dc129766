"""Availability: where free and busy times of other calendar systems are asked for, by domain."""

from __future__ import annotations

from datetime import datetime

from attrs import define, field, frozen


@frozen
class EwsProvider:
    """A server that speaks Exchange Web Services.

    Args:
        endpoint: Its address.
        username: Whom to log in as.
        password: What to log in with.
    """

    endpoint: str
    username: str
    password: str = field(repr=False)


@frozen
class LambdaProvider:
    """A Lambda function.

    Args:
        arn: Its Amazon Resource Name.
    """

    arn: str


Provider = EwsProvider | LambdaProvider


@frozen(kw_only=True)
class AvailabilityConfiguration:
    """Where to ask for the times of one domain's users.

    Args:
        domain_name: The domain, as it was first written. It need not be the organization's.
        provider: What to ask.
        position: Its place in lists.
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
        failures: Lets a tester say why a test of a provider fails, by the address of its server or
            the ARN of its function. The emulator itself calls neither: all other tests pass.
    """

    by_domain: dict[str, AvailabilityConfiguration] = field(factory=dict)
    failures: dict[str, str] = field(factory=dict)
