"""`python -m benchmarks`: measures the clients side by side and prints the results."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks import emulator
from benchmarks.peers import PEERS
from benchmarks.report import Report, as_json, machine, markdown, text
from benchmarks.rounds import GROUPS, Sizes, measured, quick
from benchmarks.server import running_server

_ROUNDS = 7


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command."""
    options = _parser().parse_args(arguments)
    sizes = quick(options.rounds or 1) if options.quick else Sizes(rounds=options.rounds or _ROUNDS)
    names = options.peer or [peer.distribution for peer in PEERS]
    versions = {name: _version(name) for name in names}
    installed = {name: number for name, number in versions.items() if number is not None}
    peers = [peer for peer in PEERS if peer.distribution in installed]
    groups = options.only or [*GROUPS, emulator.GROUP]
    facts = machine()  # before we add load ourselves
    with running_server(sizes.kept) as url:
        samples = measured(peers, sizes, url, groups, _tell)
    figures = None
    if emulator.GROUP in groups:
        _tell("measuring the emulator")
        figures = emulator.measured(emulator.QUICK if options.quick else emulator.EmulatorSizes())
    report = Report(
        samples=samples,
        machine=facts,
        versions=installed,
        missing=[name for name in versions if name not in installed],
        sizes=sizes,
    )
    if options.json is not None:
        data = as_json(report) | ({"emulator": figures.as_json()} if figures else {})
        options.json.write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")
    print(markdown(report) if options.markdown else text(report))
    if figures is not None:
        print("", figures.markdown() if options.markdown else figures.text(), sep="\n")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--rounds",
        type=_count,
        metavar="N",
        help=f"how many times to repeat each measurement (default: {_ROUNDS})",
    )
    parser.add_argument(
        "--only",
        action="append",
        choices=[*GROUPS, emulator.GROUP],
        help="measure only this; repeatable",
    )
    parser.add_argument(
        "--peer",
        action="append",
        choices=[peer.distribution for peer in PEERS],
        help="measure only this client; repeatable",
    )
    parser.add_argument(
        "--quick",
        action="store_true",
        help="one small round, to check that everything runs; the figures mean nothing",
    )
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="also write every sample to this file"
    )
    parser.add_argument(
        "--markdown", action="store_true", help="print Markdown tables instead of text"
    )
    return parser


def _count(argument: str) -> int:
    number = int(argument)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def _version(distribution: str) -> str | None:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None


def _tell(line: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\x1b[K{line}", end="", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
