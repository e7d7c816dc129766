"""An export is private: only its owner can read it, and links lead it nowhere else."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import anyio.to_thread
import pytest

from tests.exports.conftest import QUICK, sited
from workmail_async.emulator import Emulator
from workmail_async.exports import Manifest, ManifestError, OrganizationExport
from workmail_async.files.private import extend_file

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")


@pytest.fixture
def open_umask() -> Iterator[None]:
    """A umask that hides nothing."""
    before = os.umask(0)
    yield
    os.umask(before)


def modes(folder: Path) -> dict[str, str]:
    """Return the modes of a folder and of everything in it that others have a right to."""
    found = {path: stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.rglob("*"))}
    return {str(path): oct(mode) for path, mode in found.items() if mode & 0o077}


@pytest.mark.anyio
@pytest.mark.usefixtures("open_umask")
async def test_only_the_owner_can_read_what_an_export_writes(
    emulator: Emulator, tmp_path: Path
) -> None:
    site, folder = await sited(emulator, 2), tmp_path / "exports" / "acme"
    async with site.organization() as organization:
        report = await OrganizationExport(organization, site.target, folder, options=QUICK).run()
    await anyio.to_thread.run_sync(report.write, folder / "report.json")

    assert report.complete
    assert {path.suffix for path in folder.rglob("*")} >= {".zip", ".sqlite", ".json", ".lock"}
    assert modes(tmp_path / "exports") == {}


@pytest.mark.usefixtures("open_umask")
def test_a_manifest_is_private_while_it_is_open(tmp_path: Path) -> None:
    with Manifest(tmp_path / "acme" / "manifest.sqlite"):
        assert len(list((tmp_path / "acme").iterdir())) > 2  # SQLite's own files, too
        assert modes(tmp_path / "acme") == {}


@pytest.mark.parametrize("name", ["manifest.sqlite", "manifest.sqlite.lock"])
def test_a_manifest_is_not_written_through_a_link(tmp_path: Path, name: str) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.touch()
    (tmp_path / name).symlink_to(elsewhere)

    with pytest.raises(ManifestError, match="links are not followed"):
        Manifest(tmp_path / "manifest.sqlite")
    assert elsewhere.read_bytes() == b""


@pytest.mark.usefixtures("open_umask")
def test_a_download_is_not_appended_through_a_link(tmp_path: Path) -> None:
    elsewhere, part = tmp_path / "elsewhere", tmp_path / "ana.zip.part"
    elsewhere.write_bytes(b"theirs")
    part.symlink_to(elsewhere)

    with extend_file(part) as file:
        file.write(b"ours")
    with extend_file(part) as file:
        file.write(b", too")

    assert (part.read_bytes(), elsewhere.read_bytes()) == (b"ours, too", b"theirs")
    assert not part.is_symlink()
    assert stat.S_IMODE(part.stat().st_mode) == 0o600
