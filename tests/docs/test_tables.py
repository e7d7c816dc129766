"""What the pages take from the code is complete, and the reference leaves no module out."""

from __future__ import annotations

import inspect
import pkgutil
import re
from types import ModuleType

import pytest

import workmail_async
from tests.docs.pages import ROOT
from tools.docs_tables import GENERATED, on_page_markdown
from workmail_async import archives, emulator, errors, exports
from workmail_async.workmail import models, waiters

DOCS = ROOT / "docs"


def test_every_kind_of_table_is_on_a_page() -> None:
    pages = "".join(page.read_text(encoding="utf-8") for page in DOCS.rglob("*.md"))
    assert set(re.findall(r"<!-- generated: (\S+) -->", pages)) == set(GENERATED)


def test_a_page_that_asks_for_an_unknown_table_fails_the_build() -> None:
    with pytest.raises(KeyError, match="no-such"):
        on_page_markdown("<!-- generated: no-such -->")


def test_every_error_is_in_one_of_the_tables() -> None:
    page = on_page_markdown("<!-- generated: own-errors --> <!-- generated: service-errors -->")
    classes = {
        name
        for name in errors.__all__
        if inspect.isclass(getattr(errors, name)) and name != "Fault"
    }
    assert set(re.findall(r"^\| \[`(\w+)`\]", page, re.MULTILINE)) == classes


def test_the_tree_of_errors_shows_what_derives_from_what() -> None:
    tree = on_page_markdown("<!-- generated: error-tree -->")
    assert "├── ServiceError  (also a ClientError)\n│   ├── AccessDeniedException, …" in tree
    assert "│   └── WaiterTimeoutError  (also a TimeoutError)\n" in tree
    assert "└── ExportError\n" in tree
    assert "    └── ManifestError\n        └── ManifestInUseError" in tree


def test_every_error_of_archives_and_exports_is_in_their_table() -> None:
    table = on_page_markdown("<!-- generated: export-errors -->")
    found = set(re.findall(r"^\| \[`(\w+)`\]", table, re.MULTILINE))
    names = (*archives.__all__, *exports.__all__)
    assert found == {name for name in names if name.endswith("Error")}


def test_every_waiter_is_in_the_table() -> None:
    table = on_page_markdown("<!-- generated: waiters -->")
    names = {getattr(waiters, name).name for name in waiters.__all__}
    assert set(re.findall(r"`wait_until_(\w+)`", table)) == names
    assert "| COMPLETED | FAILED, CANCELLED | 6 h | 2 to 60 s |" in table


def test_every_module_of_models_has_its_page() -> None:
    modules = {module.name for module in pkgutil.iter_modules(models.__path__)}
    pages = {page.stem.replace("-", "_") for page in (DOCS / "reference" / "models").glob("*.md")}
    assert pages - {"index", "message_flow"} == modules


@pytest.mark.parametrize("module", [workmail_async, exports, emulator], ids=lambda m: m.__name__)
def test_the_reference_has_every_public_name(module: ModuleType) -> None:
    pages = (DOCS / "reference").rglob("*.md")
    text = on_page_markdown("".join(page.read_text(encoding="utf-8") for page in pages))
    shown = set(re.findall(r"^::: workmail_async\.(?:\w+\.)*(\w+)$", text, re.MULTILINE))
    assert set(module.__all__) - {"__version__", "models"} <= shown
