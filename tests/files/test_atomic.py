"""A file is complete or not there, private, and never written through somebody's link."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from workmail_async.files.atomic import replacing, unfinished


def test_a_file_appears_when_it_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    with replacing(path, durable=True) as file:
        file.write(b"{}")
        assert not path.exists()
    assert path.read_bytes() == b"{}"
    assert list(tmp_path.iterdir()) == [path]


def test_an_error_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "report.json"
    path.write_bytes(b"old")

    def fail() -> None:
        with replacing(path) as file:
            file.write(b"new")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")
def test_only_the_owner_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "mail.mbox"
    unfinished(path).touch(0o666)
    before = os.umask(0)
    try:
        with replacing(path) as file:
            file.write(b"secret")
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_link_in_its_way_is_not_followed(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.write_bytes(b"theirs")
    path = tmp_path / "mail.mbox"
    unfinished(path).symlink_to(elsewhere)
    with replacing(path) as file:
        file.write(b"ours")
    assert (path.read_bytes(), elsewhere.read_bytes()) == (b"ours", b"theirs")
    assert not path.is_symlink()


def test_the_modification_time_is_the_one_that_was_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "1.eml"
    with replacing(path, modified=1_704_699_005):
        pass
    assert path.stat().st_mtime == 1_704_699_005
