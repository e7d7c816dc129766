"""Reports the results: as text, as Markdown for the documentation, and as JSON."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timezone
from statistics import median
from typing import Any

from attrs import asdict, frozen

from benchmarks.figures import FIGURES, GOALS, Figure, Goal
from benchmarks.peers import BASELINE, OURS
from benchmarks.rounds import Samples, Sizes


@frozen
class Spread:
    """The median, the smallest and the largest of some values."""

    middle: float
    low: float
    high: float

    def shown(self, digits: int) -> str:
        """The median, and the others in parentheses."""
        return f"{self.middle:,.{digits}f} ({self.low:,.{digits}f}-{self.high:,.{digits}f})"


@frozen
class Report:
    """The results of a run.

    Attributes:
        samples: The measured values.
        machine: The machine and the date.
        versions: The clients and their versions, in the order to show them.
        missing: The clients that are not installed.
        sizes: How much was measured.
    """

    samples: Samples
    machine: Mapping[str, str]
    versions: Mapping[str, str]
    missing: Sequence[str]
    sizes: Sizes

    def value(self, key: str, peer: str) -> Spread | None:
        """A client's own figure."""
        return _spread(self.samples.get(key, {}).get(peer, []))

    def ratio(self, key: str, peer: str) -> Spread | None:
        """The ratio of a client's figure to aiobotocore's, round by round."""
        of_peers = self.samples.get(key, {})
        pairs = zip(of_peers.get(peer, []), of_peers.get(BASELINE.distribution, []), strict=False)
        return _spread([ours / theirs for ours, theirs in pairs if theirs > 0])

    def figures(self) -> list[Figure]:
        """The figures that this run has."""
        return [figure for figure in FIGURES if figure.key in self.samples]

    def outcomes(self) -> Iterator[tuple[Goal, Spread, bool]]:
        """The goals that this run can judge, each with the value and whether it is met."""
        ours = OURS.distribution
        for goal in GOALS:
            found = self.ratio(goal.figure, ours) if goal.ratio else self.value(goal.figure, ours)
            if found is not None:
                yield goal, found, found.middle <= goal.limit

    def facts(self) -> Iterator[str]:
        """What a reader needs to know to judge the figures."""
        yield "{date} · {python} on {system}, {cpus} CPUs, load {load}".format_map(self.machine)
        yield ", ".join(f"{name} {version}" for name, version in self.versions.items())
        if self.missing:
            yield f"not installed, so not measured: {', '.join(self.missing)}"
        rounds = "1 round" if self.sizes.rounds == 1 else f"{self.sizes.rounds} rounds"
        yield (
            f"medians of {rounds} (smallest-largest), with {self.sizes.calls} "
            f"describe_user and {self.sizes.pages} list_users each; {self.sizes.users:,} users kept"
        )


def text(report: Report) -> str:
    """Return the report as plain text."""
    lines = [*report.facts()]
    for figure in report.figures():
        lines += ["", f"{figure.title}, {figure.unit}"]
        for peer in report.versions:
            value = report.value(figure.key, peer)
            if value is None:
                continue
            compared = _compared(report, figure, peer) if figure.compared else ""
            times = f"   x {compared}" if compared else ""
            lines.append(f"  {peer:16}{value.shown(figure.digits):>26}{times}")
    lines += ["", f"{'Goals':41}{'at most':>8}   measured"]
    for goal, found, met in report.outcomes():
        verdict = "ok" if met else "MISSED"
        measured = found.shown(2 if goal.ratio else 1)
        lines.append(f"  {goal.title:39}{goal.limit:>8.2f}   {measured:24}{verdict}")
    return "\n".join(lines)


def markdown(report: Report) -> str:
    """Return the report as Markdown tables."""
    lines = [f"{fact}  " for fact in report.facts()]
    lines[-1] = lines[-1].rstrip()
    lines += ["", *table(["", *report.versions], _rows(report)), ""]
    goals = (
        [
            goal.title,
            f"≤ {goal.limit:.2f}",
            found.shown(2 if goal.ratio else 1),
            "ok" if met else "MISSED",
        ]
        for goal, found, met in report.outcomes()
    )
    return "\n".join([*lines, *table(["Goal", "limit", "measured", ""], goals)])


def _rows(report: Report) -> Iterator[list[str]]:
    for figure in report.figures():
        values = [report.value(figure.key, peer) for peer in report.versions]
        shown = [value.shown(figure.digits) if value else "" for value in values]
        yield [f"{figure.title}, {figure.unit}", *shown]
        if figure.compared and BASELINE.distribution in report.versions:
            yield ["… to aiobotocore's", *(_compared(report, figure, p) for p in report.versions)]


def _compared(report: Report, figure: Figure, peer: str) -> str:
    if peer == BASELINE.distribution:
        return "1"
    ratio = report.ratio(figure.key, peer)
    return ratio.shown(2) if ratio else ""


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """The lines of a Markdown table; all columns but the first hold figures."""
    yield f"| {' | '.join(head)} |"
    yield f"|{'|'.join(['---', *['---:'] * (len(head) - 1)])}|"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def as_json(report: Report) -> dict[str, Any]:
    """Return the report as data, with all samples and not only their medians."""
    return {
        "machine": dict(report.machine),
        "versions": dict(report.versions),
        "missing": list(report.missing),
        "sizes": asdict(report.sizes),
        "samples": report.samples,
        "goals": [
            {
                "title": goal.title,
                "figure": goal.figure,
                "ratio": goal.ratio,
                "limit": goal.limit,
                "measured": found.middle,
                "met": met,
            }
            for goal, found, met in report.outcomes()
        ],
    }


def machine() -> dict[str, str]:
    """Describe this machine."""
    load = f"{os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else "unknown"
    return {
        "date": f"{datetime.now(timezone.utc):%Y-%m-%d}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "system": f"{platform.system()} {platform.machine()}",
        "cpus": str(os.cpu_count()),
        "load": load,
    }


def _spread(values: Sequence[float]) -> Spread | None:
    return Spread(median(values), min(values), max(values)) if values else None
