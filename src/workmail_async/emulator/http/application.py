"""The path of every request: past the faults, into its emulator's world, to a service.

moto's `DomainDispatcherApplication` picks the backend by the service name in the signature. It
takes the function that creates a backend's application, which is where WorkMail joins, and its list
of host patterns is an attribute, which ours extend. moto itself needs no change for that.
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

from workmail_async.emulator.aws import policy_simulation as simulation
from workmail_async.emulator.faults.injection import Fault, Stage
from workmail_async.emulator.messageflow import urls as messageflow_urls
from workmail_async.emulator.workmail import urls as workmail_urls
from workmail_async.emulator.world import MET_FAULTS, World

from .answers import Answer, HangUp, Headers, error_answer
from .calls import (
    CONTROL_PATH,
    MESSAGE_FLOW,
    WORKMAIL,
    Call,
    Environ,
    form,
    identify,
    is_legible,
    parameters,
)

WsgiApplication = Callable[[Environ, Any], Iterable[bytes]]
Handler = Callable[[Request], tuple[int, dict[str, str], bytes | Iterable[bytes]]]

# As in moto's backend_index: the name of a service and its module with URLs.
_BACKENDS: dict[str, ModuleType] = {WORKMAIL: workmail_urls, MESSAGE_FLOW: messageflow_urls}
_TARGET_PREFIXES = {"WorkMailService": WORKMAIL}
# moto's API would reset every backend in the process, not only this emulator's.
_CLOSED_PATH = "/moto-api"


class EmulatorApplication:
    """The WSGI application of one emulator.

    Args:
        world: The world that requests act on.
        control: Answers the requests to the control API.
    """

    def __init__(self, world: World, control: Callable[[Environ], Answer]) -> None:
        self._world = world
        self._control = control
        self._dispatcher = _Dispatcher()

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        """Answer one request."""
        path = environ.get("PATH_INFO", "")
        if path.startswith(_CLOSED_PATH):
            return Response("moto's own API is not available here", 404)(environ, start_response)
        if path.startswith(CONTROL_PATH):
            answer = self._control(environ)
        else:
            environ.setdefault("HTTP_X_MOTO_ACCOUNT_ID", self._world.account_id)
            answer = self._with_faults(environ) if is_legible(environ) else self._refuse(environ)
        start_response(answer.status, answer.headers)
        return answer.chunks

    def _refuse(self, environ: Environ) -> Answer:
        message = "the Credential in the Authorization header does not have five parts"
        service = identify(environ).service
        return error_answer(service, "IncompleteSignature", message, 400, self._world.uuid())

    def _with_faults(self, environ: Environ) -> Answer:
        faults = self._world.faults
        cleared = faults.cleared
        if not faults.active:
            return self._work(environ)
        call = identify(environ)
        stage = Stage(
            clock=self._world.clock,
            faults=faults,
            request_id=self._world.uuid(),
            cleared=cleared,
        )
        met: list[Fault] = []
        answer = None
        try:
            for fault in faults.hitting(call):
                met.append(fault)
                answer = fault.before(call, stage)
                if answer is not None:
                    break
        except HangUp:
            self._record(call, environ, stage, met)
            raise
        if answer is None:
            environ[MET_FAULTS] = _kinds(met)
            answer = self._work(environ)
        else:
            self._record(call, environ, stage, met)
        for fault in met:
            answer = fault.after(call, answer)
        return answer

    def _work(self, environ: Environ) -> Answer:
        begun: list[Any] = []

        def start_response(status: str, headers: Headers, _: Any = None) -> Any:
            begun[:] = status, headers

        with self._world.entered():
            self._world.settle()
            try:
                chunks: Iterable[bytes] = self._dispatcher(environ, start_response)
            except NotImplementedError as error:
                chunks = _not_implemented(environ, str(error))(environ, start_response)
        status, headers = begun
        return Answer(status, headers, chunks)

    def _record(self, call: Call, environ: Environ, stage: Stage, met: list[Fault]) -> None:
        """Record a call to WorkMail that does not reach it."""
        if call.service in _BACKENDS:
            self._world.record(
                service=call.service,
                operation=call.operation,
                parameters=parameters(call, environ),
                region=call.region,
                request_id=stage.request_id,
                faults=_kinds(met),
            )


def _kinds(faults: list[Fault]) -> tuple[str, ...]:
    return tuple(fault.kind for fault in faults)


def _not_implemented(environ: Environ, message: str) -> Response:
    """Answer for what moto lacks, as AWS does for an unknown action."""
    if "HTTP_X_AMZ_TARGET" in environ:
        body = json.dumps({"__type": "NotImplemented", "message": message})
        return Response(body, 501, mimetype="application/x-amz-json-1.1")
    body = f"<Error><Code>NotImplemented</Code><Message>{escape(message)}</Message></Error>"
    return Response(f"<ErrorResponse>{body}</ErrorResponse>", 501, mimetype="text/xml")


class _Dispatcher(DomainDispatcherApplication):
    """moto's dispatcher, which here also knows WorkMail."""

    def __init__(self) -> None:
        super().__init__(_create_app)
        ours = [
            (service, re.compile(base))
            for service, urls in _BACKENDS.items()
            for base in urls.url_bases
        ]
        self.backend_url_patterns = [*ours, *self.backend_url_patterns]
        self._backend_names: dict[str | None, Any] = {}

    def get_application(self, environ: Environ) -> Any:
        try:
            return super().get_application(environ)
        except (AttributeError, LookupError, ValueError):  # how moto fails if it finds no service
            return Response("the request does not name a known service", 400)

    def get_backend_for_host(self, host: str | None) -> Any:
        # moto lists its own folder for each request. That is most of the time of a short request.
        if host not in self._backend_names:
            self._backend_names[host] = super().get_backend_for_host(host)
        return self._backend_names[host]

    def infer_service_region_host(self, environ: Environ, path: str) -> str | None:
        # The target of an unsigned call still names the service, so that WorkMail can answer.
        target = str(environ.get("HTTP_X_AMZ_TARGET", ""))
        service = _TARGET_PREFIXES.get(target.partition(".")[0])
        if service is not None:
            return f"{service}.us-east-1.amazonaws.com"
        host: str | None = super().infer_service_region_host(environ, path)
        return host


class _ServiceApplication:
    """Answers for one of our backends, with the paths of its module of URLs."""

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


class _IamApplication:
    """moto's IAM, plus the operation that moto lacks."""

    def __init__(self) -> None:
        self._moto = create_backend_app("iam")

    def __call__(self, environ: Environ, start_response: Any) -> Iterable[bytes]:
        asked = form(environ)
        if asked.get("Action") != [simulation.ACTION]:
            return self._moto(environ, start_response)
        status, headers, chunks = simulation.simulate(
            asked,
            account_id=environ["HTTP_X_MOTO_ACCOUNT_ID"],
            request_id=World.current().uuid(),
        )
        start_response(status, headers)
        return chunks


def _create_app(service: Any) -> Any:
    if service == "iam":
        return _IamApplication()
    urls = _BACKENDS.get(service)
    return create_backend_app(service) if urls is None else _ServiceApplication(urls)
