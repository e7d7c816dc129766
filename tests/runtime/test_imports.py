"""Names are loaded on first use, listed by `dir`, and included in a star import."""

import importlib
import subprocess
import sys
from importlib.metadata import version
from types import ModuleType
from typing import Any

import pytest

import workmail_async
from tests.support.services import MESSAGE_FLOW, WORKMAIL, structures
from workmail_async import Organization, Pager, converter, enums, errors, models, observers

FACADES: list[ModuleType] = [
    workmail_async,
    enums,
    errors,
    models,
    observers,
    importlib.import_module("workmail_async.workmail"),
    importlib.import_module("workmail_async.messageflow"),
]
LAZY = [module for module in FACADES if hasattr(module, "__getattr__")]

every_facade = pytest.mark.parametrize("module", FACADES, ids=lambda module: module.__name__)


@every_facade
def test_every_promised_name_is_there_and_is_always_the_same(module: ModuleType) -> None:
    for name in module.__all__:
        assert getattr(module, name) is getattr(module, name)


@every_facade
def test_a_star_import_takes_every_promised_name(module: ModuleType) -> None:
    names: dict[str, Any] = {}
    exec(f"from {module.__name__} import *", names)

    assert {*names} - {"__builtins__"} == {*module.__all__}


@pytest.mark.parametrize("module", LAZY, ids=lambda module: module.__name__)
def test_a_lazy_module_shows_its_names_before_they_are_loaded(module: ModuleType) -> None:
    assert {*module.__all__} <= {*dir(module)}
    assert dir(module) == sorted(dir(module))


@pytest.mark.parametrize("module", LAZY, ids=lambda module: module.__name__)
def test_a_name_that_is_not_there_is_an_attribute_error(module: ModuleType) -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Misspelled'"):
        module.Misspelled  # noqa: B018
    with pytest.raises(ImportError):
        exec(f"from {module.__name__} import Misspelled", {})


def test_every_structure_of_the_services_is_a_model() -> None:
    names = {shape.name for service in (WORKMAIL, MESSAGE_FLOW) for shape in structures(service)}

    assert names == {*models.__all__}


def test_a_public_class_says_where_it_is_imported_from() -> None:
    for module in (models, errors):
        for name in module.__all__:
            found = getattr(module, name)
            if isinstance(found, type):
                assert found.__module__ == module.__name__
                assert getattr(sys.modules[found.__module__], found.__qualname__) is found


def test_the_package_gives_the_names_of_its_modules() -> None:
    assert workmail_async.Pager is Pager
    assert workmail_async.Organization is Organization
    assert workmail_async.converter is converter
    assert version("workmail-async") == workmail_async.__version__


@pytest.mark.parametrize(
    ("statement", "not_loaded"),
    [
        ("import workmail_async", ["workmail_async.workmail", "workmail_async.runtime.client"]),
        (
            "from workmail_async import WorkMailClient",
            ["aiobotocore", "aiohttp", "workmail_async.workmail.models.users", "httpx2", "trio"],
        ),
        (
            "from workmail_async import models; models.User",
            ["aiobotocore", "aiohttp", "workmail_async.workmail.models.groups"],
        ),
        ("from workmail_async import enums; enums.EntityState", ["aiobotocore", "anyio"]),
        ("from workmail_async import errors", ["aiobotocore", "aiohttp", "anyio"]),
        (
            "from workmail_async import WorkMailClient; WorkMailClient(region='us-east-1')",
            ["aiobotocore", "aiohttp", "anyio._backends._asyncio", "trio"],
        ),
    ],
)
def test_an_import_loads_no_more_than_it_needs(statement: str, not_loaded: list[str]) -> None:
    script = f"{statement}\nimport sys; print(*[n for n in {not_loaded!r} if n in sys.modules])"

    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, check=False
    )

    assert (done.stdout.split(), done.stderr) == ([], "")
