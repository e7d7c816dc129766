"""Measures the emulator: how many calls it answers per second, and how long a large export takes.

The caller and the emulator share one process, so the figures are the sum of both. The caller is
Python's own `http.client`, which adds little.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from statistics import median
from time import perf_counter
from typing import Any

from attrs import frozen

from benchmarks.report import table
from benchmarks.server import PAGE_SIZE
from workmail_async.emulator import Emulator, Lifecycle
from workmail_async.emulator.lifecycle import Immediately

#: Its name for `--only`.
GROUP = "emulator"

_SIGNED = (
    "AWS4-HMAC-SHA256 Credential=any/20260101/us-east-1/workmail/aws4_request, "
    "SignedHeaders=host, Signature=0"
)
_MESSAGE = (
    b"From: Zoe <zoe@far.example>\r\nTo: Ana <ana@acme.example>\r\nSubject: Number %08d\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n\r\nAs agreed.\r\n"
)


@frozen(kw_only=True)
class EmulatorSizes:
    """How much to measure.

    Attributes:
        users: How many users the organization has.
        calls: How many calls of each kind are timed.
        messages: How many messages the exported mailbox has.
    """

    users: int = 1_000
    calls: int = 1_000
    messages: int = 100_000


QUICK = EmulatorSizes(users=120, calls=20, messages=500)


@frozen
class EmulatorFigures:
    """The results.

    Attributes:
        sizes: How much was measured.
        describe_user: Calls per second.
        list_users: Pages of 100 users per second.
        export: Seconds from the start of the export to the zip in S3.
        meanwhile: Seconds for the median and the slowest DescribeUser during the export.
    """

    sizes: EmulatorSizes
    describe_user: float
    list_users: float
    export: float
    meanwhile: tuple[float, float]

    @property
    def title(self) -> str:
        """What was measured."""
        return f"Emulator, with {self.sizes.users:,} users"

    def rows(self) -> Iterator[tuple[str, str]]:
        """Each figure, with its title."""
        middle, most = (1e3 * each for each in self.meanwhile)
        yield "DescribeUser, calls/s", f"{self.describe_user:,.0f}"
        yield f"ListUsers, pages of {PAGE_SIZE}/s", f"{self.list_users:,.0f}"
        yield f"export of {self.sizes.messages:,} messages, s", f"{self.export:,.1f}"
        yield "DescribeUser meanwhile, ms", f"{middle:,.1f}"
        yield "… the slowest, ms", f"{most:,.1f}"

    def text(self) -> str:
        """The figures as plain text."""
        return "\n".join([self.title, *(f"  {name:33}{value:>9}" for name, value in self.rows())])

    def markdown(self) -> str:
        """The figures as a Markdown table."""
        return "\n".join(table([self.title, ""], self.rows()))

    def as_json(self) -> dict[str, Any]:
        """The figures as data."""
        return {
            "users": self.sizes.users,
            "messages": self.sizes.messages,
            "describe_user_calls_per_second": self.describe_user,
            "list_users_pages_per_second": self.list_users,
            "export_seconds": self.export,
            "describe_user_during_export_seconds": list(self.meanwhile),
        }


def measured(sizes: EmulatorSizes) -> EmulatorFigures:
    """Start an emulator and measure it.

    Args:
        sizes: How much to measure.
    """
    lifecycle = Lifecycle(mailbox_export=Immediately())
    with Emulator(lifecycle=lifecycle) as emulator, ExitStack() as done:
        organization = emulator.create_organization(
            "acme",
            domains=["acme.example"],
            users=[f"user{number}" for number in range(sizes.users)],
        )
        call = _caller(emulator, organization.id, done)

        def describe_user() -> None:
            assert call("DescribeUser", UserId="user7")["Name"] == "user7"

        def list_users() -> None:
            assert len(call("ListUsers", MaxResults=PAGE_SIZE)["Users"]) == PAGE_SIZE

        described = _per_second(describe_user, sizes.calls)
        listed = _per_second(list_users, sizes.calls)
        mailbox = emulator.mailbox(organization, "user7")
        for number in range(sizes.messages):
            mailbox.add(_MESSAGE % number, folder=f"Archive/{number % 20}")
        resources = emulator.create_export_resources(organization)
        began = perf_counter()
        call(
            "StartMailboxExportJob",
            ClientToken="once",
            EntityId="user7",
            RoleArn=resources.role_arn,
            KmsKeyArn=resources.kms_key_arn,
            S3BucketName=resources.bucket,
            S3Prefix=resources.prefix,
        )
        s3 = emulator.client("s3")
        waits: list[float] = []
        # Watch S3, not the job: describing the job would wait for its end.
        while s3.list_objects_v2(Bucket=resources.bucket)["KeyCount"] < 2:
            called = perf_counter()
            describe_user()
            waits.append(perf_counter() - called)
        took = perf_counter() - began
        (job,) = call("ListMailboxExportJobs")["Jobs"]
        assert job["State"] == "COMPLETED", job
    waits = waits or [0.0]  # a small export can end before the first call
    return EmulatorFigures(sizes, described, listed, took, (median(waits), max(waits)))


def _caller(emulator: Emulator, organization_id: str, done: ExitStack) -> Callable[..., Any]:
    connection = http.client.HTTPConnection(emulator.endpoint_url.removeprefix("http://"))
    done.callback(connection.close)

    def call(operation: str, **request: Any) -> Any:
        body = json.dumps({"OrganizationId": organization_id, **request})
        headers = {"X-Amz-Target": f"WorkMailService.{operation}", "Authorization": _SIGNED}
        connection.request("POST", "/", body, headers)
        response = connection.getresponse()
        answer = json.loads(response.read())
        assert response.status == 200, answer
        return answer

    return call


def _per_second(call: Callable[[], None], times: int) -> float:
    call()
    began = perf_counter()
    for _ in range(times):
        call()
    return times / (perf_counter() - began)
