"""What holds for every test: both event loops, no blocking call, the same examples on every run."""

import os
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from blockbuster import BlockBuster
from hypothesis import HealthCheck, settings

pytest_plugins = ["tests.support.plugin"]

# `ci` gives the same examples everywhere, so that a change cannot fail by bad luck; look for new
# faults with HYPOTHESIS_PROFILE=explore.
_unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", _unhurried, derandomize=True, print_blob=True)
settings.register_profile("explore", _unhurried, max_examples=2_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture(scope="module", params=["asyncio", "trio"])
def anyio_backend(request: pytest.FixtureRequest) -> str:
    """Runs each test that is marked `anyio` on both event loops; neither may be missing."""
    name: str = request.param
    return name


def outside_of_worker_threads(detector: BlockBuster) -> BlockBuster:
    """Lets worker threads block, which is what they are for, also those that run a loop in one.

    A client is opened in a worker thread with a loop of its own.
    """

    def or_in_a_worker(may_block: Callable[..., bool]) -> Callable[..., bool]:
        def allowed(*args: Any, **kwargs: Any) -> bool:
            return threading.current_thread().name == "AnyIO worker thread" or may_block(
                *args, **kwargs
            )

        return allowed

    for function in detector.functions.values():
        function.can_block_predicate = or_in_a_worker(function.can_block_predicate)
        # measuring coverage takes a lock when a thread begins
        function.can_block_in("coverage/collector.py", {"lock_data"})
    return detector


@pytest.fixture(autouse=True)
def blockbuster() -> Iterator[BlockBuster]:
    """Fails a test in which our code makes a blocking call inside a running asyncio loop.

    The detector knows asyncio alone. That is enough: the code under test is the same on trio.
    """
    detector = outside_of_worker_threads(BlockBuster("workmail_async"))
    detector.activate()
    try:
        yield detector
    finally:
        detector.deactivate()
