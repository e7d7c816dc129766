"""Waits in a test for what another thread is about to do."""

import time
from collections.abc import Callable
from typing import Any

LONG_ENOUGH = 60.0


def until(condition: Callable[[], Any]) -> None:
    """Wait until a condition holds."""
    deadline = time.monotonic() + LONG_ENOUGH
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.001)
