"""Downloads an object from S3: streamed, resumed when it breaks off, complete or not at all."""

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

from workmail_async.files.private import extend_file, make_private_folder

from .aws import is_passing, status_of
from .errors import BadExportError, DownloadError

_CHUNK = 1024 * 1024
#: How often in a row a download may break off without a single new byte.
_FRUITLESS_ATTEMPTS = 6
_LONGEST_PAUSE = 20.0
_NOT_FOUND = 404
#: What S3 does not say; its answer to HeadObject has no text at all.
_HINTS = {
    400: ". Credentials that have expired are the usual cause",
    403: ". It takes s3:GetObject on the object, and kms:Decrypt with its key",
    412: ". The object was replaced while it was read; try again",
}


@frozen
class Download:
    """A downloaded file.

    Attributes:
        path: Where it is.
        bytes: Its size.
        sha256: Its SHA-256, in hexadecimal.
    """

    path: Path
    bytes: int
    sha256: str


@frozen
class Part:
    """A completely downloaded file that does not have its name yet.

    Attributes:
        path: Where it is for now.
        target: The name it will get.
        bytes: Its size.
        sha256: Its SHA-256, in hexadecimal.
    """

    path: Path
    target: Path
    bytes: int
    sha256: str


@frozen
class _Remote:
    """An object in S3."""

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
        Its path, its size and its SHA-256.

    Raises:
        DownloadError: The object is missing, or it could not be downloaded completely.
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
    """Download an object to a file next to the target.

    Args:
        s3: An aiobotocore client of S3.
        bucket: The bucket.
        path: The key as WorkMail names it: as it is, or with the bucket or `s3://` before it.
        target: The name the file will get. The bytes go to a `.part` file next to it, where the
            next try resumes.
        on_bytes: Called, in another thread, with the number of bytes of each piece of the file.
        on_size: Called with the size of the object, once it is known.

    Returns:
        Its present path, its size and its SHA-256.

    Raises:
        BadExportError: The object is missing.
        DownloadError: It could not be downloaded completely.
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
        Its path, its size and its SHA-256.

    Raises:
        DownloadError: It is gone, or another process wrote to it.
    """
    with _disk(part.target):
        await anyio.to_thread.run_sync(_finish, part)
    return Download(part.target, part.bytes, part.sha256)


@contextmanager
def _disk(target: Path) -> Generator[None, None, None]:
    try:
        yield
    except OSError as error:  # of the disk; errors of the network are translated elsewhere
        raise DownloadError(f"{target} cannot be written: {error.strerror or error}") from error


async def _find(s3: Any, bucket: str, path: str) -> _Remote:
    for key in _keys(bucket, path):
        head = await _head(s3, bucket, key)
        if head is not None:
            return _Remote(bucket, key, head["ContentLength"], head["ETag"])
    raise BadExportError(f"there is no s3://{bucket}/{path}")


async def _head(s3: Any, bucket: str, key: str) -> dict[str, Any] | None:
    """Return the facts about an object; None when it is missing. Retries what may pass."""
    attempt = 0
    while True:
        try:
            found: dict[str, Any] = await s3.head_object(Bucket=bucket, Key=key)
        except Exception as error:  # noqa: BLE001  (sorted out by `_cut`)
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
    """Return the keys a path may mean: AWS does not say whether it begins with the bucket."""
    bare = path.removeprefix("s3://").lstrip("/")
    within = bare.removeprefix(f"{bucket}/")
    return list(dict.fromkeys((path, bare, within)))


class _Growing:
    """The file that a download appends to.

    Args:
        path: The file.
        on_bytes: Called with the size of each piece.
    """

    def __init__(self, path: Path, on_bytes: Callable[[int], None] | None) -> None:
        self._digest = hashlib.sha256()
        self._on_bytes = on_bytes
        self._file = extend_file(path)
        self.size = 0

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def read(self) -> None:
        """Read what earlier tries downloaded, which may take minutes."""
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
        with self._file:  # closed even when the disk is full
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
    """Download the rest of a part file, however often the connection breaks."""
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
    """Download from where the part ends; return the error that broke it off, if any."""
    wanted = {"Range": f"bytes={part.size}-", "IfMatch": remote.etag}
    try:
        answer = await s3.get_object(Bucket=remote.bucket, Key=remote.key, **wanted)
    except Exception as error:  # noqa: BLE001  (sorted out by `_cut`)
        return _cut(error, str(remote))
    body = answer["Body"]
    try:
        while part.size < remote.size:
            try:
                chunk = await body.read(_CHUNK)
            except Exception as error:  # noqa: BLE001  (sorted out by `_cut`)
                return _cut(error, str(remote))
            if not chunk:
                break
            await anyio.to_thread.run_sync(part.append, chunk)
    finally:
        with anyio.CancelScope(shield=True):
            await body.aclose()
    return None


def _cut(error: Exception, what: str) -> Exception:
    """Return an error after which a retry may help; raise any other as a DownloadError."""
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
    """Create the folder, and remove parts of other versions of the object."""
    make_private_folder(target.parent)
    stale = re.compile(re.escape(target.name) + r"\.[0-9A-Za-z-]{1,40}\.part")
    for other in target.parent.iterdir():
        if other != part and stale.fullmatch(other.name):
            other.unlink()


def _finish(part: Part) -> None:
    if part.path.stat().st_size != part.bytes:  # the hash is of other bytes
        part.path.unlink()
        raise DownloadError(f"{part.target} was written to by another process, too: try again")
    part.path.replace(part.target)
    if os.name == "posix":  # so that the new name survives a loss of power
        folder = os.open(part.target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
