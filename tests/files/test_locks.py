"""A lock keeps others out, and ends with its holder."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from workmail_async.files.locks import FileLock, LockHeldError


def test_a_lock_is_held_by_one_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "x.lock"
    with FileLock(path), pytest.raises(LockHeldError):
        FileLock(path)
    FileLock(path).release()


def test_a_lock_ends_with_a_process_that_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "x.lock"
    code = (
        "import sys, time, pathlib; from workmail_async.files.locks import FileLock;"
        "lock = FileLock(pathlib.Path(sys.argv[1])); print('held', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code, path], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(LockHeldError):
            FileLock(path)
        holder.kill()
    FileLock(path).release()


def test_what_cannot_be_locked_is_an_os_error(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="missing"):
        FileLock(tmp_path / "missing" / "x.lock")
    (tmp_path / "text.lock").write_text("not SQLite's, and long enough for it to notice" * 40)
    with pytest.raises(OSError, match="cannot be locked"):
        FileLock(tmp_path / "text.lock")
