"""The small world in which the pages' code runs: an emulated organization where AWS would be."""

from __future__ import annotations

from email.message import EmailMessage

from attrs import frozen

from tests.support.server import Answer, Received, StubServer
from workmail_async.emulator import Emulator

ORGANIZATION_ID = "m-0123456789abcdef0123456789abcdef"
BUCKET = "acme-mail"
ROLE = "WorkMailExport"

#: The key that the pages name; the emulator makes up its own.
KEY_ON_THE_PAGES = "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"


@frozen
class World:
    """What stands behind the pages.

    Attributes:
        emulator: The emulated WorkMail with the organization of the pages.
        message_flow: Answers Message Flow's calls with one message.
        kms_key_arn: The key that stands for the one on the pages.
    """

    emulator: Emulator
    message_flow: StubServer
    kms_key_arn: str

    def as_here(self, code: str) -> str:
        """Return a block's code with the pages' key replaced by the one that exists."""
        return code.replace(KEY_ON_THE_PAGES, self.kms_key_arn)


def message_in_transit(received: Received) -> Answer:
    """Answer GetRawMessageContent with a message, and PutRawMessageContent with nothing."""
    if received.method == "POST":
        return Answer(body=b"{}", headers={"x-amzn-RequestId": "docs"})
    message = EmailMessage()
    message["From"], message["To"] = "ana@acme.example", "customer@partner.example"
    message["Subject"] = "The offer"
    message.set_content("As agreed.\r\n")
    return Answer(body=message.as_bytes(), headers={"x-amzn-RequestId": "docs"})
