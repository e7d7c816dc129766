"""Synthetic mail that looks real. The same seed creates the same bytes."""

from __future__ import annotations

import random
from datetime import datetime, timedelta, timezone
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime

_FOLDERS = (
    "Inbox",
    "Inbox",
    "Inbox",
    "Sent Items",
    "Inbox/Projets d'été",
    "Archive/2024",
    "Junk E-mail",
)
_CALENDAR = "Calendar"
_CALENDAR_EVERY = 8

_PEOPLE = (
    ("Ana Souza", "ana.souza"),
    ("Bruno Keller", "bruno.keller"),
    ("Chloé Lefèvre", "chloe.lefevre"),
    ("Dmitri Orlov", "dmitri.orlov"),
    ("Emi Tanaka 田中", "emi.tanaka"),
    ("Freja Østergård", "freja.ostergard"),
)
_PLACES = ("Oak room", "Room Zürich", "Harbour office", "Phone")
_SUBJECTS = (
    "Boiler check on the third floor",
    "Draft of the spring catalogue",
    "Fahrräder für die Außenstelle",
    "Keys for the new archive",
    "Notes from Tuesday's walk-through",
    "Petit-déjeuner d'équipe vendredi",
    "Pump measurements, second run",
    "Что взять на выставку",
    "見積書の件",
)
_SENTENCES = (
    "The carpenter comes at nine and needs the side door open.",
    "I counted the crates twice and we are still four short.",
    "Could you look over the second table before lunch?",
    "Grüße aus der Werkstatt, alles läuft.",
    "The supplier moved the delivery to the week after next.",
    "On se retrouve à l'entrée, près du vieux tilleul.",
    "Please keep the receipts; the blue folder is for travel only.",
    "Nobody has touched the green valve since October.",
    "来週の火曜日に伺います。",
    "Let me know which of the two samples you would keep.",
)
_FIRST_DAY = datetime(2024, 1, 8, 7, 30, tzinfo=timezone.utc)


class SyntheticMail:
    """Synthetic items for one mailbox.

    They have plain text, alternative HTML, attachments and text in several scripts. Every eighth
    item is a calendar invitation.

    Args:
        seed: The same seed creates the same items.
        owner: The address of the mailbox.
    """

    def __init__(self, seed: int = 0, *, owner: str = "someone@example.com") -> None:
        self._seed = seed
        self._owner = owner

    def item(self, index: int) -> tuple[str, EmailMessage]:
        """Return the folder and the message of one item.

        Args:
            index: The number of the item, from 0.
        """
        chance = random.Random(f"{self._seed}/{self._owner}/{index}")
        if index % _CALENDAR_EVERY == _CALENDAR_EVERY - 1:
            return _CALENDAR, self._invitation(chance, index)
        folder = chance.choice(_FOLDERS)
        return folder, self._letter(chance, index, sent=folder.startswith("Sent"))

    def _letter(self, chance: random.Random, index: int, *, sent: bool) -> EmailMessage:
        message = self._headed(chance, index, chance.choice(_SUBJECTS), sent=sent)
        sentences = [chance.choice(_SENTENCES) for _ in range(chance.randint(1, 12))]
        message.set_content("\n".join(sentences) + "\n")
        if chance.random() < 0.5:
            paragraphs = "".join(f"<p>{sentence}</p>" for sentence in sentences)
            message.add_alternative(f"<html><body>{paragraphs}</body></html>", subtype="html")
        if chance.random() < 0.3:
            message.add_attachment(
                chance.randbytes(chance.randint(200, 6_000)),
                maintype="application",
                subtype="octet-stream",
                filename=f"Maße {index}.bin",
            )
        if chance.random() < 0.2:
            message.add_attachment("crate;count\nA;4\nB;9\n", subtype="csv", filename="crates.csv")
        _fix_boundaries(message, chance)
        return message

    def _invitation(self, chance: random.Random, index: int) -> EmailMessage:
        subject = chance.choice(_SUBJECTS)
        message = self._headed(chance, index, subject, sent=False)
        start = self._day(index) + timedelta(days=3)
        lines = (
            "BEGIN:VCALENDAR",
            "VERSION:2.0",
            "PRODID:-//workmail-async//emulator//EN",
            "METHOD:REQUEST",
            "BEGIN:VEVENT",
            f"UID:{chance.getrandbits(64):016x}@calendar.example",
            f"DTSTAMP:{self._day(index):%Y%m%dT%H%M%SZ}",
            f"DTSTART:{start:%Y%m%dT%H%M%SZ}",
            f"DTEND:{start + timedelta(minutes=45):%Y%m%dT%H%M%SZ}",
            f"SUMMARY:{subject}",
            f"LOCATION:{chance.choice(_PLACES)}",
            f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{self._owner}",
            "END:VEVENT",
            "END:VCALENDAR",
        )
        message.set_content("\r\n".join(lines) + "\r\n", subtype="calendar")
        message.set_param("method", "REQUEST")
        return message

    def _headed(
        self, chance: random.Random, index: int, subject: str, *, sent: bool
    ) -> EmailMessage:
        name, user = chance.choice(_PEOPLE)
        other = Address(display_name=name, username=user, domain="partner.example")
        owner = Address(addr_spec=self._owner)
        message = EmailMessage()
        message["From"] = owner if sent else other
        message["To"] = other if sent else owner
        message["Subject"] = subject
        message["Date"] = format_datetime(self._day(index))
        message["Message-ID"] = f"<{chance.getrandbits(80):020x}@partner.example>"
        return message

    def _day(self, index: int) -> datetime:
        return _FIRST_DAY + timedelta(hours=5 * index)


def _fix_boundaries(message: EmailMessage, chance: random.Random) -> None:
    # Without this, each time the message is written it gets another random boundary.
    for part in message.walk():
        if part.is_multipart():
            part.set_boundary(f"=_{chance.getrandbits(96):024x}")
