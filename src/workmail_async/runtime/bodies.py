"""Reads the bodies of answers, whatever they hold.

botocore's parser fails on a proxy's page, an empty body, or JSON that is not an object. Here such a
body becomes an error in the form that the parser understands.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from http.client import responses as phrases
from typing import Any

import orjson

from .model import Model
from .redaction import scrub

_EXCERPT = 60


def parsed(body: bytes) -> Any:
    """Parse JSON.

    Args:
        body: The body of an answer.

    Returns:
        The value.

    Raises:
        ValueError: It is not JSON.
    """
    try:
        return orjson.loads(body)
    except ValueError:
        pass
    try:
        # accepts what orjson rejects: half of a surrogate pair, a byte order mark
        return json.loads(body)
    except RecursionError:
        raise ValueError("nested too deeply") from None


def described(body: bytes) -> str:
    """Describe a body that is not JSON."""
    if not body:
        return "empty"
    start = body[:_EXCERPT].decode("utf-8", "replace").strip()
    if start.startswith("<"):
        return f"a page of {len(body)} bytes, perhaps a proxy's, that starts with {start!r}"
    if start.startswith(("{", "[")):
        return f"truncated or damaged ({len(body)} bytes)"
    return f"text of {len(body)} bytes"


def error_body(status: int, headers: Mapping[str, str], body: bytes, request: Model) -> bytes:
    """Turn the body of an error answer into one that every parser of the JSON protocols accepts.

    Args:
        status: The HTTP status.
        headers: The headers; names in lower case, or looked up without regard to case.
        body: The body as received.
        request: The request; its sensitive values are removed if the service repeats them.

    Returns:
        A JSON object with the error's code, if any, in `__type`.
    """
    try:
        content, kind = parsed(body), "not a JSON object"
    except ValueError:
        content, kind = None, described(body)
    if not isinstance(content, dict):
        content = {"message": f"{phrases.get(status, 'an unknown status')}; the answer is {kind}"}
    stated = content.pop("__type", None)
    code = stated if isinstance(stated, str) else headers.get("x-amzn-errortype")
    content = _scrubbed(content, request)
    if code:
        content["__type"] = code
    return json.dumps(content).encode()


def _scrubbed(content: Any, request: Model) -> Any:
    if isinstance(content, str):
        return scrub(content, request)
    if isinstance(content, dict):
        return {key: _scrubbed(value, request) for key, value in content.items()}
    if isinstance(content, list):
        return [_scrubbed(value, request) for value in content]
    return content
