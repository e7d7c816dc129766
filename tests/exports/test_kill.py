"""An export that is killed at any moment and run again loses nothing and does nothing twice."""

from __future__ import annotations

import random
import subprocess
import sys
import time
import zipfile
from collections import Counter
from pathlib import Path

import pytest

from tests.exports.conftest import Site, site
from workmail_async.emulator import AfterTime, Emulator, Lifecycle
from workmail_async.exports import read_report

_PROGRAM = Path(__file__).with_name("export_once.py")
_LIMIT = 300  # seconds until a run counts as hung


def _begin(where: Site, folder: Path) -> subprocess.Popen[str]:
    target = where.target
    return subprocess.Popen(
        [
            sys.executable,
            str(_PROGRAM),
            where.emulator.endpoint_url,
            where.seeded.id,
            str(folder),
            target.bucket,
            target.prefix,
            target.role_arn,
            target.kms_key_arn,
        ],
        stdout=subprocess.PIPE,
        text=True,
    )


def _kill_and_finish(where: Site, folder: Path, kills: int, seed: int) -> int:
    """Kill the export a number of times, then let it finish; return how many kills hit it."""
    moments, hits = random.Random(seed), 0
    for _ in range(kills):
        with _begin(where, folder) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(moments.uniform(0.0, 1.2))
            if process.poll() is None:
                hits += 1
                process.kill()
            process.wait(_LIMIT)
    with _begin(where, folder) as process:
        assert process.wait(_LIMIT) == 0
    return hits


def _assert_all_safe_and_exported_once(where: Site, folder: Path, mailboxes: int) -> None:
    started = Counter(job["EntityId"] for job in where.jobs())
    assert len(started) == mailboxes
    assert set(started.values()) == {1}
    report = read_report(folder)
    assert report.complete
    assert len(report.files) == mailboxes
    for file in report.files:
        with zipfile.ZipFile(folder / file.path) as archive:
            assert archive.testzip() is None
            assert len(archive.namelist()) >= file.items > 0
    left = [path.name for path in (folder / "mailboxes").iterdir() if path.suffix != ".zip"]
    assert left == []


def test_a_killed_export_goes_on_where_it_was(tmp_path: Path) -> None:
    pace = Lifecycle(mailbox_export=AfterTime(0.5))
    with Emulator(lifecycle=pace) as emulator:
        where = site(emulator, 20)
        hits = _kill_and_finish(where, tmp_path / "out", kills=4, seed=4)
        assert hits > 0
        _assert_all_safe_and_exported_once(where, tmp_path / "out", 20)


@pytest.mark.slow
def test_an_export_of_60_mailboxes_survives_25_kills(tmp_path: Path) -> None:
    pace = Lifecycle(mailbox_export=AfterTime(2.0))
    with Emulator(lifecycle=pace) as emulator:
        where = site(emulator, 60)
        hits = _kill_and_finish(where, tmp_path / "out", kills=25, seed=25)
        assert hits >= 12
        _assert_all_safe_and_exported_once(where, tmp_path / "out", 60)
