"""In a notebook the progress shows below the cell without extra code, and nowhere else."""

from __future__ import annotations

import sys
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from tests.cli.conftest import World
from tests.cli.test_output import progress
from workmail_async import WorkMailClient
from workmail_async.exports import (
    ExportOptions,
    ExportProgress,
    ExportReport,
    ExportTarget,
    OrganizationExport,
)
from workmail_async.exports.organization.notebook import NotebookDisplay, notebook_display


class Kernel:
    """What a notebook shows: the pictures of each place, in order."""

    def __init__(self) -> None:
        self.places: list[list[str]] = []

    def display(self, shown: Any, *, display_id: bool) -> SimpleNamespace:
        assert display_id
        place = [shown._repr_html_()]
        self.places.append(place)
        return SimpleNamespace(update=lambda again: place.append(again._repr_html_()))


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> Kernel:
    """IPython as it is inside a notebook's kernel."""
    kernel = Kernel()
    package, module = ModuleType("IPython"), ModuleType("IPython.display")
    vars(package)["get_ipython"] = lambda: SimpleNamespace(kernel=object())
    vars(module)["display"] = kernel.display
    monkeypatch.setitem(sys.modules, "IPython", package)
    monkeypatch.setitem(sys.modules, "IPython.display", module)
    return kernel


class Balanced(HTMLParser):
    """Fails on HTML whose tags do not match."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


async def exported(world: World, folder: Path, **options: Any) -> ExportReport:
    async with WorkMailClient(
        region=world.emulator.region, endpoint_url=world.emulator.endpoint_url
    ) as workmail:
        target = ExportTarget(
            bucket=world.resources.bucket,
            prefix=world.resources.prefix,
            role_arn=world.resources.role_arn,
            kms_key_arn=world.resources.kms_key_arn,
        )
        return await OrganizationExport(
            workmail.organization(world.organization.id),
            target,
            folder,
            options=ExportOptions(min_poll=0.01),
            **options,
        ).run()


@pytest.mark.anyio
async def test_the_progress_shows_below_the_cell(
    world: World, kernel: Kernel, tmp_path: Path
) -> None:
    report = await exported(world, tmp_path)
    assert report.complete
    (place,) = kernel.places  # one picture that changes, not many
    assert len(place) > 3
    assert "exporting" in "".join(place)
    assert "3 of 3 safe" in place[-1]
    for picture in place:
        Balanced(picture)


@pytest.mark.anyio
async def test_it_can_be_switched_off(world: World, kernel: Kernel, tmp_path: Path) -> None:
    await exported(world, tmp_path, display=False)
    assert kernel.places == []


@pytest.mark.anyio
async def test_a_listener_is_told_all_the_same(
    world: World, kernel: Kernel, tmp_path: Path
) -> None:
    told: list[ExportProgress] = []
    await exported(world, tmp_path, listener=told.append)
    assert told
    assert kernel.places


def test_outside_of_a_notebook_there_is_no_display(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    assert notebook_display() is None
    terminal = ModuleType("IPython")
    vars(terminal)["get_ipython"] = SimpleNamespace  # IPython in a terminal
    monkeypatch.setitem(sys.modules, "IPython", terminal)
    assert notebook_display() is None


def test_the_same_news_are_shown_once_in_a_while(kernel: Kernel) -> None:
    display = NotebookDisplay()
    for _ in range(100):
        display(progress())
    (place,) = kernel.places
    assert len(place) < 100
    display(progress("ana: safe"))
    assert len(kernel.places[0]) > len(place) - 1


def test_a_progress_shows_jobs_and_downloads() -> None:
    shown = progress()._repr_html_()
    Balanced(shown)
    for text in ("ana@acme.example", "exporting", "chloe@acme.example", "downloading", "50 %"):
        assert text in shown


@pytest.mark.anyio
async def test_a_report_shows_as_a_table(world: World, tmp_path: Path) -> None:
    report = await exported(world, tmp_path)
    shown = report._repr_html_()
    Balanced(shown)
    assert "3 of 3 mailboxes are safe on disk: 17 items" in shown
    assert "a group has no mailbox" in shown
    assert "contacts, tasks and notes" in shown


def test_names_cannot_bring_html() -> None:
    shown = progress(running=(), downloading=())._repr_html_()
    assert "<script>" not in shown
    from workmail_async.display.html import table

    assert "&lt;script&gt;" in table(("a",), [("<script>",)])
