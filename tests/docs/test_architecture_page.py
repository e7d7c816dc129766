"""The architecture page names the folders and words that the code has, and no others."""

from __future__ import annotations

import re
from importlib import import_module

import pytest

from tests.docs.pages import ROOT

PACKAGE = ROOT / "src" / "workmail_async"
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
FOLDERS = re.findall(r"`([a-z_/]+)/`", PAGE.split("## Where things are")[1].split("\n## ")[0])
PARTS = re.findall(r"`(\w+)`", PAGE.split("| Part |")[1].split("\n\n")[0])
WORDS = re.findall(r"`((?:[A-Z]\w+)(?:\.\w+)?)`", PAGE.split("## Words")[1].split("\n## ")[0])
#: Where the classes of the glossary are imported from.
HOMES = ("workmail_async.errors", "workmail_async.archives", "workmail_async.exports")
EMULATOR = "workmail_async.emulator"


@pytest.mark.parametrize("folder", FOLDERS)
def test_a_folder_on_the_page_exists(folder: str) -> None:
    assert (PACKAGE / folder).is_dir()


def test_every_package_is_on_the_page() -> None:
    packages = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    assert packages - set(PARTS) == set()


@pytest.mark.parametrize("part", ["archives", "exports", "emulator", "cli"])
def test_every_folder_of_a_part_is_on_the_page(part: str) -> None:
    found = {f"{part}/{path.parent.name}" for path in (PACKAGE / part).glob("*/__init__.py")}
    assert found - set(FOLDERS) == set()


@pytest.mark.parametrize("word", sorted(set(WORDS)))
def test_a_class_of_the_glossary_exists(word: str) -> None:
    name, _, attribute = word.partition(".")
    modules = (import_module(home) for home in (*HOMES, EMULATOR))
    found = [getattr(module, name) for module in modules if name in module.__all__]
    assert found, f"{name} is in none of the public modules"
    fields = getattr(found[0], "__annotations__", {})
    assert not attribute or hasattr(found[0], attribute) or attribute in fields
