"""The command: writes, checks and compares, for the real services."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from codegen import __main__ as command
from codegen import snapshot
from codegen.layout import formatted
from codegen.render import HEADER

REPOSITORY = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with nothing but generated files."""
    root = tmp_path_factory.mktemp("written")
    assert command.main(["--root", str(root)]) == 0
    return root


@pytest.fixture
def repository(written: Path, tmp_path: Path) -> Path:
    """The same, of the test's own."""
    return Path(shutil.copytree(written, tmp_path / "repository"))


def contents(root: Path) -> dict[str, bytes]:
    """The bytes of all files below a folder."""
    return {
        str(path.relative_to(root)): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }


def check(repository: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, list[str]]:
    """The exit status of `--check` and the files that it names."""
    status = command.main(["--check", "--root", str(repository)])
    return status, capsys.readouterr().out.splitlines()


@pytest.mark.parametrize("seed", ["1", "2"])
def test_the_output_is_the_same_in_every_process(written: Path, tmp_path: Path, seed: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "codegen", "--root", str(tmp_path)],
        cwd=REPOSITORY,
        env={**os.environ, "PYTHONHASHSEED": seed},
        check=True,
        capture_output=True,
    )
    assert contents(tmp_path) == contents(written)


def test_the_repository_s_generated_files_are_fresh(
    written: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check(REPOSITORY, capsys) == (0, [])


def test_a_fresh_repository_passes(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check(repository, capsys) == (0, [])


def test_stale_files_fail_and_are_named(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    package = repository / "src" / "workmail_async"
    changed = package / "workmail" / "client.py"
    changed.write_text(changed.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    (package / "enums.py").unlink()
    (package / "workmail" / "old.py").write_text(f"{HEADER}\n")
    before = contents(repository)

    status, named = check(repository, capsys)

    assert status == 1
    assert named == [
        "changed: src/workmail_async/workmail/client.py",
        "missing: src/workmail_async/enums.py",
        "surplus: src/workmail_async/workmail/old.py",
    ]
    assert contents(repository) == before, "a check writes nothing"


def test_a_stale_snapshot_fails(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (repository / "codegen" / "snapshot.json").write_text("{}\n")

    assert check(repository, capsys) == (1, ["changed: codegen/snapshot.json"])


def test_writing_mends_what_is_stale(written: Path, repository: Path) -> None:
    package = repository / "src" / "workmail_async"
    (package / "enums.py").write_text("# edited by hand\n")
    (package / "models.py").unlink()
    (package / "workmail" / "old.py").write_text(f"{HEADER}\n")

    assert command.main(["--root", str(repository)]) == 0
    assert contents(repository) == contents(written)


def test_hand_written_files_are_left_alone(repository: Path) -> None:
    own = repository / "src" / "workmail_async" / "messageflow" / "content.py"
    own.write_text("# by hand\n")

    assert command.main(["--root", str(repository)]) == 0
    assert own.read_text() == "# by hand\n"


def test_a_faulty_overlay_is_told_without_a_traceback(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    overlay = tmp_path / "overlay"
    shutil.copytree(REPOSITORY / "codegen" / "overlay", overlay)
    (overlay / "enums.toml").write_text("")

    assert command.main(["--root", str(tmp_path), "--overlay", str(overlay)]) == 1
    assert "codegen/overlay/enums.toml: [EntityState] summary" in capsys.readouterr().err
    assert not (tmp_path / "src").exists()


def test_a_template_that_makes_no_python_is_told() -> None:
    with pytest.raises(RuntimeError, match=r"ruff .* refuses generated code:(.|\n)*broken\.py"):
        formatted({"broken.py": "def\n"})


def test_a_diff_says_what_changed_since_the_last_run(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    facts = json.loads(snapshot.FILE.read_text(encoding="utf-8"))
    del facts["workmail"]["operations"]["CreateUser"]
    facts["workmail"]["enums"]["EntityState"].append("ASLEEP")
    doctored = tmp_path / "snapshot.json"
    doctored.write_text(json.dumps(facts))
    monkeypatch.setattr(snapshot, "FILE", doctored)

    assert command.main(["--diff"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "workmail: new operation CreateUser.",
        "workmail: EntityState: value ASLEEP is gone.",
    ]


def test_a_diff_of_nothing_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert command.main(["--diff"]) == 0
    assert capsys.readouterr().out.startswith("Nothing:")
