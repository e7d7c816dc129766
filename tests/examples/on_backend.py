"""Runs a script on the event loop of choice: `python on_backend.py trio script.py ...`."""

import runpy
import sys
from functools import partial

import anyio

if __name__ == "__main__":
    _, backend, *sys.argv = sys.argv
    anyio.run = partial(anyio.run, backend=backend)  # type: ignore[assignment]
    runpy.run_path(sys.argv[0], run_name="__main__")
