"""Every call is a client span, which ends whatever happens."""

import sys

import anyio
import anyio.to_thread
import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode, Tracer

from tests.runtime.samples import OPERATION, ORGANIZATION, describe, failure_of, user_answer
from tests.support.plugin import REGION
from tests.support.server import (
    REQUEST_ID,
    HangUp,
    StubServer,
    error_answer,
    json_answer,
)
from workmail_async import WorkMailClient, errors
from workmail_async.observers import OpenTelemetryObserver

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("delays")]


@pytest.fixture
def exporter() -> InMemorySpanExporter:
    """What was exported."""
    return InMemorySpanExporter()


@pytest.fixture
def tracer(exporter: InMemorySpanExporter) -> Tracer:
    """A tracer whose spans end in memory."""
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    return provider.get_tracer("tests")


@pytest.fixture
def traced(server: StubServer, tracer: Tracer) -> WorkMailClient:
    """A client that is traced; the test closes it."""
    observer = OpenTelemetryObserver(tracer)
    return WorkMailClient(region=REGION, endpoint_url=server.url, observers=[observer])


def only_span(exporter: InMemorySpanExporter) -> ReadableSpan:
    """The one span that was exported."""
    (span,) = exporter.get_finished_spans()
    return span


def failures(span: ReadableSpan) -> list[tuple[object, object]]:
    """The attempts that failed: number and what went wrong."""
    attributes = [event.attributes or {} for event in span.events if event.name == "attempt failed"]
    return [(event["attempt"], event["error.type"]) for event in attributes]


async def test_a_success_is_a_span(
    traced: WorkMailClient, server: StubServer, exporter: InMemorySpanExporter
) -> None:
    server.enqueue(user_answer())
    async with traced:
        await describe(traced)

    span = only_span(exporter)
    assert (span.name, span.kind) == ("Amazon WorkMail/DescribeUser", SpanKind.CLIENT)
    assert span.attributes == {
        "rpc.system": "aws-api",
        "rpc.service": "Amazon WorkMail",
        "rpc.method": OPERATION,
        "workmail.attempts": 1,
        "http.response.status_code": 200,
        "aws.request_id": REQUEST_ID,
    }
    assert span.status.status_code is StatusCode.UNSET
    assert span.events == ()


async def test_a_failure_is_a_span_with_its_reason(
    traced: WorkMailClient, server: StubServer, exporter: InMemorySpanExporter
) -> None:
    server.enqueue(error_answer("EntityNotFoundException", "No such user."))
    async with traced:
        error = await failure_of(traced, errors.EntityNotFoundException)

    span = only_span(exporter)
    assert span.attributes is not None
    assert span.attributes["error.type"] == "EntityNotFoundException"
    assert span.attributes["http.response.status_code"] == 400
    assert span.status.status_code is StatusCode.ERROR
    assert span.status.description == str(error)
    assert failures(span) == [(1, "EntityNotFoundException")]


async def test_every_attempt_that_failed_is_an_event(
    traced: WorkMailClient, server: StubServer, exporter: InMemorySpanExporter
) -> None:
    server.enqueue(error_answer("ThrottlingException"), error_answer("X", status=500))
    server.enqueue(user_answer())
    async with traced:
        await describe(traced)

    span = only_span(exporter)
    assert failures(span) == [(1, "ThrottlingException"), (2, "X")]
    assert span.status.status_code is StatusCode.UNSET
    assert span.attributes is not None
    assert span.attributes["workmail.attempts"] == 3


async def test_a_lost_connection_leaves_no_status(
    traced: WorkMailClient, server: StubServer, exporter: InMemorySpanExporter
) -> None:
    server.enqueue(*[HangUp()] * 3)
    async with traced:
        await failure_of(traced, errors.TransportError)

    span = only_span(exporter)
    assert span.attributes is not None
    assert span.attributes["error.type"] == "TransportError"
    assert not {"http.response.status_code", "aws.request_id"} & span.attributes.keys()


async def test_a_cancelled_call_ends_its_span(
    traced: WorkMailClient, server: StubServer, exporter: InMemorySpanExporter
) -> None:
    server.respond = lambda _: json_answer({}, delay=30)
    async with traced, anyio.create_task_group() as tasks:
        tasks.start_soon(describe, traced)
        await anyio.to_thread.run_sync(server.wait_for, lambda: len(server.requests) == 1)
        tasks.cancel_scope.cancel()

    span = only_span(exporter)
    assert span.status.status_code is StatusCode.ERROR
    assert span.status.description == anyio.get_cancelled_exc_class().__name__


async def test_spans_of_calls_at_the_same_time_belong_to_the_span_around_them(
    traced: WorkMailClient, server: StubServer, exporter: InMemorySpanExporter, tracer: Tracer
) -> None:
    server.respond = lambda _: user_answer()
    async with traced:
        with tracer.start_as_current_span("around") as around:
            async with anyio.create_task_group() as tasks:
                for _ in range(5):
                    tasks.start_soon(describe, traced)
        parent = around.get_span_context().span_id

    calls = [span for span in exporter.get_finished_spans() if span.name != "around"]
    assert [span.parent and span.parent.span_id for span in calls] == [parent] * 5


async def test_no_secret_is_in_a_span(
    traced: WorkMailClient, server: StubServer, exporter: InMemorySpanExporter
) -> None:
    server.enqueue(error_answer("InvalidPasswordException", "hunter-2 is too short"))
    async with traced:
        with pytest.raises(errors.InvalidPasswordException):
            await traced.reset_password(
                organization_id=ORGANIZATION, user_id="0" * 12, password="hunter-2"
            )

    text = only_span(exporter).to_json()
    assert "*** is too short" in text
    assert "hunter-2" not in text


async def test_the_observer_forgets_its_spans(server: StubServer, tracer: Tracer) -> None:
    observer = OpenTelemetryObserver(tracer)
    server.enqueue(user_answer(), error_answer("EntityNotFoundException"))
    async with WorkMailClient(
        region=REGION, endpoint_url=server.url, observers=[observer]
    ) as client:
        await describe(client)
        await failure_of(client, errors.EntityNotFoundException)

    assert observer._spans == {}


async def test_the_global_tracer_is_used_unless_another_is_given(
    server: StubServer,
    tracer: Tracer,
    exporter: InMemorySpanExporter,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []

    def get_tracer(name: str) -> Tracer:
        asked.append(name)
        return tracer

    monkeypatch.setattr(trace, "get_tracer", get_tracer)
    server.enqueue(user_answer())
    async with WorkMailClient(
        region=REGION, endpoint_url=server.url, observers=[OpenTelemetryObserver()]
    ) as client:
        await describe(client)

    assert asked == ["workmail_async"]
    assert only_span(exporter).name == "Amazon WorkMail/DescribeUser"


def test_without_opentelemetry_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry", None)

    with pytest.raises(errors.ConfigurationError) as caught:
        OpenTelemetryObserver()

    assert str(caught.value).endswith("pip install 'workmail-async[otel]'")
