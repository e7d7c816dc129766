"""The one path that every request takes: into its emulator's world, then to WorkMail or to moto.

`DomainDispatcherApplication` decides by the signature's service name which backend answers. It
takes the function that makes a backend's application, so WorkMail's is offered there, and its list
of host patterns is an attribute, so ours join it; nothing of moto has to change.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from types import ModuleType
from typing import Any
from xml.sax.saxutils import escape

from moto.core.request import Request
from moto.moto_server.werkzeug_app import (
    BackendRequest,
    DomainDispatcherApplication,
    create_backend_app,
)
from werkzeug.wrappers import Response

from .workmail import urls as workmail_urls
from .world import World

Environ = dict[str, Any]
WsgiApplication = Callable[[Environ, Any], Iterable[bytes]]
Handler = Callable[[Request], tuple[int, dict[str, str], bytes]]

# As in moto's backend_index: a service's name and its module of URLs.
_BACKENDS: dict[str, ModuleType] = {"workmail": workmail_urls}
_TARGET_PREFIXES = {"WorkMailService": "workmail"}
# Resets every backend of the process when reached, beyond this emulator.
_CLOSED_PATHS = ("/moto-api",)


class EmulatorApplication:
    """The WSGI application of one emulator.

    Args:
        world: The world its requests act on.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._dispatcher = _Dispatcher()

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """Answer one request."""
        if environ.get("PATH_INFO", "").startswith(_CLOSED_PATHS):
            return Response("moto's own API is not offered here", 404)(environ, start_response)
        environ.setdefault("HTTP_X_MOTO_ACCOUNT_ID", self._world.account_id)
        with self._world.entered():
            self._world.settle()
            try:
                answer: Iterable[bytes] = self._dispatcher(environ, start_response)
            except NotImplementedError as error:
                return _not_implemented(environ, str(error))(environ, start_response)
            return answer


def _not_implemented(environ: Environ, message: str) -> Response:
    """Answer for what moto lacks as AWS does for an action that it has not."""
    if "HTTP_X_AMZ_TARGET" in environ:
        body = json.dumps({"__type": "NotImplemented", "message": message})
        return Response(body, 501, mimetype="application/x-amz-json-1.1")
    body = f"<Error><Code>NotImplemented</Code><Message>{escape(message)}</Message></Error>"
    return Response(f"<ErrorResponse>{body}</ErrorResponse>", 501, mimetype="text/xml")


class _Dispatcher(DomainDispatcherApplication):
    """moto's dispatcher that knows WorkMail as well."""

    def __init__(self) -> None:
        super().__init__(_create_app)
        ours = [
            (service, re.compile(base))
            for service, urls in _BACKENDS.items()
            for base in urls.url_bases
        ]
        self.backend_url_patterns = [*ours, *self.backend_url_patterns]

    def infer_service_region_host(self, environ: Environ, path: str) -> str | None:
        # An unsigned call still names the service in its target, for the answer to be WorkMail's.
        target = str(environ.get("HTTP_X_AMZ_TARGET", ""))
        service = _TARGET_PREFIXES.get(target.partition(".")[0])
        if service is not None:
            return f"{service}.us-east-1.amazonaws.com"
        host: str | None = super().infer_service_region_host(environ, path)
        return host


class _ServiceApplication:
    """Answers for one of our backends, by the paths of its module of URLs."""

    def __init__(self, urls: ModuleType) -> None:
        self._routes: list[tuple[re.Pattern[str], Handler]] = [
            (re.compile(path.format("")), handler) for path, handler in urls.url_paths.items()
        ]

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        request = BackendRequest(environ)
        for path, handler in self._routes:
            if path.match(request.path):
                status, headers, body = handler(request)
                return Response(body, status, headers)(environ, start_response)
        return Response("no such path", 404)(environ, start_response)


def _create_app(service: Any) -> Any:
    urls = _BACKENDS.get(service)
    return create_backend_app(service) if urls is None else _ServiceApplication(urls)
