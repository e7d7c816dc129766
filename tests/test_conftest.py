"""The detector of blocking calls really sees ours, and leaves others alone."""

import time
from collections.abc import Callable
from pathlib import Path

import anyio
import anyio.to_thread
import pytest
from blockbuster import BlockingError

import workmail_async

pytestmark = pytest.mark.anyio


def sleeper_defined_in(path: Path) -> Callable[[], None]:
    """A function that blocks, and says that its code stands in the given file."""
    names: dict[str, Callable[[], None]] = {}
    code = "def sleep() -> None:\n    time.sleep(0.001)\n"
    exec(compile(code, str(path), "exec"), {"time": time}, names)
    return names["sleep"]


@pytest.fixture
def package() -> Path:
    """The folder of the package."""
    assert workmail_async.__file__ is not None
    return Path(workmail_async.__file__).parent


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_a_blocking_call_of_ours_is_caught(package: Path) -> None:
    sleep = sleeper_defined_in(package / "runtime" / "any.py")
    with pytest.raises(BlockingError):
        sleep()


async def test_a_blocking_call_of_a_test_is_not_our_fault(tmp_path: Path) -> None:
    sleeper_defined_in(tmp_path / "any.py")()


@pytest.mark.parametrize("anyio_backend", ["asyncio"])
async def test_blocking_a_loop_in_a_worker_thread_is_fine(package: Path) -> None:
    sleep = sleeper_defined_in(package / "runtime" / "any.py")

    async def block() -> None:
        sleep()

    await anyio.to_thread.run_sync(anyio.run, block)


def test_blocking_without_a_loop_is_fine(package: Path) -> None:
    sleeper_defined_in(package / "runtime" / "any.py")()
