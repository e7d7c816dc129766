"""The benchmarks must run and say what they found; what they find is no matter for a test."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from botocore.session import Session

from benchmarks import server
from benchmarks.emulator import EmulatorFigures, EmulatorSizes
from benchmarks.figures import FIGURES, GOALS
from benchmarks.peers import PEERS, WorkMailAsync
from benchmarks.report import Report, markdown, text
from benchmarks.rounds import Sizes

ROOT = Path(__file__).parents[2]
NAMES = [peer.distribution for peer in PEERS]


def benchmarks(*arguments: str | Path) -> str:
    """Runs the command; what it prints."""
    command = [sys.executable, "-m", "benchmarks", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


@pytest.fixture
def report() -> Report:
    """A report with every figure: ours is 1, 2 and 3 in three rounds, the others' the double."""
    values = {name: [1.0, 2.0, 3.0] if name == NAMES[0] else [2.0, 4.0, 6.0] for name in NAMES}
    return Report(
        samples={figure.key: values for figure in FIGURES},
        machine={"date": "2026-01-02", "python": "P", "system": "S", "cpus": "2", "load": "0.1"},
        versions=dict.fromkeys(NAMES, "1.0"),
        missing=[],
        sizes=Sizes(rounds=3),
    )


def test_one_quick_run_measures_every_figure(tmp_path: Path) -> None:
    file = tmp_path / "found.json"
    printed = benchmarks("--quick", "--peer", WorkMailAsync.distribution, "--json", file)
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    samples: dict[str, dict[str, list[float]]] = found["samples"]
    measured = {figure.key for figure in FIGURES if figure.key in samples}
    here = {figure.key for figure in FIGURES}
    if not Path("/proc/self/statm").exists():
        here.remove("memory.resident")
    assert measured == here
    for figure, of_peers in samples.items():
        assert list(of_peers) == [WorkMailAsync.distribution], figure
        assert len(of_peers[WorkMailAsync.distribution]) == 1, figure
    assert samples["describe_user"][WorkMailAsync.distribution][0] > 0
    for key in measured:
        assert next(figure.title for figure in FIGURES if figure.key == key) in printed


def test_the_emulator_is_measured(tmp_path: Path) -> None:
    file = tmp_path / "found.json"
    printed = benchmarks("--quick", "--only", "emulator", "--json", file)
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))["emulator"]
    assert found["messages"] == 500
    for figure in ("describe_user_calls_per_second", "export_seconds"):
        assert found[figure] > 0
    assert "  export of 500 messages, s" in printed
    assert "  ListUsers, pages of 100/s" in printed


def test_the_emulators_figures_are_a_table_of_markdown() -> None:
    figures = EmulatorFigures(EmulatorSizes(), 1_234.5, 67.8, 9.1, (0.0012, 0.5))
    assert figures.markdown().splitlines() == [
        "| Emulator, with 1,000 users |  |",
        "|---|---:|",
        "| DescribeUser, calls/s | 1,234 |",
        "| ListUsers, pages of 100/s | 68 |",
        "| export of 100,000 messages, s | 9.1 |",
        "| DescribeUser meanwhile, ms | 1.2 |",
        "| … the slowest, ms | 500.0 |",
    ]
    printed = benchmarks("--quick", "--only", "emulator", "--markdown")
    assert printed.splitlines()[-7:-5] == ["| Emulator, with 120 users |  |", "|---|---:|"]


def test_each_client_is_compared_with_aiobotocore() -> None:
    printed = benchmarks(
        *("--quick", "--only", "cpu", "--markdown"),
        *("--peer", "workmail-async", "--peer", "aiobotocore"),
    )
    rows = [line for line in printed.splitlines() if line.startswith("| … to aiobotocore's |")]
    assert len(rows) == 2
    assert all(re.fullmatch(r"\| … .* \| \d\.\d\d \(.*\) \| 1 \|", row) for row in rows)
    assert "medians of 1 round " in printed


def test_a_report_judges_every_goal_by_the_median(report: Report) -> None:
    judged = {goal.title: (found.middle, met) for goal, found, met in report.outcomes()}
    assert judged == {
        goal.title: (0.5, goal.limit >= 0.5) if goal.ratio else (2.0, True) for goal in GOALS
    }
    assert {met for _, met in judged.values()} == {True, False}


def test_the_text_shows_median_spread_and_ratio(report: Report) -> None:
    lines = text(report).splitlines()
    at = lines.index("CPU time of one describe_user, µs")
    assert [line.split() for line in lines[at + 1 : at + 3]] == [
        ["workmail-async", "2", "(1-3)", "x", "0.50", "(0.50-0.50)"],
        ["aiobotocore", "4", "(2-6)", "x", "1"],
    ]
    assert any(line.endswith("MISSED") for line in lines)
    assert any(line.endswith("ok") for line in lines)


def test_the_markdown_tables_are_whole(report: Report) -> None:
    figures, goals = markdown(report).split("\n\n")[1:]
    assert figures.startswith(f"|  | {' | '.join(NAMES)} |\n|---|---:|")
    assert goals.startswith("| Goal | limit | measured |")
    for table in (figures, goals):
        assert len({row.count("|") for row in table.splitlines()}) == 1
    assert len(goals.splitlines()) == 2 + len(GOALS)


def test_a_client_that_is_not_installed_is_named() -> None:
    report = Report(
        samples={},
        machine={"date": "D", "python": "P", "system": "S", "cpus": "2", "load": "0.1"},
        versions={"workmail-async": "1.0"},
        missing=["capo-workmail"],
        sizes=Sizes(rounds=1),
    )
    assert "not installed, so not measured: capo-workmail" in text(report)
    assert "not installed, so not measured: capo-workmail" in markdown(report)


def test_the_stub_answers_with_every_member() -> None:
    model = Session().get_service_model("workmail")
    members: Any = model.operation_model("DescribeUser").output_shape
    assert set(server.described_user()) == set(members.members)
    user: Any = model.shape_for("User")
    assert set(server.listed_user(7)) == set(user.members)
