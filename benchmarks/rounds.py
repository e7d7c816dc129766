"""Runs the measurements in fresh interpreters, client by client and round by round.

The clients take turns within a round, so that a machine that becomes busy slows all of them. A
ratio is taken within a round, between neighbours in time.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeAlias

from attrs import field, frozen

from benchmarks.peers import CREDENTIALS, Peer
from benchmarks.server import PAGE_SIZE

#: One value per round, for each figure and each client (by its distribution).
Samples: TypeAlias = dict[str, dict[str, list[float]]]

GROUPS = ("cpu", "import", "first-answer", "memory")

_ROOT = Path(__file__).parents[1]
_MEASURE = (
    "from time import perf_counter; started = perf_counter(); "
    "from benchmarks.measures import run; run(started)"
)
_IMPORT = (
    "from time import perf_counter; started = perf_counter(); "
    "{statement}; print((perf_counter() - started) * 1e3)"
)


@frozen(kw_only=True)
class Sizes:
    """How much to measure.

    Attributes:
        rounds: How many times to repeat each measurement.
        calls: Calls of describe_user in a round.
        pages: Calls of list_users in a round.
        kept: Pages of 100 users to keep for the memory figures.
        warm: Whether to run each client once before, to fill the bytecode and file caches.
    """

    rounds: int
    calls: int = 500
    pages: int = 100
    kept: int = 200
    warm: bool = True

    @property
    def users(self) -> int:
        """How many users to keep."""
        return self.kept * PAGE_SIZE


def quick(rounds: int) -> Sizes:
    """Sizes to check that everything runs; the figures mean little."""
    return Sizes(rounds=rounds, calls=20, pages=5, kept=5, warm=False)


@frozen
class Task:
    """The work of one fresh interpreter for one client.

    Attributes:
        group: Its name for `--only`.
        run: Runs it for a client and returns values by the keys of figures.
        most_rounds: The most rounds it runs in, since memory hardly varies.
    """

    group: str
    run: Callable[[type[Peer]], dict[str, float]]
    most_rounds: int = field(default=sys.maxsize)


def measured(
    peers: Sequence[type[Peer]],
    sizes: Sizes,
    url: str,
    groups: Sequence[str],
    told: Callable[[str], None],
) -> Samples:
    """Run the rounds.

    Args:
        peers: The clients.
        sizes: How much to measure.
        url: The address of the stub server.
        groups: Which groups of measures to run.
        told: Called with a line of progress.

    Returns:
        The values.
    """
    tasks = [task for task in _tasks(sizes, url) if task.group in groups]
    samples: Samples = defaultdict(lambda: defaultdict(list))
    for peer in peers if sizes.warm else ():
        told(f"warming up {peer.distribution}")
        _found("first_answer", peer, url, inside=False)
    for number in range(sizes.rounds):
        for task in tasks:
            if number >= task.most_rounds:
                continue
            told(f"round {number + 1} of {sizes.rounds}: {task.group}")
            for peer in _turned(peers, number):
                for key, value in task.run(peer).items():
                    samples[key][peer.distribution].append(value)
    return samples


def _tasks(sizes: Sizes, url: str) -> Iterator[Task]:
    def cpu(peer: type[Peer]) -> dict[str, float]:
        return _found("cpu", peer, url, calls=sizes.calls, pages=sizes.pages)

    def imports(peer: type[Peer]) -> dict[str, float]:
        statements = {"import.package": peer.package, "import.client": peer.client}
        return {key: _import_time(statement) for key, statement in statements.items()}

    def first_answer(peer: type[Peer], inside: bool) -> dict[str, float]:
        found = _found("first_answer", peer, url, inside=inside)
        where = "inside" if inside else "top"
        return {
            f"{where}.time": found["time"],
            f"{where}.stall": found["stall"],
            f"{where}.busy": found["busy"],
            **({} if inside else {"idle": found["idle"]}),
        }

    def memory(peer: type[Peer], traced: bool) -> dict[str, float]:
        found = _found("memory", peer, url, users=sizes.users, traced=traced)
        return {f"memory.{key}": value for key, value in found.items()}

    yield Task("cpu", cpu)
    yield Task("import", imports)
    yield Task("first-answer", lambda peer: first_answer(peer, inside=False))
    yield Task("first-answer", lambda peer: first_answer(peer, inside=True))
    yield Task("memory", lambda peer: memory(peer, traced=True), most_rounds=3)
    if Path("/proc/self/statm").exists():
        yield Task("memory", lambda peer: memory(peer, traced=False), most_rounds=3)


def _turned(peers: Sequence[type[Peer]], by: int) -> list[type[Peer]]:
    start = by % len(peers)
    return [*peers[start:], *peers[:start]]


def _found(measure: str, peer: type[Peer], url: str, **options: Any) -> dict[str, float]:
    order = {"measure": measure, "peer": peer.distribution, "url": url, "options": options}
    found: dict[str, float] = json.loads(_fresh(_MEASURE, json.dumps(order)))
    return found


def _import_time(statement: str) -> float:
    return float(_fresh(_IMPORT.format(statement=statement)))


def _fresh(code: str, *arguments: str) -> str:
    command = [sys.executable, "-c", code, *arguments]
    done = subprocess.run(
        command, cwd=_ROOT, env=_environment(), stdout=subprocess.PIPE, text=True, check=True
    )
    return done.stdout


def _environment() -> dict[str, str]:
    """Return this process's environment without the user's AWS settings and proxies."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("AWS_") and not name.lower().endswith("_proxy")
    }
    missing = str(_ROOT / "benchmarks" / "no-such-file")
    return {
        **kept,
        **CREDENTIALS,
        "AWS_CONFIG_FILE": missing,
        "AWS_SHARED_CREDENTIALS_FILE": missing,
    }
