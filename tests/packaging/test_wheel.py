"""Users install the wheel, so these tests use the wheel and not the source tree."""

import json
import os
import re
import subprocess
import sys
import zipfile
from email.parser import Parser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
OUTSIDE = dict(os.environ)  # pip needs the proxies and settings that the tests hide


def run(*command: str | Path, env: dict[str, str] | None = None) -> str:
    """Runs a command and returns its output, which a failure shows."""
    done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def pip(*arguments: str | Path) -> None:
    """Runs the pip of this environment, with the network settings that the tests hide."""
    run(sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments, env=OUTSIDE)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built with the tools of this environment."""
    folder = tmp_path_factory.mktemp("wheel")
    pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, ROOT)
    (built,) = folder.iterdir()
    return built


@pytest.fixture(scope="module")
def contents(wheel: Path) -> list[str]:
    """The names of all files in the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


def test_the_wheel_runs_on_every_platform(wheel: Path) -> None:
    assert wheel.name.endswith("-py3-none-any.whl")


def test_the_wheel_says_that_it_is_typed(contents: list[str]) -> None:
    assert "workmail_async/py.typed" in contents


def test_the_wheel_holds_the_package_and_nothing_else(contents: list[str]) -> None:
    folders = {name.partition("/")[0] for name in contents}
    (metadata,) = folders - {"workmail_async"}
    assert metadata.endswith(".dist-info")
    parts = {part for name in contents for part in Path(name).parts}
    assert not parts & {"tests", "codegen", "benchmarks", "examples", "__pycache__", "conftest.py"}


def test_the_wheel_holds_every_module_of_the_source(contents: list[str]) -> None:
    package = ROOT / "src" / "workmail_async"
    modules = {path.relative_to(package.parent).as_posix() for path in package.rglob("*.py")}
    assert modules <= set(contents)


def test_the_wheel_contains_the_command(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith("/entry_points.txt")]
        assert b"workmail-async = workmail_async.cli:main" in archive.read(name)


def test_the_wheel_contains_the_licence(contents: list[str]) -> None:
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in contents)


def test_each_requirement_has_a_floor_and_a_cap(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        metadata = Parser().parsestr(archive.read(name).decode())
    requirements = metadata.get_all("Requires-Dist", [])
    assert len(requirements) >= 5
    assert [each for each in requirements if ">=" not in each or "<" not in each] == []


def test_the_readme_has_only_absolute_links_in_the_package(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (name,) = [name for name in archive.namelist() if name.endswith(".dist-info/METADATA")]
        metadata = Parser().parsestr(archive.read(name).decode())
    assert metadata["Description-Content-Type"] == "text/markdown"
    shown = re.findall(r"\]\(([^)]+)\)", str(metadata.get_payload()))
    in_the_clone = re.findall(r"\]\(([^)]+)\)", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert len(shown) == len(in_the_clone) > 10
    assert [link for link in shown if not link.startswith("https://")] == []
    assert any(link.endswith(f"/v{metadata['Version']}/docs/quickstart.md") for link in shown)
    assert any(link.endswith("/README.md#how-fast-it-is") for link in shown)


def test_the_address_of_the_repository_has_one_place() -> None:
    settings = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert len(re.findall(r"https://[^'\s]+/workmail-async\b", settings)) == 1


def test_a_new_user_installs_the_wheel_and_uses_it(wheel: Path, tmp_path: Path) -> None:
    environment = tmp_path / "environment"
    run(sys.executable, "-m", "venv", "--without-pip", environment)
    python = environment / "bin" / "python"
    constraints = ROOT / "constraints.txt"
    pip("--python", python, "install", "--quiet", "--constraint", constraints, wheel)

    said = run(python, "-I", "-W", "error", Path(__file__).with_name("use_installed.py"))

    outcome = json.loads(said)
    assert Path(outcome["from"]).is_relative_to(environment)
    assert outcome["name"] == "ana"
    assert outcome["loaded by the package"] == []
    assert outcome["loaded by its names"] == []
