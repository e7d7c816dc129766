"""The event loop never stalls: nothing blocks it, and next to nothing is imported on it."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator

import pytest
from blockbuster import BlockBuster, BlockingError

from tests.conftest import outside_of_worker_threads
from tests.runtime.samples import ORGANIZATION, USER, describe, user_answer
from tests.support.plugin import REGION
from tests.support.server import Answer, HangUp, Received, StubServer, error_answer, json_answer
from workmail_async import MessageFlowClient, WorkMailClient, errors


@pytest.fixture
def any_module(blockbuster: BlockBuster) -> Iterator[None]:
    """A blocking call of any module fails the test."""
    blockbuster.deactivate()
    detector = outside_of_worker_threads(BlockBuster())
    detector.activate()
    yield
    detector.deactivate()
    blockbuster.activate()


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])  # the detector knows no other loop
@pytest.mark.usefixtures("any_module", "delays")
async def test_nothing_blocks_from_opening_a_client_to_closing_it(server: StubServer) -> None:
    def answer(received: Received) -> Answer:
        return Answer(body=b"MIME") if received.method == "GET" else user_answer()

    server.respond = answer
    server.enqueue(error_answer("ThrottlingException"), HangUp(), user_answer())

    async with WorkMailClient(region=REGION, endpoint_url=server.url, timeout=60) as client:
        organization = client.organization(ORGANIZATION)
        await describe(client)
        await organization.list_users().collect()
        await client.create_organization(alias="acme")
        server.enqueue(*[error_answer("EntityNotFoundException")] * 2)
        await organization.wait_until_user_deleted(user_id=USER, min_delay=0.001, max_delay=0.001)
        server.enqueue(error_answer("EntityNotFoundException"))
        with pytest.raises(errors.EntityNotFoundException):
            await describe(client)
    async with (
        MessageFlowClient(region=REGION, endpoint_url=server.url) as message_flow,
        message_flow.get_raw_message_content(message_id="m") as content,
    ):
        assert (await content.message()).get_payload() == "MIME"


@pytest.mark.anyio
@pytest.mark.parametrize("anyio_backend", ["asyncio"])
@pytest.mark.usefixtures("any_module")
async def test_the_detector_would_have_seen_it() -> None:
    lock = threading.Lock()
    with lock, pytest.raises(BlockingError):
        lock.acquire()


# Runs in a process of its own, where nothing is loaded yet, and prints which modules the first
# calls have loaded on the loop's thread, and which on others.
FROM_NOTHING = """
import json, sys, threading

loaded = {True: [], False: []}

class Witness:
    running = False

    def find_spec(self, name, path=None, target=None):
        if self.running:
            loaded[threading.current_thread() is threading.main_thread()].append(name)

witness = Witness()
sys.meta_path.insert(0, witness)

from workmail_async import MessageFlowClient, WorkMailClient
import LOOP

async def main(url):
    witness.running = True
    async with WorkMailClient(region="us-east-1", endpoint_url=url) as client:
        try:
            await client.describe_user(organization_id="ORGANIZATION", user_id="nobody")
        except Exception as error:
            kind = type(error).__name__
        await client.describe_user(organization_id="ORGANIZATION", user_id="ana")
        await client.list_users(organization_id="ORGANIZATION").collect()
    witness.running = False
    print(json.dumps([kind, loaded[True], loaded[False], sorted(sys.modules)]))

RUN
"""


@pytest.mark.parametrize(
    ("loop", "run"),
    [("asyncio", "asyncio.run(main(sys.argv[1]))"), ("trio", "trio.run(main, sys.argv[1])")],
    ids=["asyncio", "trio"],
)
def test_the_first_calls_load_what_they_need_off_the_loop(
    server: StubServer, loop: str, run: str
) -> None:
    server.enqueue(error_answer("EntityNotFoundException"))
    server.respond = lambda _: json_answer({"Users": [], "UserId": "u-1"})
    script = FROM_NOTHING.replace("LOOP", loop).replace("RUN", run)
    script = script.replace("ORGANIZATION", ORGANIZATION)

    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script, server.url],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    kind, on_the_loop, beside, modules = json.loads(done.stdout)

    assert kind == "EntityNotFoundException"
    assert "aiobotocore.session" in beside
    assert "workmail_async.workmail.models.users" in beside
    # asyncio loads its thread pool at its first use, which is a matter of half a millisecond
    assert set(on_the_loop) <= {"concurrent.futures.thread", "queue", "_queue"}
    if loop == "trio":
        assert "anyio._backends._asyncio" not in modules
