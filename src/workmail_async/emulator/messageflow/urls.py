"""The URLs of Message Flow: everything below `/messages/`."""

from collections.abc import Callable, Iterable

from moto.core.request import Request

from .responses import answer

url_bases: list[str] = [r"https?://workmailmessageflow\.(.+)\.amazonaws\.com"]

url_paths: dict[str, Callable[[Request], tuple[int, dict[str, str], bytes | Iterable[bytes]]]] = {
    "{0}/": answer
}
