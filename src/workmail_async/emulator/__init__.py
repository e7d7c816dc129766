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
    from .fault_kinds import ClockSkew as ClockSkew
    from .fault_kinds import DroppedConnection as DroppedConnection
    from .fault_kinds import ErrorAnswer as ErrorAnswer
    from .fault_kinds import ExpiredCredentials as ExpiredCredentials
    from .fault_kinds import HtmlPage as HtmlPage
    from .fault_kinds import Latency as Latency
    from .fault_kinds import MalformedBody as MalformedBody
    from .fault_kinds import ServerError as ServerError
    from .fault_kinds import Throttling as Throttling
    from .fault_kinds import TruncatedBody as TruncatedBody
    from .fault_kinds import UnknownEnumValues as UnknownEnumValues
    from .fault_kinds import UnknownMembers as UnknownMembers
    from .faults import ActiveFault as ActiveFault
    from .faults import Fault as Fault
    from .faults import Faults as Faults
    from .faults import FiredFault as FiredFault
    from .lifecycle import AfterCalls as AfterCalls
    from .lifecycle import AfterTime as AfterTime
    from .lifecycle import Immediately as Immediately
    from .lifecycle import Lifecycle as Lifecycle
    from .mailboxes import Mailbox as Mailbox
    from .messageflow.invocations import LambdaContext as LambdaContext
    from .messageflow.invocations import LambdaOutcome as LambdaOutcome
    from .messageflow.models.messages import InTransitMessage as InTransitMessage
    from .messageflow.verdicts import RecipientOutcome as RecipientOutcome
    from .mime_rules import MimeRules as MimeRules
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
    from .workmail.models.organizations import DirectoryService as DirectoryService
    from .world import RecordedRequest as RecordedRequest

# moto takes a second to import, so nothing is until it is asked for.
_HOMES = {
    "ActiveFault": "faults",
    "AfterCalls": "lifecycle",
    "AfterTime": "lifecycle",
    "Clock": "clock",
    "ClockSkew": "fault_kinds",
    "Credentials": "access",
    "DirectoryService": "workmail.models.organizations",
    "DroppedConnection": "fault_kinds",
    "Emulator": "server",
    "ErrorAnswer": "fault_kinds",
    "ExpiredCredentials": "fault_kinds",
    "ExportResources": "planting",
    "ExportSeed": "seeding",
    "Fault": "faults",
    "Faults": "faults",
    "FiredFault": "faults",
    "GroupSeed": "seeding",
    "HtmlPage": "fault_kinds",
    "Immediately": "lifecycle",
    "InTransitMessage": "messageflow.models.messages",
    "LambdaContext": "messageflow.invocations",
    "LambdaOutcome": "messageflow.invocations",
    "Latency": "fault_kinds",
    "Lifecycle": "lifecycle",
    "MailSeed": "seeding",
    "Mailbox": "mailboxes",
    "MalformedBody": "fault_kinds",
    "MimeRules": "mime_rules",
    "OrganizationSeed": "seeding",
    "PersonalAccessTokenSeed": "seeding",
    "PlantedOrganization": "planting",
    "Quotas": "quotas",
    "RecipientOutcome": "messageflow.verdicts",
    "RecordedRequest": "world",
    "ResourceSeed": "seeding",
    "Seed": "seeding",
    "ServerError": "fault_kinds",
    "SyntheticMail": "synthetic",
    "Throttling": "fault_kinds",
    "TruncatedBody": "fault_kinds",
    "UnknownEnumValues": "fault_kinds",
    "UnknownMembers": "fault_kinds",
    "UserSeed": "seeding",
}

__all__ = [
    "ActiveFault",
    "AfterCalls",
    "AfterTime",
    "Clock",
    "ClockSkew",
    "Credentials",
    "DirectoryService",
    "DroppedConnection",
    "Emulator",
    "ErrorAnswer",
    "ExpiredCredentials",
    "ExportResources",
    "ExportSeed",
    "Fault",
    "Faults",
    "FiredFault",
    "GroupSeed",
    "HtmlPage",
    "Immediately",
    "InTransitMessage",
    "LambdaContext",
    "LambdaOutcome",
    "Latency",
    "Lifecycle",
    "MailSeed",
    "Mailbox",
    "MalformedBody",
    "MimeRules",
    "OrganizationSeed",
    "PersonalAccessTokenSeed",
    "PlantedOrganization",
    "Quotas",
    "RecipientOutcome",
    "RecordedRequest",
    "ResourceSeed",
    "Seed",
    "ServerError",
    "SyntheticMail",
    "Throttling",
    "TruncatedBody",
    "UnknownEnumValues",
    "UnknownMembers",
    "UserSeed",
]


def _explained(error: ModuleNotFoundError) -> ModuleNotFoundError:
    """Add to an error what to install, if that is what it is about."""
    if (error.name or "").partition(".")[0] == "workmail_async":
        return error
    hint = f"the emulator needs {error.name}: pip install 'workmail-async[emulator]'"
    return ModuleNotFoundError(hint, name=error.name, path=error.path)


if not TYPE_CHECKING:  # a type checker would take any misspelled name for granted

    def __getattr__(name):
        home = _HOMES.get(name)
        if home is None:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        try:
            module = importlib.import_module(f"{__name__}.{home}")
        except ModuleNotFoundError as error:
            raise _explained(error) from error
        value = globals()[name] = getattr(module, name)
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
