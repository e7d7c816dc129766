"""The scripts that users copy do what their first lines say, on asyncio and on trio."""

import signal
import socket
import subprocess
from collections.abc import Iterator
from functools import partial
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import anyio
import anyio.to_thread
import pytest

from tests.examples.processes import EXAMPLES, HERE, finished, python, read_until, started
from tests.support.plugin import REGION
from tests.support.server import StubServer, error_answer, json_answer
from workmail_async import Organization, WorkMailClient
from workmail_async.emulator import Emulator, PlantedOrganization

UNUSED_ID = "m-" + "0" * 32


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator() as running:
        yield running


@pytest.fixture
def acme(emulator: Emulator) -> PlantedOrganization:
    return emulator.create_organization(
        "acme", domains=["acme.example"], users=["ana", "bruno"], groups=["staff"]
    )


class Runner:
    """Runs an example against a server, which it finds through the environment."""

    def __init__(self, backend: str, folder: Path, endpoint_url: str) -> None:
        self._backend = backend
        self._folder = folder
        self.env = {"AWS_ENDPOINT_URL": endpoint_url, "AWS_DEFAULT_REGION": REGION}

    def command(self, script: str, *arguments: str) -> list[str]:
        return python(HERE / "on_backend.py", self._backend, EXAMPLES / script, *arguments)

    def __call__(self, script: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        return finished(*self.command(script, *arguments), cwd=self._folder, env=self.env)


@pytest.fixture
def run(anyio_backend: str, tmp_path: Path, emulator: Emulator) -> Runner:
    """Runs a script against the emulator."""
    return Runner(anyio_backend, tmp_path, emulator.endpoint_url)


def test_list_users(run: Runner, acme: PlantedOrganization, emulator: Emulator) -> None:
    emulator.create_organization("other", domains=["other.example"], users=["chloe"])
    done = run("list_users.py")
    assert done.stderr == ""
    assert sorted(done.stdout.splitlines()) == [
        "acme\tana@acme.example\tAna",
        "acme\tbruno@acme.example\tBruno",
        "other\tchloe@other.example\tChloe",
    ]


def test_resume_reads_a_whole_list(run: Runner, acme: PlantedOrganization, tmp_path: Path) -> None:
    done = run("resume.py", acme.id, "users.tsv")
    assert done.stderr == ""
    assert sorted((tmp_path / "users.tsv").read_text().splitlines()) == sorted(
        f"{user_id}\t{name}@acme.example\t{name}" for name, user_id in acme.users.items()
    )
    assert [path.name for path in tmp_path.iterdir()] == ["users.tsv"]


def test_resume_continues_where_it_stopped(
    anyio_backend: str, stub_server: StubServer, tmp_path: Path
) -> None:
    run = Runner(anyio_backend, tmp_path, stub_server.url)
    stub_server.enqueue(
        json_answer({"Users": [{"Id": "1", "Name": "ana"}], "NextToken": "second"}),
        error_answer("AccessDeniedException", "Not now."),
        json_answer({"Users": [{"Id": "2", "Name": "bruno", "Email": "b@acme.example"}]}),
    )
    broken = run("resume.py", UNUSED_ID, "users.tsv")
    assert broken.returncode == 1
    assert "Stopped. Run it again to resume: AccessDeniedException: Not now." in broken.stderr
    again = run("resume.py", UNUSED_ID, "users.tsv")
    assert (again.returncode, again.stderr) == (0, "")
    assert (tmp_path / "users.tsv").read_text() == "1\t\tana\n2\tb@acme.example\tbruno\n"
    assert stub_server.last.json()["NextToken"] == "second"
    assert [path.name for path in tmp_path.iterdir()] == ["users.tsv"]


def test_handle_errors_may_be_run_again(run: Runner, acme: PlantedOrganization) -> None:
    for _ in range(2):
        done = run("handle_errors.py", acme.id, "chloe", "chloe@acme.example")
        assert (done.stderr, done.stdout) == ("", "chloe@acme.example is ENABLED.\n")


@pytest.mark.parametrize(
    ("name", "email", "message"),
    [
        ("", "chloe@acme.example", "name must have 1 to 64 characters"),
        ("chloe", "ana@acme.example", "RegisterToWorkMail failed: EmailAddressInUseException"),
    ],
)
def test_handle_errors_says_what_is_wrong(
    run: Runner, acme: PlantedOrganization, name: str, email: str, message: str
) -> None:
    done = run("handle_errors.py", acme.id, name, email)
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert (done.returncode, done.stdout) == (1, "")


def test_handle_errors_knows_a_missing_organization(run: Runner) -> None:
    done = run("handle_errors.py", UNUSED_ID, "chloe", "chloe@acme.example")
    assert done.stderr == f"{UNUSED_ID} does not exist in this account and Region.\n"
    assert done.returncode == 1


def test_handle_errors_says_when_trying_again_will_not_help(run: Runner) -> None:
    del run.env["AWS_DEFAULT_REGION"]
    done = run("handle_errors.py", UNUSED_ID, "chloe", "chloe@acme.example")
    assert done.stderr.endswith("Trying again will not help.\n")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_service_answers_until_it_is_stopped(
    run: Runner, acme: PlantedOrganization, tmp_path: Path, stop: signal.Signals
) -> None:
    command = run.command("service.py", acme.id, "0")
    with started(*command, cwd=tmp_path, env=run.env) as process:
        port = int(read_until(process, "Listening on port")[-1].split()[-1])
        with socket.create_connection(("127.0.0.1", port)) as connection:
            connection.sendall(b"ana@acme.example\nnobody@acme.example\nbruno@acme.example\n")
            lines = connection.makefile("rb")
            assert [lines.readline() for _ in range(3)] == [b"Ana\n", b"\n", b"Bruno\n"]
            process.send_signal(stop)  # while someone is connected
            _, errors_shown = process.communicate()
    assert (process.returncode, errors_shown) == (0, "")
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0


@pytest.fixture
def service() -> ModuleType:
    """`service.py` as a module."""
    spec = spec_from_file_location("service", EXAMPLES / "service.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.anyio
async def test_service_keeps_its_directory_fresh(
    service: ModuleType,
    stub_server: StubServer,
    stubbed_workmail: WorkMailClient,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(service, "REFRESH", 0.001)
    ana, renamed = (
        json_answer({"Users": [{"Email": "ana@acme.example", "DisplayName": name}]})
        for name in ("Ana", "Ana Souza")
    )
    busy = error_answer("ThrottlingException", "Slow down.")
    stub_server.enqueue(ana, busy, renamed)
    stub_server.respond = lambda received: renamed
    client = stubbed_workmail.with_options(max_attempts=1)
    directory = service.Directory(Organization(client, UNUSED_ID))
    async with anyio.create_task_group() as tasks:
        await tasks.start(directory.keep_fresh)
        assert directory.names == {"ana@acme.example": "Ana"}
        third = partial(stub_server.wait_for, lambda: len(stub_server.requests) > 3)
        await anyio.to_thread.run_sync(third)
        tasks.cancel_scope.cancel()
    assert directory.names == {"ana@acme.example": "Ana Souza"}
    assert "The directory stays as it is for now: ThrottlingException" in capsys.readouterr().err
