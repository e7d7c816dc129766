"""Downloads come whole or not at all, and go on where they were cut."""

from __future__ import annotations

import errno
import gc
import hashlib
from pathlib import Path
from typing import Any

import anyio
import pytest
from attrs import define, field
from botocore.exceptions import (
    ClientError,
    EndpointConnectionError,
    ResponseStreamingError,
)

from workmail_async.exports import BadExportError, Download, DownloadError
from workmail_async.exports.download import fetch, fetch_part, keep

pytestmark = pytest.mark.anyio

CONTENT: bytes = bytes(range(256)) * 40_000


@define
class Body:
    """A body that may break off."""

    content: bytes
    cut: int | None
    error: Exception | None
    given: int = 0
    closed: bool = False

    async def read(self, size: int) -> bytes:
        await anyio.lowlevel.checkpoint()
        end = len(self.content) if self.cut is None else min(self.cut, len(self.content))
        chunk = self.content[self.given : min(self.given + size, end)]
        self.given += len(chunk)
        if not chunk and self.cut is not None and self.error is not None:
            raise self.error
        return chunk

    async def aclose(self) -> None:
        self.closed = True


@define
class Store:
    """One object in S3, whose bodies break off as a test says."""

    content: bytes = CONTENT
    key: str = "exports/ana.zip"
    etag: str = '"abc-1"'
    cuts: list[int | None] = field(factory=list)
    error: Exception | None = field(factory=lambda: ResponseStreamingError(error="cut"))
    ranges: list[str] = field(factory=list)
    bodies: list[Body] = field(factory=list)

    async def head_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:
        if Key != self.key:
            raise _refusal("404", 404)
        return {"ContentLength": len(self.content), "ETag": self.etag}

    async def get_object(
        self, *, Bucket: str, Key: str, Range: str, IfMatch: str
    ) -> dict[str, Any]:
        assert IfMatch == self.etag
        self.ranges.append(Range)
        start = int(Range.removeprefix("bytes=").removesuffix("-"))
        cut = self.cuts.pop(0) if self.cuts else None
        self.bodies.append(Body(self.content[start:], cut, self.error))
        return {"Body": self.bodies[-1]}


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def _cuts(*at: int | None) -> list[int | None]:
    return list(at)


def _refusal(code: str, status: int) -> ClientError:
    answer: Any = {"Error": {"Code": code}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "HeadObject")


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    from workmail_async.exports import download

    async def sleep(_: float) -> None:
        await anyio.lowlevel.checkpoint()

    monkeypatch.setattr(download, "sleep", sleep)


async def test_a_file_comes_whole(tmp_path: Path) -> None:
    counted: list[int] = []
    target = tmp_path / "new" / "ana.zip"
    store = Store()
    found = await fetch_part(store, "acme", store.key, target, on_bytes=counted.append)
    assert not await anyio.Path(target).exists()
    assert await keep(found) == Download(target, found.bytes, found.sha256)
    assert target.read_bytes() == CONTENT
    assert found.bytes == sum(counted) == len(CONTENT)
    assert found.sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert _names(target.parent) == ["ana.zip"]
    assert all(body.closed for body in store.bodies)


@pytest.mark.parametrize("error", [ResponseStreamingError(error="cut"), ConnectionError(), None])
async def test_a_cut_download_goes_on_by_range(tmp_path: Path, error: Exception | None) -> None:
    store = Store(cuts=_cuts(1_000_000, 0, 5), error=error)
    found = await fetch(store, "acme", store.key, tmp_path / "ana.zip")
    assert store.ranges == ["bytes=0-", "bytes=1000000-", "bytes=1000000-", "bytes=1000005-"]
    assert (tmp_path / "ana.zip").read_bytes() == CONTENT
    assert found.sha256 == hashlib.sha256(CONTENT).hexdigest()


async def test_what_a_broken_run_left_is_gone_on_with(tmp_path: Path) -> None:
    target = tmp_path / "ana.zip"
    store = Store(cuts=_cuts(2_000_000, *[0] * 50))
    with pytest.raises(DownloadError, match="broke off at byte 2000000 of 10240000"):
        await fetch(store, "acme", store.key, target)
    assert not await anyio.Path(target).exists()
    store.cuts.clear()
    counted: list[int] = []
    await keep(await fetch_part(store, "acme", store.key, target, on_bytes=counted.append))
    assert store.ranges[-1] == "bytes=2000000-"
    assert sum(counted) == len(CONTENT)
    assert target.read_bytes() == CONTENT


async def test_the_rest_of_another_version_is_not_gone_on_with(tmp_path: Path) -> None:
    target = tmp_path / "ana.zip"
    old = Store(cuts=_cuts(3_000_000, *[0] * 50))
    with pytest.raises(DownloadError):
        await fetch(old, "acme", old.key, target)
    new = Store(content=CONTENT[::-1], etag='"def-2"')
    await fetch(new, "acme", new.key, target)
    assert new.ranges == ["bytes=0-"]
    assert target.read_bytes() == CONTENT[::-1]
    assert _names(tmp_path) == ["ana.zip"]


async def test_a_part_that_is_too_long_is_begun_anew(tmp_path: Path) -> None:
    target = tmp_path / "ana.zip"
    (tmp_path / "ana.zip.abc-1.part").write_bytes(CONTENT + b"more")
    store = Store()
    await fetch(store, "acme", store.key, target)
    assert target.read_bytes() == CONTENT


@pytest.mark.parametrize("path", ["acme/exports/ana.zip", "s3://acme/exports/ana.zip"])
async def test_the_path_may_name_the_bucket(tmp_path: Path, path: str) -> None:
    await fetch(Store(), "acme", path, tmp_path / "ana.zip")
    assert (tmp_path / "ana.zip").read_bytes() == CONTENT


async def test_an_object_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadExportError, match=r"there is no s3://acme/exports/bo\.zip"):
        await fetch(Store(), "acme", "exports/bo.zip", tmp_path / "bo.zip")


async def test_an_object_that_may_not_be_read_is_named(tmp_path: Path) -> None:
    class Closed(Store):
        async def head_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:
            raise _refusal("403", 403)

    with pytest.raises(DownloadError, match=r"s3://acme/exports/ana\.zip cannot be read"):
        await fetch(Closed(), "acme", "exports/ana.zip", tmp_path / "ana.zip")


async def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(DownloadError, match="cannot be written"):
        await fetch(Store(), "acme", "exports/ana.zip", tmp_path / "file" / "ana.zip")


async def test_an_empty_object_is_an_empty_file(tmp_path: Path) -> None:
    await fetch(Store(content=b""), "acme", "exports/ana.zip", tmp_path / "ana.zip")
    assert (tmp_path / "ana.zip").read_bytes() == b""


async def test_looking_at_an_object_is_tried_again(tmp_path: Path) -> None:
    class Shaky(Store):
        async def head_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:
            if len(self.cuts) < 3:
                self.cuts.append(None)
                raise EndpointConnectionError(endpoint_url="https://s3.example")
            return await super().head_object(Bucket=Bucket, Key=Key)

    await fetch(Shaky(), "acme", "exports/ana.zip", tmp_path / "ana.zip")
    assert (tmp_path / "ana.zip").read_bytes() == CONTENT


async def test_an_endpoint_that_stays_away_is_named(tmp_path: Path) -> None:
    class Gone(Store):
        async def head_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:
            raise EndpointConnectionError(endpoint_url="https://s3.example")

    with pytest.raises(DownloadError, match=r"cannot be read: .*s3\.example"):
        await fetch(Gone(), "acme", "exports/ana.zip", tmp_path / "ana.zip")


@pytest.mark.parametrize(
    ("status", "words"), [(403, "It takes s3:GetObject"), (412, "was replaced while it was read")]
)
async def test_a_refusal_in_the_middle_is_told(tmp_path: Path, status: int, words: str) -> None:
    class Refusing(Store):
        async def get_object(self, **_: Any) -> dict[str, Any]:
            raise _refusal("Refused", status)

    with pytest.raises(DownloadError, match=words):
        await fetch(Refusing(), "acme", "exports/ana.zip", tmp_path / "ana.zip")


async def test_a_defect_is_not_taken_for_a_cut(tmp_path: Path) -> None:
    class Odd(Store):
        async def get_object(self, **_: Any) -> dict[str, Any]:
            raise KeyError("odd")

    with pytest.raises(KeyError, match="odd"):
        await fetch(Odd(), "acme", "exports/ana.zip", tmp_path / "ana.zip")


async def test_a_part_that_another_process_wrote_to_is_not_kept(tmp_path: Path) -> None:
    part = await fetch_part(Store(), "acme", "exports/ana.zip", tmp_path / "ana.zip")
    await anyio.Path(part.path).write_bytes(CONTENT + b"more")
    with pytest.raises(DownloadError, match="written to by another process"):
        await keep(part)
    assert _names(tmp_path) == []


async def test_a_part_that_is_gone_is_told(tmp_path: Path) -> None:
    part = await fetch_part(Store(), "acme", "exports/ana.zip", tmp_path / "ana.zip")
    await anyio.Path(part.path).unlink()
    with pytest.raises(DownloadError, match="cannot be written"):
        await keep(part)


async def test_a_full_disk_is_told_and_leaves_no_file_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        with pytest.raises(DownloadError, match="cannot be written: No space left on device"):
            await fetch(Store(), "acme", "exports/ana.zip", tmp_path / "ana.zip")
    gc.collect()  # a file left open would warn
    store = Store()
    await fetch(store, "acme", "exports/ana.zip", tmp_path / "ana.zip")
    assert store.ranges == []  # all of it was there
