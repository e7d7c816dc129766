"""The fixtures for users, in runs of pytest as users have them: one for each async plugin."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import workmail_async

pytest_plugins = ["pytester"]

SOURCE = str(Path(workmail_async.__file__).parents[1])
PLUGIN = ("-p", "workmail_async.pytest_plugin")
ASYNCIO = ("-p", "asyncio", "-o", "asyncio_default_fixture_loop_scope=function")
CALLS = """
    assert [user.name async for user in workmail_client.list_users(
        organization_id=workmail_organization.id)] == ["ana", "bruno"]
    assert [r.operation for r in workmail_emulator.requests] == ["ListUsers"]
"""

MESSAGES = """
    message = workmail_emulator.deliver(
        workmail_organization,
        b"From: z@far.example\\r\\nTo: ana@acme.example\\r\\n\\r\\nHello\\r\\n",
    )
    async with workmail_message_flow_client.get_raw_message_content(
        message_id=message.id
    ) as content:
        assert (await content.read()).endswith(b"Hello\\r\\n")
"""
FIXTURES = "workmail_client, workmail_message_flow_client, workmail_organization, workmail_emulator"


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> pytest.Pytester:
    """A project that has this package, and takes warnings for errors."""
    monkeypatch.setenv("PYTHONPATH", SOURCE)
    # The plugin is named below: it need not be installed for these tests.
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    pytester.makeini("[pytest]\nfilterwarnings = error\naddopts = --strict-markers")
    return pytester


def run(project: pytest.Pytester, *arguments: str, **outcomes: int) -> pytest.RunResult:
    """Runs the project's tests and compares how they end."""
    result = project.runpytest_subprocess(*PLUGIN, *arguments)
    result.assert_outcomes(**outcomes)
    return result


def test_under_pytest_asyncio_in_strict_mode(project: pytest.Pytester) -> None:
    project.makepyfile(f"""
import pytest

@pytest.mark.asyncio
async def test_it(workmail_client, workmail_organization, workmail_emulator):
{CALLS}
@pytest.mark.asyncio(loop_scope="module")
async def test_on_a_longer_loop(workmail_client, workmail_organization, workmail_emulator):
{CALLS}
@pytest.mark.asyncio(loop_scope="module")
async def test_on_the_same_loop(workmail_client, workmail_organization, workmail_emulator):
{CALLS}
@pytest.mark.asyncio
async def test_both_clients({FIXTURES}):
{CALLS}
{MESSAGES}
class TestClass:
    @pytest.mark.asyncio(loop_scope="class")
    async def test_in_a_class(self, workmail_client):
        assert not [each async for each in workmail_client.list_organizations()]
""")
    run(project, *ASYNCIO, passed=5)


def test_under_pytest_asyncio_in_auto_mode(project: pytest.Pytester) -> None:
    project.makepyfile(f"""
async def test_it(workmail_client, workmail_organization, workmail_emulator):
{CALLS}
async def test_messages(workmail_message_flow_client, workmail_organization, workmail_emulator):
{MESSAGES}
def test_without_a_loop(workmail_emulator, workmail_organization):
    assert workmail_emulator.client().list_users(OrganizationId=workmail_organization.id)["Users"]
""")
    run(project, *ASYNCIO, "--asyncio-mode=auto", passed=3)
    run(
        project,
        *(*ASYNCIO, "--asyncio-mode=auto"),
        *("-o", "asyncio_default_test_loop_scope=session"),
        passed=3,
    )


@pytest.mark.parametrize(
    "beside", [(), ("-p", "pytest_asyncio.plugin", *ASYNCIO[2:])], ids=["alone", "beside"]
)
def test_under_anyios_plugin_on_both_loops(
    project: pytest.Pytester, beside: tuple[str, ...]
) -> None:
    project.makepyfile(f"""
import pytest

pytestmark = pytest.mark.anyio

async def test_it(workmail_client, workmail_organization, workmail_emulator):
{CALLS}
async def test_on_which(workmail_client, anyio_backend_name):
    from anyio import get_cancelled_exc_class

    assert get_cancelled_exc_class().__module__.startswith(anyio_backend_name)
    assert not [each async for each in workmail_client.list_organizations()]

async def test_both_clients({FIXTURES}):
{CALLS}
{MESSAGES}
""")
    run(project, "-p", "anyio", *beside, passed=6)


def test_a_client_without_a_loop_says_what_it_needs(project: pytest.Pytester) -> None:
    project.makepyfile("""
def test_it(workmail_client): ...

def test_messages(workmail_message_flow_client): ...
""")
    result = run(project, errors=2)
    result.stdout.fnmatch_lines(
        [
            "workmail_client needs an event loop: make the test a coroutine*",
            "workmail_message_flow_client needs an event loop: make the test a coroutine*",
        ]
    )


def test_each_test_finds_the_emulator_as_it_was_at_its_start(project: pytest.Pytester) -> None:
    project.makepyfile("""
import pytest
from datetime import timedelta
from workmail_async.emulator import Immediately

URLS = []

@pytest.mark.parametrize("time", range(3))
def test_it(workmail_emulator, time):
    URLS.append(workmail_emulator.endpoint_url)
    assert len(set(URLS)) == 1
    assert workmail_emulator.requests == []
    assert workmail_emulator.client().list_organizations()["OrganizationSummaries"] == []
    assert workmail_emulator.client("s3").list_buckets()["Buckets"] == []
    assert workmail_emulator.lifecycle.mailbox_export != Immediately()
    workmail_emulator.create_organization("acme")
    workmail_emulator.client("s3").create_bucket(Bucket="the-bucket")
    workmail_emulator.lifecycle.mailbox_export = Immediately()
""")
    run(project, passed=3)


def test_a_marker_says_what_the_organization_holds(project: pytest.Pytester) -> None:
    project.makepyfile("""
import pytest
from workmail_async.emulator import ExportSeed, GroupSeed, UserSeed

pytestmark = pytest.mark.workmail(alias="corp", groups=[])

def test_for_a_module(workmail_organization):
    assert workmail_organization.alias == "corp"
    assert list(workmail_organization.users) == ["ana", "bruno"]
    assert list(workmail_organization.groups) == []
    assert list(workmail_organization.resources) == ["library"]

@pytest.mark.workmail(
    users=[UserSeed("carla", messages=2), UserSeed("dora", state="DISABLED")],
    groups=[GroupSeed("board", members=["carla"])],
    domains=["corp.example"],
    export=ExportSeed(bucket="corp-mail"),
)
def test_for_one(workmail_organization, workmail_emulator):
    assert workmail_organization.alias == "corp"
    assert list(workmail_organization.users) == ["carla", "dora"]
    assert list(workmail_organization.groups) == ["board"]
    assert len(workmail_emulator.mailbox(workmail_organization, "carla@corp.example")) == 2
    assert workmail_organization.export.bucket == "corp-mail"

@pytest.mark.workmail(users=["eva"])
class TestClass:
    @pytest.mark.workmail(alias="inner")
    def test_for_a_class(self, workmail_organization):
        assert workmail_organization.alias == "inner"
        assert list(workmail_organization.users) == ["eva"]
""")
    run(project, passed=3)


def test_a_marker_that_is_wrong_says_so(project: pytest.Pytester) -> None:
    project.makepyfile("""
import pytest

@pytest.mark.workmail(people=["ana"])
def test_name(workmail_organization): ...

@pytest.mark.workmail("acme")
def test_position(workmail_organization): ...

@pytest.mark.workmail(users=["ana", "ana"])
def test_twice(workmail_organization): ...
""")
    result = run(project, errors=3)
    result.stdout.fnmatch_lines_random(
        [
            "*@pytest.mark.workmail takes alias, id, domains, users, *, not people",
            "*@pytest.mark.workmail takes alias, id, domains, users, *, not 'acme'",
            "*ValueError: acme: user ana: NameAvailabilityException: the name ana is in use*",
        ]
    )


def test_users_override_what_is_there_at_the_start(project: pytest.Pytester) -> None:
    project.makeconftest("""
import pytest
from workmail_async.emulator import Emulator, OrganizationSeed, Quotas

@pytest.fixture(scope="session")
def workmail_emulator_server():
    with Emulator(region="eu-west-1", quotas=Quotas(users=2)) as emulator:
        yield emulator

@pytest.fixture
def workmail_organization_seed():
    return OrganizationSeed(alias="corp", users=["carla"])
""")
    project.makepyfile("""
import pytest

@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_it(workmail_organization, workmail_client):
    org = workmail_client.organization(workmail_organization.id)
    assert workmail_organization.region == "eu-west-1"
    assert [user.name async for user in org.list_users()] == ["carla"]

@pytest.mark.workmail(users=["a", "b", "c"])
def test_quota(workmail_organization): ...
""")
    run(project, "-p", "anyio", passed=1, errors=1)


def test_each_worker_of_xdist_has_a_server_of_its_own(project: pytest.Pytester) -> None:
    project.makepyfile("""
import os
import pathlib
import pytest

@pytest.mark.parametrize("number", range(8))
def test_it(workmail_emulator, workmail_organization, number):
    (only,) = workmail_emulator.client().list_organizations()["OrganizationSummaries"]
    assert only["OrganizationId"] == workmail_organization.id
    worker = os.environ["PYTEST_XDIST_WORKER"]
    pathlib.Path(f"{worker}-{workmail_emulator.endpoint_url.rpartition(':')[2]}").touch()
""")
    run(project, "-p", "xdist", "-n", "2", "--dist", "each", passed=16)
    seen = [path.name.split("-") for path in project.path.glob("gw*-*")]
    assert sorted(worker for worker, _ in seen) == ["gw0", "gw1"]
    assert len({port for _, port in seen}) == 2


def test_without_the_extra_the_fixtures_say_what_to_install(project: pytest.Pytester) -> None:
    project.makeconftest("import sys; sys.modules['moto'] = None")
    project.makepyfile("""
import pytest

def test_emulator(workmail_emulator): ...

def test_organization(workmail_organization): ...

@pytest.mark.anyio
async def test_client(workmail_client): ...

def test_without(): ...
""")
    result = run(project, "-p", "anyio", "-k", "not trio", passed=1, errors=3)
    result.stdout.fnmatch_lines(
        ["the emulator needs moto*: pip install 'workmail-async?emulator?'"]
    )


def test_the_fixtures_are_documented(project: pytest.Pytester) -> None:
    result = project.runpytest_subprocess(*PLUGIN, *ASYNCIO, "--fixtures", "-q")
    shown = {line.split()[0] for line in result.outlines if line.startswith("workmail_")}
    assert shown == {
        "workmail_client",
        "workmail_emulator",
        "workmail_emulator_server",
        "workmail_message_flow_client",
        "workmail_organization",
        "workmail_organization_seed",
    }
    assert "no docstring available" not in "\n".join(result.outlines[-20:])
    markers = project.runpytest_subprocess(*PLUGIN, "--markers")
    markers.stdout.fnmatch_lines(["@pytest.mark.workmail(users=*OrganizationSeed"])


def test_loading_the_plugin_costs_next_to_nothing() -> None:
    code = """
import sys
import pytest
before = set(sys.modules)
import workmail_async.pytest_plugin
new = {name for name in set(sys.modules) - before if name.count(".") == 0}
assert new <= {"workmail_async"} | set(sys.stdlib_module_names), new
assert not [name for name in sys.modules if name.startswith("workmail_async.emulator")]
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)
