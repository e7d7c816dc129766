"""An emulated WorkMail for your tests: stateful, in memory, built on moto.

    from workmail_async.emulator import Emulator

    with Emulator() as emulator:
        organization = emulator.create_organization("acme", domains=["acme.example"], users=["ana"])
        ...  # point any AWS SDK at emulator.endpoint_url

It shares no code with the client: if it did, both would share the same bugs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .aws.clients import Credentials as Credentials
    from .clock import Clock as Clock
    from .emulator import Emulator as Emulator
    from .faults.injection import ActiveFault as ActiveFault
    from .faults.injection import Fault as Fault
    from .faults.injection import Faults as Faults
    from .faults.injection import FiredFault as FiredFault
    from .faults.kinds import ClockSkew as ClockSkew
    from .faults.kinds import DroppedConnection as DroppedConnection
    from .faults.kinds import ErrorAnswer as ErrorAnswer
    from .faults.kinds import ExpiredCredentials as ExpiredCredentials
    from .faults.kinds import HtmlPage as HtmlPage
    from .faults.kinds import Latency as Latency
    from .faults.kinds import MalformedBody as MalformedBody
    from .faults.kinds import ServerError as ServerError
    from .faults.kinds import Throttling as Throttling
    from .faults.kinds import TruncatedBody as TruncatedBody
    from .faults.kinds import UnknownEnumValues as UnknownEnumValues
    from .faults.kinds import UnknownMembers as UnknownMembers
    from .lifecycle import AfterCalls as AfterCalls
    from .lifecycle import AfterTime as AfterTime
    from .lifecycle import Immediately as Immediately
    from .lifecycle import Lifecycle as Lifecycle
    from .mail.mailboxes import Mailbox as Mailbox
    from .mail.mime_rules import MimeRules as MimeRules
    from .mail.synthetic import SyntheticMail as SyntheticMail
    from .messageflow.invocations import LambdaContext as LambdaContext
    from .messageflow.invocations import LambdaOutcome as LambdaOutcome
    from .messageflow.models.messages import InTransitMessage as InTransitMessage
    from .messageflow.verdicts import RecipientOutcome as RecipientOutcome
    from .quotas import Quotas as Quotas
    from .seeds.definitions import ExportSeed as ExportSeed
    from .seeds.definitions import GroupSeed as GroupSeed
    from .seeds.definitions import MailSeed as MailSeed
    from .seeds.definitions import OrganizationSeed as OrganizationSeed
    from .seeds.definitions import PersonalAccessTokenSeed as PersonalAccessTokenSeed
    from .seeds.definitions import ResourceSeed as ResourceSeed
    from .seeds.definitions import Seed as Seed
    from .seeds.definitions import UserSeed as UserSeed
    from .seeds.planting import ExportResources as ExportResources
    from .seeds.planting import PlantedOrganization as PlantedOrganization
    from .workmail.state.organizations import DirectoryService as DirectoryService
    from .world import RecordedRequest as RecordedRequest

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
    """Say in an import error which extra to install, unless the missing module is our own."""
    if (error.name or "").partition(".")[0] == "workmail_async":
        return error
    hint = f"the emulator needs {error.name}: pip install 'workmail-async[emulator]'"
    return ModuleNotFoundError(hint, name=error.name, path=error.path)


if not TYPE_CHECKING:  # a type checker would take any misspelled name for granted
    from workmail_async._lazy import lazy_names

    _load, __dir__ = lazy_names(
        __name__,
        {
            "ActiveFault": "faults.injection",
            "AfterCalls": "lifecycle",
            "AfterTime": "lifecycle",
            "Clock": "clock",
            "ClockSkew": "faults.kinds",
            "Credentials": "aws.clients",
            "DirectoryService": "workmail.state.organizations",
            "DroppedConnection": "faults.kinds",
            "Emulator": "emulator",
            "ErrorAnswer": "faults.kinds",
            "ExpiredCredentials": "faults.kinds",
            "ExportResources": "seeds.planting",
            "ExportSeed": "seeds.definitions",
            "Fault": "faults.injection",
            "Faults": "faults.injection",
            "FiredFault": "faults.injection",
            "GroupSeed": "seeds.definitions",
            "HtmlPage": "faults.kinds",
            "Immediately": "lifecycle",
            "InTransitMessage": "messageflow.models.messages",
            "LambdaContext": "messageflow.invocations",
            "LambdaOutcome": "messageflow.invocations",
            "Latency": "faults.kinds",
            "Lifecycle": "lifecycle",
            "MailSeed": "seeds.definitions",
            "Mailbox": "mail.mailboxes",
            "MalformedBody": "faults.kinds",
            "MimeRules": "mail.mime_rules",
            "OrganizationSeed": "seeds.definitions",
            "PersonalAccessTokenSeed": "seeds.definitions",
            "PlantedOrganization": "seeds.planting",
            "Quotas": "quotas",
            "RecipientOutcome": "messageflow.verdicts",
            "RecordedRequest": "world",
            "ResourceSeed": "seeds.definitions",
            "Seed": "seeds.definitions",
            "ServerError": "faults.kinds",
            "SyntheticMail": "mail.synthetic",
            "Throttling": "faults.kinds",
            "TruncatedBody": "faults.kinds",
            "UnknownEnumValues": "faults.kinds",
            "UnknownMembers": "faults.kinds",
            "UserSeed": "seeds.definitions",
        },
    )

    def __getattr__(name):
        try:
            return _load(name)
        except ModuleNotFoundError as error:
            raise _explained(error) from error
