"""What an item is, its content tells: neither its name nor its folder does."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.archives.zips import calendar_file, invitation, letter
from workmail_async.archives.classification import ItemKind, Nature, classify
from workmail_async.archives.headers import ItemHeaders, header_block

MESSAGE = Nature(ItemKind.MESSAGE, mime=True)
CALENDAR_MESSAGE = Nature(ItemKind.CALENDAR, mime=True)
CALENDAR_FILE = Nature(ItemKind.CALENDAR, mime=False)
OTHER = Nature(ItemKind.OTHER, mime=False)

CASES = {
    "a letter": (letter(), MESSAGE),
    "unix line ends": (letter().replace(b"\r", b""), MESSAGE),
    "a byte order mark": (b"\xef\xbb\xbf" + letter(), MESSAGE),
    "only a subject": (b"Subject: x", MESSAGE),
    "upper case": (b"X-A: 1\r\nFROM: a@b\r\n\r\n", MESSAGE),
    "an invitation": (invitation(), CALENDAR_MESSAGE),
    "a folded content type": (
        b"Subject: x\r\nContent-Type:\r\n Text/Calendar\r\n\r\n",
        CALENDAR_MESSAGE,
    ),
    "an appointment of Exchange": (
        b"Subject: x\r\nContent-Class: urn:content-classes:appointment\r\n\r\n",
        CALENDAR_MESSAGE,
    ),
    "an invitation beside text": (
        b"Subject: x\r\nContent-Type: multipart/alternative\r\n\r\nContent-Type: text/calendar",
        MESSAGE,
    ),
    "an iCalendar file": (calendar_file(), CALENDAR_FILE),
    "one in lower case": (calendar_file().lower(), CALENDAR_FILE),
    "one with a byte order mark": (b"\xef\xbb\xbf" + calendar_file(), CALENDAR_FILE),
    "a contact": (b"BEGIN:VCARD\r\nVERSION:3.0\r\nEND:VCARD\r\n", OTHER),
    "nothing": (b"", OTHER),
    "a picture": (b"\x89PNG\r\n\x1a\n", OTHER),
    "text with a colon": (b"Note: buy milk\n", OTHER),
    "fields in the body only": (b"Note: x\n\nSubject: y\n", OTHER),
    "a gzip": (b"\x1f\x8b\x08", Nature(ItemKind.OTHER, mime=False, nested="a gzip")),
    "a letter about somebody": (b"From the desk of Ana\n\nHello\n", OTHER),
}


@pytest.mark.parametrize(("content", "nature"), CASES.values(), ids=CASES)
def test_content_is_told_by_what_it_is(content: bytes, nature: Nature) -> None:
    assert classify(content) == nature


@given(st.binary())
def test_any_bytes_are_something(content: bytes) -> None:
    assert classify(content).kind in ItemKind


def test_an_mbox_of_one_endless_line_takes_no_endless_time() -> None:
    """Trying each way to find a year in it would take hours."""
    text = b"From x\n\nFrom " + b"1" * 4_000_000 + b"\n" + b"a" * 4_000_000
    assert classify(text) == OTHER
    assert classify(text + b":").nested == "an mbox"


def test_a_value_is_unfolded_and_the_first_of_its_name() -> None:
    head = b"A: 1\r\nDate: Mon,\r\n\t8 Jan 2024\r\nDate: other\r\n\r\nDate: body"
    headers = ItemHeaders(header_block(head))
    assert headers["date"] == "Mon,\t8 Jan 2024"
    assert headers.get_all("date") == ["Mon,\t8 Jan 2024", "other"]
    assert headers["b"] is None
    assert header_block(b"\r\nno header") == b""
