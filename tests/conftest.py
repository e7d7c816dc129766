"""What holds for every test: both event loops, no blocking call, the same examples on every run."""

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from blockbuster import blockbuster_ctx
from hypothesis import HealthCheck, settings

if TYPE_CHECKING:
    from blockbuster import BlockBuster

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


@pytest.fixture(autouse=True)
def blockbuster() -> Iterator["BlockBuster"]:
    """Fails a test in which our code makes a blocking call inside a running asyncio loop.

    The detector knows asyncio alone. That is enough: the code under test is the same on trio.
    """
    with blockbuster_ctx("workmail_async") as detector:
        yield detector
