"""An emulated organization, and the command line run in this process."""

from __future__ import annotations

import gc
import inspect
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from attrs import field, frozen
from click.testing import CliRunner, Result

from workmail_async.cli.output import TextOutput
from workmail_async.cli.program import program
from workmail_async.emulator import (
    AfterCalls,
    Emulator,
    ExportResources,
    Lifecycle,
    PlantedOrganization,
    ResourceSeed,
    UserSeed,
)
from workmail_async.exports import ExportProgress, Status

ORGANIZATION = "m-0123456789abcdef0123456789abcdef"
ITEMS = {"ana": 12, "bruno": 3, "library": 2}

Cli = Callable[..., Result]


@frozen
class World:
    """An organization to export.

    Attributes:
        emulator: The emulator.
        organization: The organization.
        resources: What its exports need.
    """

    emulator: Emulator
    organization: PlantedOrganization
    resources: ExportResources

    @property
    def target(self) -> list[str]:
        """The options that say what is exported to where, and how to reach the services."""
        return [
            *self.names,
            *("--region", self.emulator.region),
            *("--endpoint-url", self.emulator.endpoint_url),
        ]

    @property
    def names(self) -> list[str]:
        """The options that say what is exported to where."""
        return [
            *("--organization", ORGANIZATION),
            *("--bucket", self.resources.bucket),
            *("--role", self.resources.role_arn),
            *("--key", self.resources.kms_key_arn),
        ]

    @property
    def started(self) -> list[str]:
        """The mailboxes that export jobs were started for, once for each job."""
        ids = {**self.organization.users, **self.organization.resources}
        names = {entity_id: name for name, entity_id in ids.items()}
        return [
            names[str(call.parameters["EntityId"])]
            for call in self.emulator.requests
            if call.operation == "StartMailboxExportJob"
        ]


@pytest.fixture(scope="session")
def running_emulator() -> Iterator[Emulator]:
    """The emulator that `world` hands out."""
    with Emulator(lifecycle=Lifecycle(mailbox_export=AfterCalls(1))) as emulator:
        yield emulator


@pytest.fixture
def world(running_emulator: Emulator) -> World:
    """A small organization: two users, one who is disabled, a room and a group."""
    running_emulator.reset()
    organization = running_emulator.create_organization(
        "acme",
        domains=["acme.example"],
        users=[
            UserSeed("ana", messages=ITEMS["ana"]),
            UserSeed("bruno", messages=ITEMS["bruno"]),
            UserSeed("carla", state="DISABLED"),
        ],
        groups=["sales"],
        resources=[ResourceSeed("library", messages=ITEMS["library"])],
        organization_id=ORGANIZATION,
    )
    resources = running_emulator.create_export_resources(organization)
    return World(running_emulator, organization, resources)


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Cli]:
    """Runs the command line in an empty folder; no error may escape."""
    monkeypatch.chdir(tmp_path)
    separate = "mix_stderr" in inspect.signature(CliRunner).parameters  # click before 8.2
    options: dict[str, Any] = {"mix_stderr": False} if separate else {}
    runner = CliRunner(**options)

    def call(*arguments: str | Path) -> Result:
        return runner.invoke(program, [*map(str, arguments)], catch_exceptions=False)

    yield call
    gc.collect()  # the call's clients, which would end with a process of its own


@pytest.fixture
def deadline(monkeypatch: pytest.MonkeyPatch) -> str:
    """A deadline that expires as soon as three jobs are running, however long that takes."""
    limit, line = anyio.move_on_after, TextOutput._line
    scopes: list[anyio.CancelScope] = []

    def move_on_after(delay: float | None, **options: bool) -> anyio.CancelScope:
        scope = limit(delay, **options)
        if delay == 1000 * 3600:
            scopes.append(scope)
        return scope

    def told(self: TextOutput, progress: ExportProgress) -> None:
        line(self, progress)
        if progress.counts[Status.RUNNING] == 3:
            scopes[-1].cancel()

    monkeypatch.setattr("anyio.move_on_after", move_on_after)
    monkeypatch.setattr(TextOutput, "_line", told)
    return "1000h"


@pytest.fixture
def exported(world: World, cli: Cli) -> Path:
    """A folder into which the organization was exported."""
    done = cli("export", "--folder", "acme", *world.target, "--poll", "0.01")
    assert done.exit_code == 0, done.output + done.stderr
    return Path("acme")


@frozen
class Events:
    """What a command printed as JSON lines.

    Attributes:
        lines: The objects, one for each line.
    """

    lines: list[dict[str, Any]] = field()

    @classmethod
    def of(cls, output: str) -> Events:
        """Read JSON lines."""
        return cls([json.loads(line) for line in output.splitlines()])

    def named(self, event: str) -> list[dict[str, Any]]:
        """Return the objects of one kind."""
        return [line for line in self.lines if line["event"] == event]

    @property
    def report(self) -> dict[str, Any]:
        """The last object, which is the report."""
        assert self.lines[-1]["event"] == "report"
        return self.lines[-1]
