"""Verifying an export's folder finds whatever happened to its archives, and names it."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import anyio.to_thread
import pytest

from tests.exports.conftest import QUICK, Site, sited
from workmail_async.emulator import Emulator
from workmail_async.exports import (
    ArchiveVerification,
    ManifestError,
    OrganizationExport,
    Selection,
    exported_archives,
    read_report,
    verify_archive,
    verify_export,
)

pytestmark = pytest.mark.anyio


async def _exported(emulator: Emulator, folder: Path, users: int = 2) -> Site:
    where = await sited(emulator, users, messages=5)
    async with where.organization() as organization:
        export = OrganizationExport(organization, where.target, folder, options=QUICK)
        assert (await export.run()).complete
    return where


def _flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[200] ^= 0xFF
    path.write_bytes(content)


def _cut(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def _fill_with_garbage(path: Path) -> None:
    path.write_bytes(os.urandom(path.stat().st_size))


def _write_another_zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.eml", "Subject: a\n\nother mail\n")


async def test_good_archives_are_verified_one_after_the_other(
    emulator: Emulator, tmp_path: Path
) -> None:
    await _exported(emulator, tmp_path)
    seen: list[ArchiveVerification] = []
    result = await anyio.to_thread.run_sync(lambda: verify_export(tmp_path, on_archive=seen.append))
    assert result.good
    assert result.bad == ()
    assert tuple(seen) == result.archives
    assert [archive.label for archive in seen] == ["user000@acme.example", "user001@acme.example"]
    assert all(archive.items == 5 and archive.bytes > 0 for archive in seen)


@pytest.mark.parametrize(
    ("damage", "finding"),
    [
        (_flip, "its SHA-256 is"),
        (_cut, "bytes instead of"),
        (_fill_with_garbage, "its SHA-256 is"),
        (_write_another_zip, "bytes instead of"),
        (Path.unlink, "the file is gone"),
    ],
)
async def test_a_damaged_archive_is_named_with_what_is_wrong(
    emulator: Emulator, tmp_path: Path, damage: Callable[[Path], None], finding: str
) -> None:
    await _exported(emulator, tmp_path)

    def verify() -> None:
        first, second = exported_archives(tmp_path)
        damage(first.path)
        result = verify_export(tmp_path)
        assert [archive.path for archive in result.bad] == [first.path]
        assert finding in result.bad[0].findings[0]
        assert verify_export(tmp_path, Selection(include=[second.label])).good

    await anyio.to_thread.run_sync(verify)


def test_an_archive_by_itself_is_verified_without_a_manifest(tmp_path: Path) -> None:
    path = tmp_path / "ana.zip"
    _write_another_zip(path)
    result = verify_archive(path)
    assert result.good
    assert (result.label, result.items) == ("ana", 1)
    _cut(path)
    assert not verify_archive(path).good
    assert verify_archive(tmp_path / "none.zip").findings == ("the file is gone",)
    assert "cannot be read" in verify_archive(tmp_path).findings[0]


@pytest.mark.parametrize("look", [verify_export, exported_archives, read_report])
def test_a_folder_without_an_export_is_an_error(
    tmp_path: Path, look: Callable[[Path], object]
) -> None:
    with pytest.raises(ManifestError, match="start an export first"):
        look(tmp_path)
