"""A WorkMail to test against: stateful, in memory, on moto's machinery.

    from workmail_async.emulator import Emulator

    with Emulator() as emulator:
        organization = emulator.create_organization("acme", domains=["acme.example"], users=["ana"])
        ...  # point any AWS SDK at emulator.endpoint_url

It shares no code with the client: a fake that did would share its bugs.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .access import Credentials as Credentials
    from .clock import Clock as Clock
    from .lifecycle import AfterCalls as AfterCalls
    from .lifecycle import AfterTime as AfterTime
    from .lifecycle import Immediately as Immediately
    from .lifecycle import Lifecycle as Lifecycle
    from .mailboxes import Mailbox as Mailbox
    from .planting import ExportResources as ExportResources
    from .planting import PlantedOrganization as PlantedOrganization
    from .quotas import Quotas as Quotas
    from .seeding import ExportSeed as ExportSeed
    from .seeding import GroupSeed as GroupSeed
    from .seeding import MailSeed as MailSeed
    from .seeding import OrganizationSeed as OrganizationSeed
    from .seeding import PersonalAccessTokenSeed as PersonalAccessTokenSeed
    from .seeding import ResourceSeed as ResourceSeed
    from .seeding import Seed as Seed
    from .seeding import UserSeed as UserSeed
    from .server import Emulator as Emulator
    from .synthetic import SyntheticMail as SyntheticMail
    from .world import RecordedRequest as RecordedRequest

# moto takes a second to import, so nothing is until it is asked for.
_HOMES = {
    "AfterCalls": "lifecycle",
    "AfterTime": "lifecycle",
    "Clock": "clock",
    "Credentials": "access",
    "Emulator": "server",
    "ExportResources": "planting",
    "ExportSeed": "seeding",
    "GroupSeed": "seeding",
    "Immediately": "lifecycle",
    "Lifecycle": "lifecycle",
    "MailSeed": "seeding",
    "Mailbox": "mailboxes",
    "OrganizationSeed": "seeding",
    "PersonalAccessTokenSeed": "seeding",
    "PlantedOrganization": "planting",
    "Quotas": "quotas",
    "RecordedRequest": "world",
    "ResourceSeed": "seeding",
    "Seed": "seeding",
    "SyntheticMail": "synthetic",
    "UserSeed": "seeding",
}

__all__ = [
    "AfterCalls",
    "AfterTime",
    "Clock",
    "Credentials",
    "Emulator",
    "ExportResources",
    "ExportSeed",
    "GroupSeed",
    "Immediately",
    "Lifecycle",
    "MailSeed",
    "Mailbox",
    "OrganizationSeed",
    "PersonalAccessTokenSeed",
    "PlantedOrganization",
    "Quotas",
    "RecordedRequest",
    "ResourceSeed",
    "Seed",
    "SyntheticMail",
    "UserSeed",
]


if not TYPE_CHECKING:  # a type checker would take any misspelled name for granted

    def __getattr__(name):
        home = _HOMES.get(name)
        if home is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(importlib.import_module(f"{__name__}.{home}"), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
