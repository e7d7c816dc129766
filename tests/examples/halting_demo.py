"""Runs the demo and halts it at a chosen moment, so that a test can interrupt it there.

`python halting_demo.py MOMENT FOLDER` prints HALTED when it is there.
"""

import runpy
import sys
import time
from importlib.abc import MetaPathFinder
from pathlib import Path
from typing import Any

DEMO = Path(__file__).parents[2] / "examples" / "demo.py"


def halted() -> None:
    """Says so and waits to be interrupted."""
    print("HALTED", flush=True)
    time.sleep(3_600)


class HaltOnImport(MetaPathFinder):
    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name == "anyio":
            halted()


def halt_in_download() -> None:
    import anyio

    from workmail_async.exports import download

    whole = vars(download)["_append"]

    async def halted_after_a_piece(*args: Any) -> None:
        await whole(*args)
        print("HALTED", flush=True)
        await anyio.sleep_forever()

    setattr(download, "_append", halted_after_a_piece)  # noqa: B010


def halt_in_verification() -> None:
    from workmail_async.exports.organization import downloader

    whole = vars(downloader)["check_archive"]

    def check(path: Path, **options: Any) -> Any:
        print("HALTED", flush=True)
        time.sleep(0.5)  # in a thread, which is waited for
        return whole(path, **options)

    setattr(downloader, "check_archive", check)  # noqa: B010


if __name__ == "__main__":
    moment, folder = sys.argv[1:]
    if moment == "import":
        sys.meta_path.insert(0, HaltOnImport())
    elif moment == "download":
        halt_in_download()
    elif moment == "verification":
        halt_in_verification()
    sys.argv = [str(DEMO), folder]
    runpy.run_path(str(DEMO), run_name="__main__")
