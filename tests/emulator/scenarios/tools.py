"""The tools that play the story: SDKs and the AWS command line, as their makers ship them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator
from contextlib import AsyncExitStack, contextmanager
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from aiobotocore.session import get_session
from anyio.from_thread import BlockingPortal, start_blocking_portal
from attrs import define, frozen
from botocore import xform_name
from botocore.loaders import Loader
from botocore.model import ServiceModel, Shape

from tests.emulator.scenarios.story import Wire
from workmail_async import WorkMailClient, converter, models
from workmail_async.emulator import Emulator


@frozen
class Boto3:
    """boto3."""

    emulator: Emulator

    def call(self, service: str, operation: str, **request: Any) -> Wire:
        answer: Wire = getattr(self.emulator.client(service), xform_name(operation))(**request)
        return answer

    def download(self, bucket: str, key: str) -> bytes:
        body = self.emulator.client("s3").get_object(Bucket=bucket, Key=key)["Body"]
        with body:
            content: bytes = body.read()
        return content


@frozen
class Aiobotocore:
    """aiobotocore, on a loop of its own."""

    portal: BlockingPortal
    clients: Callable[[str], Any]

    def call(self, service: str, operation: str, **request: Any) -> Wire:
        async def call() -> Wire:
            client = await self.clients(service)
            answer: Wire = await getattr(client, xform_name(operation))(**request)
            return answer

        return self.portal.call(call)

    def download(self, bucket: str, key: str) -> bytes:
        async def download() -> bytes:
            client = await self.clients("s3")
            answer = await client.get_object(Bucket=bucket, Key=key)
            async with answer["Body"] as body:
                content: bytes = await body.read()
            return content

        return self.portal.call(download)


@contextmanager
def aiobotocore(emulator: Emulator) -> Generator[Aiobotocore, None, None]:
    """Open aiobotocore's clients, each as it is needed."""
    opened: dict[str, Any] = {}
    stack = AsyncExitStack()
    session = get_session()

    async def client(service: str) -> Any:
        if service not in opened:
            opened[service] = await stack.enter_async_context(
                session.create_client(
                    service,
                    endpoint_url=emulator.endpoint_url,
                    region_name=emulator.region,
                    **emulator.credentials,
                )
            )
        return opened[service]

    with start_blocking_portal() as portal:
        try:
            yield Aiobotocore(portal, client)
        finally:
            portal.call(stack.aclose)


@frozen
class WorkMailAsync:
    """This package's own client; the other services are boto3's."""

    portal: BlockingPortal
    client: WorkMailClient
    others: Boto3

    def call(self, service: str, operation: str, **request: Any) -> Wire:
        if service != "workmail":
            return self.others.call(service, operation, **request)
        kind: Any = getattr(models, f"{operation}Request")
        answer = self.portal.call(self.client.send, converter.structure(request, kind))
        found: Wire = converter.unstructure(answer)
        return found

    def download(self, bucket: str, key: str) -> bytes:
        return self.others.download(bucket, key)


@contextmanager
def workmail_async(emulator: Emulator, backend: str) -> Generator[WorkMailAsync, None, None]:
    """Open our client on a loop of its own."""
    client = WorkMailClient(
        region=emulator.region, endpoint_url=emulator.endpoint_url, **emulator.credentials
    )
    with start_blocking_portal(backend) as portal:
        try:
            yield WorkMailAsync(portal, client, Boto3(emulator))
        finally:
            portal.call(client.aclose)


@frozen
class CapoWorkMail:
    """capo-workmail, which speaks snake_case both ways; the other services are boto3's."""

    client: Any
    others: Boto3

    def call(self, service: str, operation: str, **request: Any) -> Wire:
        if service != "workmail":
            return self.others.call(service, operation, **request)
        shape = model(service).operation_model(operation)
        arguments = _snake(shape.input_shape, request)
        answer = getattr(self.client, xform_name(operation))(**arguments)
        return {} if shape.output_shape is None else _wire(shape.output_shape, answer)

    def download(self, bucket: str, key: str) -> bytes:
        return self.others.download(bucket, key)


@contextmanager
def capo_workmail(emulator: Emulator) -> Generator[CapoWorkMail, None, None]:
    """Open capo-workmail's client."""
    package = import_module("capo_workmail")
    given = emulator.credentials
    credentials = package.Credentials(
        access_key=given["aws_access_key_id"], secret_key=given["aws_secret_access_key"]
    )
    with package.WorkMailClient(
        region=emulator.region, endpoint=emulator.endpoint_url, credentials=credentials
    ) as client:
        yield CapoWorkMail(client, Boto3(emulator))


AWS = Path(sys.executable).with_name("aws")


@define
class AwsCommand:
    """The AWS command line.

    Starting it takes half a second, so one process plays its `main` for command after command;
    what is downloaded comes from the executable itself.
    """

    process: subprocess.Popen[str]
    environment: dict[str, str]

    def call(self, service: str, operation: str, **request: Any) -> Wire:
        command = {"s3": "s3api"}.get(service, service)
        arguments = [command, xform_name(operation, "-"), "--output", "json"]
        for name, value in request.items():
            option = xform_name(name, "-")
            if isinstance(value, bool):
                arguments.append(f"--{option}" if value else f"--no-{option}")
            else:
                arguments += [f"--{option}", value if isinstance(value, str) else json.dumps(value)]
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        print(json.dumps(arguments), file=self.process.stdin, flush=True)
        status, out, err = json.loads(self.process.stdout.readline())
        assert status == 0, f"aws {' '.join(arguments)}\n{err}"
        answer: Wire = json.loads(out) if out.strip() else {}
        return answer

    def download(self, bucket: str, key: str) -> bytes:
        done = subprocess.run(
            [AWS, "s3", "cp", f"s3://{bucket}/{key}", "-"],
            env=self.environment,
            capture_output=True,
            check=True,
        )
        return done.stdout


_MANY_COMMANDS = """
import contextlib, io, json, sys
from awscli.clidriver import create_clidriver

for line in sys.stdin:
    out, err = io.TextIOWrapper(io.BytesIO(), "utf-8"), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = create_clidriver().main(json.loads(line))
    out.flush()
    print(json.dumps([status, out.buffer.getvalue().decode(), err.getvalue()]), flush=True)
"""


@contextmanager
def aws_command(emulator: Emulator) -> Generator[AwsCommand, None, None]:
    """Start the process that plays the commands."""
    environment = os.environ | {
        "AWS_ACCESS_KEY_ID": emulator.credentials["aws_access_key_id"],
        "AWS_SECRET_ACCESS_KEY": emulator.credentials["aws_secret_access_key"],
        "AWS_DEFAULT_REGION": emulator.region,
        "AWS_ENDPOINT_URL": emulator.endpoint_url,
    }
    with subprocess.Popen(
        [sys.executable, "-c", _MANY_COMMANDS],
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield AwsCommand(process, environment)
        finally:
            process.kill()


@cache
def model(service: str) -> ServiceModel:
    """Return a service's model."""
    return ServiceModel(Loader().load_service_model(service, "service-2"), service)


def _members(shape: Any, value: Any, rename: Callable[[str], tuple[str, str]]) -> Iterator[Any]:
    for name, member in shape.members.items():
        old, new = rename(name)
        if value.get(old) is not None:
            yield new, _renamed(member, value[old], rename)


def _renamed(shape: Any, value: Any, rename: Callable[[str], tuple[str, str]]) -> Any:
    if shape.type_name == "structure":
        return dict(_members(shape, value, rename))
    if shape.type_name == "list":
        return [_renamed(shape.member, item, rename) for item in value]
    return value


def _snake(shape: Shape | None, value: Wire) -> Any:
    return _renamed(shape, value, lambda name: (name, xform_name(name)))


def _wire(shape: Shape, value: Any) -> Any:
    return _renamed(shape, value, lambda name: (xform_name(name), name))
