"""The log that WorkMail writes about a finished export.

AWS documents what is in it, and that its numbers are strings, but not where it is. So we look for
it next to the zip; an export without a log is just as good.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from attrs import frozen

from workmail_async.exports.aws import is_passing

if TYPE_CHECKING:
    from workmail_async.archives import ArchiveCheck

_LARGEST = 1024 * 1024


@frozen(kw_only=True)
class OutputLog:
    """The counts in the log of a finished export.

    Attributes:
        messages: How many messages it exported.
        non_exportable: How many items it could not export.
    """

    messages: int | None
    non_exportable: int | None

    def compare(self, found: ArchiveCheck) -> list[str]:
        """Return notes on where archive and log differ, and on items that were left out."""
        notes: list[str] = []
        if self.messages is not None and self.messages not in (found.items, found.messages):
            notes.append(f"WorkMail's log counts {self.messages} messages, the zip {found.items}")
        if self.non_exportable:
            notes.append(f"WorkMail could not export {self.non_exportable} items")
        return notes


async def find_output_log(s3: Any, bucket: str, path: str) -> OutputLog | None:
    """Look for the log of an export.

    Args:
        s3: An aiobotocore client of S3.
        bucket: The bucket of the export.
        path: The path of its zip.

    Returns:
        The log; None when there is none, or when it cannot be read.
    """
    from botocore.exceptions import ClientError

    folder, _, name = path.removeprefix("s3://").removeprefix(f"{bucket}/").rpartition("/")
    stem = name.removesuffix(".zip")
    try:
        answer = await s3.list_objects_v2(Bucket=bucket, Prefix=f"{folder}/{stem}".lstrip("/"))
        for item in answer.get("Contents", ()):
            if item["Key"].endswith((".json", ".log")) and item["Size"] <= _LARGEST:
                content = await s3.get_object(Bucket=bucket, Key=item["Key"])
                async with content["Body"] as body:
                    log = read_output_log(await body.read())
                if log is not None:
                    return log
    except Exception as error:
        if not is_passing(error) and not isinstance(error, ClientError):
            raise
    return None


def read_output_log(content: bytes) -> OutputLog | None:
    """Read a log; return None when the content is something else.

    Args:
        content: The content of a file.
    """
    try:
        data = json.loads(content)
    except (ValueError, RecursionError):
        return None
    if not isinstance(data, dict) or "totalMessages" not in data:
        return None
    return OutputLog(
        messages=_number(data.get("totalMessages")),
        non_exportable=_number(data.get("totalNonExportableItems")),
    )


def _number(value: object) -> int | None:
    try:
        return int(str(value))
    except ValueError:
        return None
