"""Brings an object from S3 to disk: streamed, gone on with after a cut, whole or not at all."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anyio
import anyio.from_thread
import anyio.to_thread
from anyio import sleep
from attrs import frozen

from .aws import is_passing, status_of
from .errors import BadExportError, DownloadError

_CHUNK = 1024 * 1024
#: How often in a row a download may break off without having brought a byte.
_FRUITLESS_ATTEMPTS = 6
_LONGEST_PAUSE = 20.0
_NOT_FOUND = 404
#: What S3 does not say, least of all in its answer to a look at an object.
_HINTS = {
    400: ". Credentials that have expired are the usual cause",
    403: ". It takes s3:GetObject on the object, and kms:Decrypt with its key",
    412: ". The object was replaced while it was read; try again",
}


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
class Part:
    """A file that was downloaded whole and has not got its name yet.

    Attributes:
        path: Where it lies for now.
        target: What it is to be named.
        bytes: Its size.
        sha256: Its SHA-256, in hexadecimal.
    """

    path: Path
    target: Path
    bytes: int
    sha256: str


@frozen
class _Remote:
    """An object as it lies in S3."""

    bucket: str
    key: str
    size: int
    etag: str

    def __str__(self) -> str:
        return f"s3://{self.bucket}/{self.key}"


async def fetch(s3: Any, bucket: str, path: str, target: Path) -> Download:
    """Download an object; the same as `fetch_part` and `keep`.

    Args:
        s3: An aiobotocore client of S3.
        bucket: The bucket.
        path: The key as WorkMail names it.
        target: The file to write.

    Returns:
        Where it lies, its size and its SHA-256.

    Raises:
        DownloadError: The object is not there, or it could not be fetched whole.
    """
    return await keep(await fetch_part(s3, bucket, path, target))


async def fetch_part(
    s3: Any,
    bucket: str,
    path: str,
    target: Path,
    *,
    on_bytes: Callable[[int], None] | None = None,
    on_size: Callable[[int], None] | None = None,
) -> Part:
    """Download an object, and leave it beside the target.

    Args:
        s3: An aiobotocore client of S3.
        bucket: The bucket.
        path: The key as WorkMail names it: as it is, or with the bucket or `s3://` before it.
        target: What the file is to be named. The bytes stand beside it in a `.part` file, which
            the next try goes on with.
        on_bytes: Called, in another thread, with the number of bytes of each piece of the file.
        on_size: Called with the number of bytes of the whole, once it is known.

    Returns:
        Where it lies for now, its size and its SHA-256.

    Raises:
        BadExportError: The object is not there.
        DownloadError: It could not be fetched whole.
    """
    remote = await _find(s3, bucket, path)
    if on_size:
        on_size(remote.size)
    part = target.with_name(f"{target.name}.{_safe(remote.etag)}.part")
    with _disk(target):
        await anyio.to_thread.run_sync(_make_room, target, part)
        sha256 = await _fill(s3, remote, part, on_bytes)
    return Part(part, target, remote.size, sha256)


async def keep(part: Part) -> Download:
    """Give a file its name.

    Args:
        part: The file.

    Returns:
        Where it lies, its size and its SHA-256.

    Raises:
        DownloadError: It is not there any more, or another process wrote to it.
    """
    with _disk(part.target):
        await anyio.to_thread.run_sync(_finish, part)
    return Download(part.target, part.bytes, part.sha256)


@contextmanager
def _disk(target: Path) -> Generator[None, None, None]:
    try:
        yield
    except OSError as error:  # of the disk: those of the network are translated
        raise DownloadError(f"{target} cannot be written: {error.strerror or error}") from error


async def _find(s3: Any, bucket: str, path: str) -> _Remote:
    for key in _keys(bucket, path):
        head = await _head(s3, bucket, key)
        if head is not None:
            return _Remote(bucket, key, head["ContentLength"], head["ETag"])
    raise BadExportError(f"there is no s3://{bucket}/{path}")


async def _head(s3: Any, bucket: str, key: str) -> dict[str, Any] | None:
    """Look at an object; None when it is not there. What passes is tried again."""
    attempt = 0
    while True:
        try:
            found: dict[str, Any] = await s3.head_object(Bucket=bucket, Key=key)
        except Exception as error:  # noqa: BLE001  (told apart by `_cut`)
            if status_of(error) == _NOT_FOUND:
                return None
            attempt += 1
            cut = _cut(error, f"s3://{bucket}/{key}")
            if attempt == _FRUITLESS_ATTEMPTS:
                raise DownloadError(f"s3://{bucket}/{key} cannot be read: {error}") from cut
        else:
            return found
        await sleep(min(_LONGEST_PAUSE, 0.1 * 2.0**attempt))


def _keys(bucket: str, path: str) -> list[str]:
    """Return what a path may mean: AWS does not say whether it begins with the bucket."""
    bare = path.removeprefix("s3://").lstrip("/")
    within = bare.removeprefix(f"{bucket}/")
    return list(dict.fromkeys((path, bare, within)))


class _Growing:
    """The file that a download grows in.

    Args:
        path: Where it lies.
        on_bytes: Told of each piece.
    """

    def __init__(self, path: Path, on_bytes: Callable[[int], None] | None) -> None:
        self._digest = hashlib.sha256()
        self._on_bytes = on_bytes
        self._file = path.open("a+b")
        self.size = 0

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def read(self) -> None:
        """Go through what is there already, which may take minutes."""
        self._file.seek(0)
        while chunk := self._file.read(_CHUNK):
            anyio.from_thread.check_cancelled()
            self._count(chunk)

    def append(self, chunk: bytes) -> None:
        self._file.write(chunk)
        self._count(chunk)

    def empty(self) -> None:
        self._file.truncate(0)
        self._digest, self.size = hashlib.sha256(), 0

    def close(self) -> None:
        with self._file:  # closed, too, when the disk takes no more
            self._file.flush()
            os.fsync(self._file.fileno())

    def _count(self, chunk: bytes) -> None:
        self._digest.update(chunk)
        self.size += len(chunk)
        if self._on_bytes:
            self._on_bytes(len(chunk))


async def _fill(
    s3: Any, remote: _Remote, path: Path, on_bytes: Callable[[int], None] | None
) -> str:
    """Fill a part file from where it ends, over as many cuts as it takes."""
    part = await anyio.to_thread.run_sync(_Growing, path, on_bytes)
    try:
        await anyio.to_thread.run_sync(part.read)
        if part.size > remote.size:
            await anyio.to_thread.run_sync(part.empty)
        fruitless = 0
        while part.size < remote.size:
            before = part.size
            cut = await _append(s3, remote, part)
            fruitless = 0 if part.size > before else fruitless + 1
            if fruitless >= _FRUITLESS_ATTEMPTS:
                raise DownloadError(
                    f"{remote} broke off at byte {part.size} of "
                    f"{remote.size}: {cut or 'the answer ended early'}"
                ) from cut
            if part.size < remote.size:
                await sleep(min(_LONGEST_PAUSE, 0.1 * 2.0**fruitless))
        return part.sha256
    finally:
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(part.close)


async def _append(s3: Any, remote: _Remote, part: _Growing) -> Exception | None:
    """Read on from where the part ends; return what broke it off, if anything did."""
    wanted = {"Range": f"bytes={part.size}-", "IfMatch": remote.etag}
    try:
        answer = await s3.get_object(Bucket=remote.bucket, Key=remote.key, **wanted)
    except Exception as error:  # noqa: BLE001  (told apart by `_cut`)
        return _cut(error, str(remote))
    body = answer["Body"]
    try:
        while part.size < remote.size:
            try:
                chunk = await body.read(_CHUNK)
            except Exception as error:  # noqa: BLE001  (told apart by `_cut`)
                return _cut(error, str(remote))
            if not chunk:
                break
            await anyio.to_thread.run_sync(part.append, chunk)
    finally:
        with anyio.CancelScope(shield=True):
            await body.aclose()
    return None


def _cut(error: Exception, what: str) -> Exception:
    """Return an error of the network, after which going on may help; raise any other."""
    if is_passing(error):
        return error
    status = status_of(error)
    if status is None:
        raise error
    hint = _HINTS.get(status, "")
    raise DownloadError(f"{what} cannot be read: {error}{hint}") from error


def _safe(etag: str) -> str:
    return re.sub(r"[^0-9A-Za-z-]", "", etag)[:40]


def _make_room(target: Path, part: Path) -> None:
    """Make the folder, and remove what is left of other versions of the object."""
    target.parent.mkdir(parents=True, exist_ok=True)
    stale = re.compile(re.escape(target.name) + r"\.[0-9A-Za-z-]{1,40}\.part")
    for other in target.parent.iterdir():
        if other != part and stale.fullmatch(other.name):
            other.unlink()


def _finish(part: Part) -> None:
    if part.path.stat().st_size != part.bytes:  # hashed as it came, yet this is something else
        part.path.unlink()
        raise DownloadError(f"{part.target} was written to by another process, too: try again")
    part.path.replace(part.target)
    if os.name == "posix":  # so that the new name survives a loss of power
        folder = os.open(part.target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
