"""anyio's side of an event loop must not be imported on that loop, which would stall."""

import os
import subprocess
import sys

import pytest

# Users import this library before, after or without the library of their event loop.
FIRST_CALL = """
import sys, threading

threads = {}

class Witness:
    def find_spec(self, name, path=None, target=None):
        threads.setdefault(name, threading.current_thread())

sys.meta_path.insert(0, Witness())

from workmail_async import WorkMailClient, errors
import LOOP

async def main():
    async with WorkMailClient(
        region="us-east-1", endpoint_url="http://127.0.0.1:9", max_attempts=1, timeout=60
    ) as client:
        try:
            await client.list_organizations()
        except errors.ConnectError:
            print(threads["anyio._backends._LOOP"] is threading.main_thread())

RUN
"""


@pytest.mark.parametrize(
    ("loop", "run"), [("asyncio", "asyncio.run(main())"), ("trio", "trio.run(main)")]
)
def test_the_backend_of_anyio_is_loaded_off_the_running_loop(loop: str, run: str) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", FIRST_CALL.replace("LOOP", loop).replace("RUN", run)],
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("False\n", "")
