"""Brings an object from S3 to disk: streamed, gone on with after a cut, whole or not at all."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import anyio.to_thread
from anyio import sleep
from attrs import frozen

from .errors import DownloadError

_CHUNK = 1024 * 1024
#: How often in a row a download may break off without having brought a byte.
_FRUITLESS_ATTEMPTS = 6
_LONGEST_PAUSE = 20.0
_NOT_FOUND = 404


@frozen
class Download:
    """A file that was downloaded whole.

    Attributes:
        path: Where it lies.
        bytes: Its size.
        sha256: Its SHA-256, in hexadecimal.
    """

    path: Path
    bytes: int
    sha256: str


@frozen
class _Remote:
    """An object as it lies in S3."""

    bucket: str
    key: str
    size: int
    etag: str


async def fetch(
    s3: Any,
    bucket: str,
    path: str,
    target: Path,
    *,
    on_bytes: Callable[[int], None] | None = None,
    on_size: Callable[[int], None] | None = None,
) -> Download:
    """Download an object.

    Args:
        s3: An aiobotocore client of S3.
        bucket: The bucket.
        path: The key as WorkMail names it: as it is, or with the bucket or `s3://` before it.
        target: The file to write. It appears under its name when it is whole; until then the bytes
            stand beside it in a `.part` file, which the next try goes on with.
        on_bytes: Called with the number of bytes of each piece that was written.
        on_size: Called with the number of bytes of the whole, once it is known.

    Returns:
        Where it lies, its size and its SHA-256.

    Raises:
        DownloadError: The object is not there, or it could not be fetched whole.
    """
    remote = await _find(s3, bucket, path)
    if on_size:
        on_size(remote.size)
    part = target.with_name(f"{target.name}.{_safe(remote.etag)}.part")
    try:
        await anyio.to_thread.run_sync(_make_room, target, part)
        sha256 = await _fetch_part(s3, remote, part, on_bytes)
        await anyio.to_thread.run_sync(_finish, part, target)
    except OSError as error:  # of the disk: those of the network are translated
        raise DownloadError(f"{target} cannot be written: {error.strerror or error}") from error
    return Download(target, remote.size, sha256)


async def _find(s3: Any, bucket: str, path: str) -> _Remote:
    for key in _keys(bucket, path):
        head = await _head(s3, bucket, key)
        if head is not None:
            return _Remote(bucket, key, head["ContentLength"], head["ETag"])
    raise DownloadError(f"there is no s3://{bucket}/{path}")


async def _head(s3: Any, bucket: str, key: str) -> dict[str, Any] | None:
    """Look at an object; None when it is not there. What passes is tried again."""
    attempt = 0
    while True:
        try:
            found: dict[str, Any] = await s3.head_object(Bucket=bucket, Key=key)
        except Exception as error:
            status = _status_of(error)
            if status == _NOT_FOUND:
                return None
            passes = _is_cut(error)
            if status is None and not passes:
                raise
            attempt += 1
            if not passes or attempt == _FRUITLESS_ATTEMPTS:
                raise DownloadError(f"s3://{bucket}/{key} cannot be read: {error}") from error
        else:
            return found
        await sleep(min(_LONGEST_PAUSE, 0.1 * 2.0**attempt))


def _keys(bucket: str, path: str) -> list[str]:
    """Return what a path may mean: AWS does not say whether it begins with the bucket."""
    bare = path.removeprefix("s3://").lstrip("/")
    within = bare.removeprefix(f"{bucket}/")
    return list(dict.fromkeys((path, bare, within)))


class _Part:
    """The file that a download grows in.

    Args:
        path: Where it lies.
        on_bytes: Told of each piece.
    """

    def __init__(self, path: Path, on_bytes: Callable[[int], None] | None) -> None:
        self._digest = hashlib.sha256()
        self._on_bytes = on_bytes
        self._file = path.open("a+b")
        self._file.seek(0)
        self.size = 0
        while chunk := self._file.read(_CHUNK):
            self._count(chunk)

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def append(self, chunk: bytes) -> None:
        self._file.write(chunk)
        self._count(chunk)

    def empty(self) -> None:
        self._file.truncate(0)
        self._digest, self.size = hashlib.sha256(), 0

    def close(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()

    def _count(self, chunk: bytes) -> None:
        self._digest.update(chunk)
        self.size += len(chunk)
        if self._on_bytes:
            self._on_bytes(len(chunk))


async def _fetch_part(
    s3: Any, remote: _Remote, path: Path, on_bytes: Callable[[int], None] | None
) -> str:
    """Fill a part file from where it ends, over as many cuts as it takes."""
    part = await anyio.to_thread.run_sync(_Part, path, on_bytes)
    try:
        if part.size > remote.size:
            await anyio.to_thread.run_sync(part.empty)
        fruitless = 0
        while part.size < remote.size:
            before = part.size
            cut = await _append(s3, remote, part)
            fruitless = 0 if part.size > before else fruitless + 1
            if fruitless >= _FRUITLESS_ATTEMPTS:
                raise DownloadError(
                    f"s3://{remote.bucket}/{remote.key} broke off at byte {part.size} of "
                    f"{remote.size}: {cut or 'the answer ended early'}"
                ) from cut
            if part.size < remote.size:
                await sleep(min(_LONGEST_PAUSE, 0.1 * 2.0**fruitless))
        return part.sha256
    finally:
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(part.close)


async def _append(s3: Any, remote: _Remote, part: _Part) -> Exception | None:
    """Read on from where the part ends; return what broke it off, if anything did."""
    wanted = {"Range": f"bytes={part.size}-", "IfMatch": remote.etag}
    try:
        answer = await s3.get_object(Bucket=remote.bucket, Key=remote.key, **wanted)
        body = answer["Body"]
        try:
            while part.size < remote.size and (chunk := await body.read(_CHUNK)):
                await anyio.to_thread.run_sync(part.append, chunk)
        finally:
            with anyio.CancelScope(shield=True):
                await body.aclose()
    except Exception as error:
        if not _is_cut(error):
            raise
        return error
    return None


def _status_of(error: Exception) -> int | None:
    """Return the HTTP status of a refusal by S3; None for anything else."""
    from botocore.exceptions import ClientError

    if not isinstance(error, ClientError):
        return None
    answer: dict[str, Any] = dict(error.response)
    status: int = answer.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return status


def _is_cut(error: Exception) -> bool:
    """Return whether an error is of the network, so that going on may help."""
    status = _status_of(error)
    if status is not None:
        return status == 429 or status >= 500
    if isinstance(error, (ConnectionError, TimeoutError)):
        return True
    packages = ("botocore", "aiobotocore", "aiohttp", "httpx", "httpx2", "httpcore", "httpcore2")
    return type(error).__module__.partition(".")[0] in packages


def _safe(etag: str) -> str:
    return re.sub(r"[^0-9A-Za-z-]", "", etag)[:40]


def _make_room(target: Path, part: Path) -> None:
    """Make the folder, and remove what is left of other versions of the object."""
    target.parent.mkdir(parents=True, exist_ok=True)
    stale = re.compile(re.escape(target.name) + r"\.[0-9A-Za-z-]{1,40}\.part")
    for other in target.parent.iterdir():
        if other != part and stale.fullmatch(other.name):
            other.unlink()


def _finish(part: Path, target: Path) -> None:
    part.replace(target)
    if os.name == "posix":  # so that the new name survives a loss of power
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
