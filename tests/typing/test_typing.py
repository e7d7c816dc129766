"""What type checkers say of code that uses the library, right and wrong, as its users run them."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

HERE = Path(__file__).parent

Finding = tuple[int, str]
Check = Callable[[Path, str], list[Finding]]

# Both checkers take their time to start, and what they keep makes them faster the second time.
pytestmark = pytest.mark.xdist_group("type checkers")


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder outside of the project, so that its settings do not count."""
    return tmp_path_factory.mktemp("user")


def run(folder: Path, *command: str | Path) -> str:
    """Runs a module of this environment, whose `python` is the first that it finds."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    done = subprocess.run(
        [sys.executable, "-m", *command],
        cwd=folder,
        env={**os.environ, "PATH": path, "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in {0, 1}, f"{command}\n{done.stdout}\n{done.stderr}"
    return done.stdout


def mypy(folder: Path, name: str) -> list[Finding]:
    """What mypy finds in a file: lines and codes."""
    shutil.copy(HERE / name, folder)
    output = run(folder, "mypy", "--config-file=", "--strict", "--output=json", name)
    found = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
    return sorted({(each["line"], each["code"]) for each in found if each["severity"] == "error"})


def pyright(folder: Path, name: str) -> list[Finding]:
    """What pyright finds in a file: lines and rules."""
    shutil.copy(HERE / name, folder)
    # aiobotocore has no types, and what a mistake leaves unknown is no mistake of its own.
    unknown = [f"reportUnknown{what}Type" for what in ("Argument", "Member", "Variable")]
    ignored = dict.fromkeys(["reportMissingTypeStubs", *unknown], False)
    settings = {"include": [name], "typeCheckingMode": "strict", **ignored}
    (folder / "pyrightconfig.json").write_text(json.dumps(settings))
    report = json.loads(run(folder, "pyright", "--outputjson"))
    assert report["summary"]["filesAnalyzed"] == 1
    found = [each for each in report["generalDiagnostics"] if each["severity"] == "error"]
    return sorted({(each["range"]["start"]["line"] + 1, each["rule"]) for each in found})


CHECKERS = pytest.mark.parametrize("check", [mypy, pyright])


@CHECKERS
def test_user_code_is_accepted(check: Check, elsewhere: Path) -> None:
    assert check(elsewhere, "user_code.py") == []


@CHECKERS
def test_each_mistake_is_found_and_nothing_else(check: Check, elsewhere: Path) -> None:
    lines = (HERE / "wrong_code.py").read_text().splitlines()
    of_pyright = check is pyright
    expected = [
        (number, code)
        for number, line in enumerate(lines, start=1)
        for code in re.findall(r"[\w-]+", line.partition("# error:")[2])
        if code.startswith("report") is of_pyright
    ]
    assert len(expected) > 40
    assert check(elsewhere, "wrong_code.py") == expected


def test_every_public_type_is_known(elsewhere: Path) -> None:
    output = run(
        elsewhere, "pyright", "--verifytypes", "workmail_async", "--ignoreexternal", "--outputjson"
    )
    report = json.loads(output)["typeCompleteness"]
    unknown = [
        f"{each['name']}: {found['message']}"
        for each in report["symbols"]
        if each["isExported"] and not each["isTypeKnown"]
        for found in each["diagnostics"] or [{"message": "made of what is unknown"}]
    ]
    assert unknown == []
    assert report["completenessScore"] == 1
