"""What WorkMail's own log says is compared with the zip, and a log that is none is no harm."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import anyio.to_thread
import pytest
from attrs import define, field
from botocore.exceptions import ClientError, ResponseStreamingError
from typing_extensions import Self

from tests.exports.conftest import QUICK, sited
from workmail_async.archives import ArchiveCheck, Findings
from workmail_async.archives.mailbox import check_archive
from workmail_async.emulator import Emulator
from workmail_async.exports import OrganizationExport
from workmail_async.exports.organization.output_log import (
    OutputLog,
    find_output_log,
    read_output_log,
)

pytestmark = pytest.mark.anyio


def _found(items: int, messages: int) -> ArchiveCheck:
    return ArchiveCheck(
        entries=items,
        items=items,
        messages=messages,
        calendar=items - messages,
        other=0,
        content_bytes=0,
        folders={},
        findings=Findings(10),
    )


@define
class Body:
    """A body of S3's."""

    content: bytes | Exception

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        pass

    async def read(self) -> bytes:
        if isinstance(self.content, Exception):
            raise self.content
        return self.content


@define
class Store:
    """A bucket."""

    objects: dict[str, bytes | Exception]
    read: list[str] = field(factory=list)

    async def list_objects_v2(self, *, Bucket: str, Prefix: str) -> dict[str, Any]:
        found = [key for key in self.objects if key.startswith(Prefix)]
        return {"Contents": [{"Key": key, "Size": _size(self.objects[key])} for key in found]}

    async def get_object(self, *, Bucket: str, Key: str) -> dict[str, Any]:
        self.read.append(Key)
        return {"Body": Body(self.objects[Key])}


def _size(content: bytes | Exception) -> int:
    return 10 if isinstance(content, Exception) else len(content)


def _log(messages: object, lost: object = "0") -> bytes:
    return json.dumps({"totalMessages": messages, "totalNonExportableItems": lost}).encode()


async def test_the_log_of_an_export_is_found_and_agrees(emulator: Emulator, tmp_path: Path) -> None:
    where = await sited(emulator, 1, messages=3)
    async with where.organization() as organization:
        export = OrganizationExport(
            organization, where.target, tmp_path, options=QUICK, now=emulator.clock.now
        )
        (file,) = (await export.run()).files
    assert file.notes == ""
    listed = await where.ask("s3", "list_objects_v2", Bucket=where.target.bucket)
    (key,) = (each["Key"] for each in listed["Contents"] if each["Key"].endswith("-log.json"))
    await where.ask("s3", "put_object", Bucket=where.target.bucket, Key=key, Body=_log("99", "2"))
    await anyio.Path(tmp_path / file.path).unlink()
    async with where.organization() as organization:
        export = OrganizationExport(organization, where.target, tmp_path, options=QUICK)
        (again,) = (await export.run()).files
    assert again.notes.splitlines() == [
        f"WorkMail's log counts 99 messages, the zip {file.items}",
        "WorkMail could not export 2 items",
    ]
    whole = await anyio.to_thread.run_sync(check_archive, tmp_path / again.path)
    assert whole.items == file.items


@pytest.mark.parametrize("path", ["x/job.zip", "acme/x/job.zip", "s3://acme/x/job.zip"])
async def test_it_is_looked_for_beside_the_zip(path: str) -> None:
    store = Store(
        {
            "x/job.zip": b"zip",
            "x/job-big.json": b" " * 1024 * 1024 + _log(1),
            "x/job-other.json": b"[]",
            "x/job.log": _log("3"),
            "x/other-log.json": _log("4"),
        }
    )
    found = await find_output_log(store, "acme", path)
    assert found == OutputLog(messages=3, non_exportable=0)
    assert store.read == ["x/job-other.json", "x/job.log"]


@pytest.mark.parametrize(
    "error",
    [
        ResponseStreamingError(error="cut"),
        ClientError({"Error": {"Code": "AccessDenied"}}, "GetObject"),
        ConnectionResetError(),
    ],
)
async def test_a_log_that_cannot_be_read_is_no_harm(error: Exception) -> None:
    assert await find_output_log(Store({"x/job-log.json": error}), "acme", "x/job.zip") is None
    assert await find_output_log(Store({}), "acme", "x/job.zip") is None


async def test_a_defect_of_ours_is_not_taken_for_a_missing_log() -> None:
    with pytest.raises(KeyError):
        await find_output_log(Store({"x/job-log.json": KeyError()}), "acme", "x/job.zip")


@pytest.mark.parametrize(
    "content",
    [b"", b"no JSON", b"\xff\xfe", b"[]", b'{"other": 1}', b"[" * 100_000],
    ids=["empty", "text", "bytes", "list", "other", "deep"],
)
def test_what_is_no_log_is_none(content: bytes) -> None:
    assert read_output_log(content) is None


def test_numbers_are_texts_or_numbers_or_missing() -> None:
    assert read_output_log(_log("12", 3)) == OutputLog(messages=12, non_exportable=3)
    assert read_output_log(_log("many", None)) == OutputLog(messages=None, non_exportable=None)


@pytest.mark.parametrize(("messages", "notes"), [(10, 0), (8, 0), (9, 1), (None, 0)])
def test_messages_are_counted_with_or_without_calendar_items(
    messages: int | None, notes: int
) -> None:
    log = OutputLog(messages=messages, non_exportable=None)
    assert len(log.compare(_found(10, 8))) == notes
