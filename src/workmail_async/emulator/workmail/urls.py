"""The URL of WorkMail: every operation is a POST to the root of its host."""

from collections.abc import Callable

from moto.core.request import Request

from .responses import answer

url_bases: list[str] = [r"https?://workmail\.(.+)\.amazonaws\.com"]

url_paths: dict[str, Callable[[Request], tuple[int, dict[str, str], bytes]]] = {"{0}/$": answer}
