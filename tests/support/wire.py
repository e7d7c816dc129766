"""Compares two requests as they stood on the wire, and checks the signature of one.

What may differ between two clients that send the same request, and why:

- authorization: the signature covers the date and the bytes of the body; the rest is compared
- x-amz-date: the clock moves on between two requests
- amz-sdk-invocation-id: drawn at random for every call
- content-length: JSON may be spaced differently; the content itself is compared
- user-agent: names the client
"""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlsplit

import attrs

from tests.support.server import Received

MAY_DIFFER = frozenset(
    {"authorization", "x-amz-date", "amz-sdk-invocation-id", "content-length", "user-agent"}
)
_AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^,]+), SignedHeaders=([^,]+), "
    r"Signature=([0-9a-f]{64})"
)


@attrs.frozen
class Authorization:
    """The parts of a Signature Version 4 header.

    Attributes:
        access_key: Whose key signed.
        day: The day in the credential scope.
        scope: Region, service and terminator of the credential scope.
        signed_headers: The names of the headers that are signed, sorted.
        signature: The signature in hexadecimal.
    """

    access_key: str
    day: str = attrs.field(eq=False)  # midnight may fall between two requests
    scope: str
    signed_headers: tuple[str, ...]
    signature: str = attrs.field(eq=False)


def authorization(received: Received) -> Authorization:
    """The parts of a request's Authorization header."""
    header = received.headers["Authorization"]
    match = _AUTHORIZATION.fullmatch(header)
    assert match, f"no Signature Version 4: {header}"
    access_key, day, scope, names, signature = match.groups()
    return Authorization(access_key, day, scope, tuple(names.split(";")), signature)


def assert_same_request(
    ours: Received, theirs: Received, *, ignore: frozenset[str] = frozenset()
) -> None:
    """Checks that two requests say the same to the service.

    Args:
        ours: The request under test.
        theirs: The request it must equal.
        ignore: Members at the top of the body that may differ too.
    """
    assert ours.method == theirs.method
    assert ours.target == theirs.target
    assert canonical(ours.body, ignore) == canonical(theirs.body, ignore)
    assert _names(ours) == _names(theirs)
    assert _comparable(ours) == _comparable(theirs)
    assert authorization(ours) == authorization(theirs)


def canonical(body: bytes, ignore: frozenset[str] = frozenset()) -> str:
    """A JSON body in a form that tells 1 from 1.0 and from true, and ignores spaces and order."""
    if not body:
        return ""
    content = json.loads(body)
    kept: Mapping[str, Any] = {key: content[key] for key in content if key not in ignore}
    return json.dumps(kept, sort_keys=True)


def _names(received: Received) -> list[str]:
    return sorted(name.lower() for name in received.headers)


def _comparable(received: Received) -> dict[str, str]:
    return {k: v for k, v in received.header_dict().items() if k not in MAY_DIFFER}


def assert_signed(received: Received, secret_key: str) -> None:
    """Checks the signature as the service would, from the request received."""
    parts = authorization(received)
    headers = received.header_dict()
    address = urlsplit(received.path)
    canonical_request = "\n".join(
        (
            received.method,
            quote(address.path, safe="/-_.~"),
            address.query,
            *(f"{name}:{headers[name].strip()}" for name in parts.signed_headers),
            "",
            ";".join(parts.signed_headers),
            hashlib.sha256(received.body).hexdigest(),
        )
    )
    scope = f"{parts.day}/{parts.scope}"
    digest = hashlib.sha256(canonical_request.encode()).hexdigest()
    to_sign = "\n".join(("AWS4-HMAC-SHA256", headers["x-amz-date"], scope, digest))
    key = f"AWS4{secret_key}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    assert hmac.digest(key, to_sign.encode(), "sha256").hex() == parts.signature
