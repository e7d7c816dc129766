"""A big mailbox is read in little memory, and about as fast as the standard library reads a zip."""

from __future__ import annotations

import json
import mailbox
import os
import random
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import frozen

import workmail_async
from tests.archives.zips import letter
from workmail_async.archives.mailbox import MailboxArchive, check_archive
from workmail_async.archives.writers import unquoted, write_mbox

pytestmark = pytest.mark.slow

MESSAGES = 200_000
MOST_MEMORY = 150  # MiB, of the whole process
LEAST_THROUGHPUT = 0.7  # of zipfile's, in seconds of CPU
ROUNDS = 3
SENTENCES = ("The carpenter comes at nine.", "Grüße aus der Werkstatt.", "Twelve crates, not ten.")


@frozen
class Reading:
    """What reading a zip took."""

    count: int
    size: int
    seconds: float
    peak: float


def reading(how: str, path: Path) -> Reading:
    """Read a zip in a process of its own."""
    source = str(Path(workmail_async.__file__).parents[1])
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("reader.py")), how, str(path)],
        env={**os.environ, "PYTHONPATH": source},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return Reading(**json.loads(done.stdout))


@pytest.fixture(scope="module")
def small_messages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A mailbox of 200,000 small messages."""
    path = tmp_path_factory.mktemp("small") / "small.zip"
    chance = random.Random(4)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for number in range(MESSAGES):
            lines = [chance.choice(SENTENCES) for _ in range(number % 40)]
            head = letter(1).partition(b"\r\n\r\n")[0].replace(b"<1@", b"<%d@" % number)
            archive.writestr(
                f"Folder {number % 7}/{number:08d}.eml",
                head + b"\r\n\r\n" + "\r\n".join([*lines, ""]).encode(),
            )
    yield path
    path.unlink()


@pytest.fixture(scope="module")
def four_gigabytes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A mailbox over 4 GiB: messages of 40 MB, as large as they get, one item over 4 GiB."""
    path = tmp_path_factory.mktemp("large") / "large.zip"
    block = random.Random(5).randbytes(1024 * 1024)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for number in range(5):
            archive.writestr(f"Inbox/{number}.eml", letter(number) + block * 40)
        with archive.open("Inbox/huge.eml", "w", force_zip64=True) as entry:
            entry.write(letter(100))
            for _ in range(4 * 1024 + 1):
                entry.write(block)
        for number in range(5, 10):
            archive.writestr(f"Sent/{number}.eml", letter(number) + block * 40)
    yield path
    path.unlink()


@pytest.mark.parametrize("zips", ["small_messages", "four_gigabytes"])
def test_reading_takes_little_memory_and_no_longer_than_it_must(
    zips: str, request: pytest.FixtureRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    path: Path = request.getfixturevalue(zips)
    rounds = [(reading("zipfile", path), reading("ours", path)) for _ in range(ROUNDS)]
    bare = min(rounds, key=lambda pair: pair[0].seconds)[0]
    ours = min(rounds, key=lambda pair: pair[1].seconds)[1]
    throughput = bare.seconds / ours.seconds

    with capsys.disabled():
        print(
            f"\n{zips}: {ours.count} items, {path.stat().st_size / 2**20:.0f} MiB packed, "
            f"{ours.size / 2**20:.0f} MiB unpacked"
            f"\n  zipfile: {bare.seconds:.2f} s of CPU, peak {bare.peak:.0f} MiB"
            f"\n  ours:    {ours.seconds:.2f} s of CPU, peak {ours.peak:.0f} MiB"
            f"\n  throughput: {throughput:.2f} of zipfile's"
        )
    assert (ours.count, ours.size) == (bare.count, bare.size)
    assert max(pair[1].peak for pair in rounds) <= MOST_MEMORY
    assert throughput >= LEAST_THROUGHPUT


def test_two_hundred_thousand_messages_come_back_from_mbox_files(
    small_messages: Path, tmp_path: Path
) -> None:
    with MailboxArchive(small_messages) as archive:
        done = write_mbox(archive, tmp_path, "ana@acme.example")
        boxes = {path.stem: mailbox.mbox(path, create=False) for path in done.path.glob("*.mbox")}
        keys = {name: iter(box.keys()) for name, box in boxes.items()}
        same = sum(
            unquoted(boxes[item.folder].get_bytes(next(keys[item.folder]))) == item.raw()
            for item in archive
        )
        left = [key for rest in keys.values() for key in rest]
        for box in boxes.values():
            box.close()
    assert done.complete
    assert (done.messages, same, left) == (MESSAGES, MESSAGES, [])


def test_a_mailbox_over_four_gigabytes_is_verified_and_converted(
    four_gigabytes: Path, tmp_path: Path
) -> None:
    found = check_archive(four_gigabytes)
    assert (found.ok, found.messages) == (True, 11)
    with MailboxArchive(four_gigabytes) as archive:
        done = write_mbox(archive, tmp_path, "ana@acme.example")
    assert done.complete
    assert (done.messages, done.bytes) == (11, found.content_bytes)
    box = mailbox.mbox(done.path / "Inbox.mbox", create=False)
    assert len(box) == 6
    box.close()
    for path in tmp_path.rglob("*.mbox"):
        path.unlink()
