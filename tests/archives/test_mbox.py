"""Whatever a message holds, an mbox gives it back."""

from __future__ import annotations

import mailbox
import tempfile
from base64 import b64decode
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from tests.archives.zips import Member, saved, zip_of
from workmail_async.archives.mailbox import MailboxArchive
from workmail_async.archives.writers import unquoted, write_mbox
from workmail_async.archives.writers.maildir import modified_utf7

LINES = st.sampled_from(
    [b"", b"From ", b"From x@y", b">From ", b">>From a", b" From ", b"From", b"text", b".", b"\r"]
) | st.binary(max_size=20)
BODIES = st.tuples(
    st.lists(LINES, max_size=8), st.sampled_from([b"\n", b"\r\n"]), st.sampled_from([b"", b"\n"])
).map(lambda parts: parts[1].join(parts[0]) + parts[2])


@given(st.lists(BODIES, min_size=1, max_size=5))
def test_messages_come_back_from_an_mbox_byte_for_byte(bodies: list[bytes]) -> None:
    contents = [b"Subject: x\r\n\r\n" + body for body in bodies]
    members = (Member(name=b"Inbox/%d" % n, content=text) for n, text in enumerate(contents))
    with tempfile.TemporaryDirectory() as folder:
        path = saved(Path(folder) / "x.zip", zip_of(*members))
        with MailboxArchive(path) as archive:
            done = write_mbox(archive, folder, "ana@acme.example")
        box = mailbox.mbox(done.path / "Inbox.mbox", create=False)
        read = [box.get_bytes(key) for key in box.keys()]  # noqa: SIM118
        box.close()
    assert len(read) == len(contents)
    for text, back in zip(contents, read, strict=True):
        assert unquoted(back) in (
            (text,) if text.endswith(b"\n") else (text + b"\n", text + b"\r\n")
        )


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=30))
def test_folder_names_are_ascii_and_can_be_read_back(name: str) -> None:
    encoded = modified_utf7(name)
    assert encoded.isascii()
    first, *pieces = encoded.split("&")
    decoded = first
    for piece in pieces:
        base64, _, rest = piece.partition("-")
        padded = base64.replace(",", "/") + "=" * (-len(base64) % 4)
        decoded += (b64decode(padded).decode("utf-16-be") if base64 else "&") + rest
    assert decoded == name
