"""The small world in which the pages' code runs: an emulated organization where AWS would be."""

from __future__ import annotations

from email.message import EmailMessage

from attrs import frozen

from tests.support.server import Answer, Received, StubServer
from workmail_async.emulator import Emulator

ORGANIZATION_ID = "m-0123456789abcdef0123456789abcdef"
BUCKET = "acme-mail"
ROLE = "WorkMailExport"

#: The id of the key on the pages, which may wrap the ARN around it. The emulator has its own.
KEY_ON_THE_PAGES = "1234abcd-12ab-34cd-56ef-1234567890ab"


@frozen
class World:
    """The services behind the pages.

    Attributes:
        emulator: The emulated WorkMail with the organization of the pages.
        message_flow: Answers Message Flow's calls with one message.
        kms_key_id: The id of the emulated key.
    """

    emulator: Emulator
    message_flow: StubServer
    kms_key_id: str

    def as_here(self, code: str) -> str:
        """Return a block's code with the key of the pages replaced by the emulated one."""
        return code.replace(KEY_ON_THE_PAGES, self.kms_key_id)


def message_in_transit(received: Received) -> Answer:
    """Answer GetRawMessageContent with a message, and PutRawMessageContent with nothing."""
    if received.method == "POST":
        return Answer(body=b"{}", headers={"x-amzn-RequestId": "docs"})
    message = EmailMessage()
    message["From"], message["To"] = "ana@acme.example", "customer@partner.example"
    message["Subject"] = "The offer"
    message.set_content("As agreed.\r\n")
    return Answer(body=message.as_bytes(), headers={"x-amzn-RequestId": "docs"})
