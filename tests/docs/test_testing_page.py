"""What the page on testing shows beside Python: a session in a shell, and tests for pytest."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

import workmail_async
from tests.docs.pages import FILE, ROOT, read_page
from tests.docs.world import ORGANIZATION_ID
from workmail_async.emulator import Emulator

pytest_plugins = ["pytester"]

PAGE = ROOT / "docs" / "testing.md"
FILES = {block.name: block.code for block in read_page(PAGE).blocks if block.kind == FILE}
_COMMANDS = re.compile(r"<!-- commands: (?P<seed>\S+) -->")


def session() -> tuple[str, str, str]:
    """The shell session of the page: its seed, its commands, and all that they print."""
    tokens = MarkdownIt().parse(PAGE.read_text(encoding="utf-8"))
    for remark, block in pairwise(tokens):
        if found := _COMMANDS.match(remark.content):
            lines = block.content.splitlines()
            typed = [line[2:] for line in lines if line.startswith(("$ ", "> "))]
            printed = [line for line in lines if not line.startswith(("$ ", "> "))]
            return FILES[found["seed"]], "\n".join(typed), "\n".join(printed)
    raise AssertionError("the page has no shell session")


def test_the_shell_session_goes_as_it_is_shown(tmp_path: Path) -> None:
    seed, typed, printed = session()
    file = tmp_path / "seed.yaml"
    file.write_text(seed, encoding="utf-8")
    with Emulator(seed=file) as emulator:
        done = subprocess.run(
            ["bash", "-e", "-c", typed.replace("http://127.0.0.1:5000", emulator.endpoint_url)],
            env={**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
    assert (done.returncode, done.stderr) == (0, "")
    pattern = ".*?".join(re.escape(piece) for piece in printed.strip().split("…"))
    assert re.fullmatch(pattern, done.stdout.strip(), re.DOTALL), done.stdout


def test_the_readmes_script_runs_against_the_server(tmp_path: Path) -> None:
    (script,) = read_page(ROOT / "README.md").scripts
    seed = tmp_path / "seed.yaml"
    organization = f"alias: acme\n    id: {ORGANIZATION_ID}"
    seed.write_text(session()[0].replace("alias: acme", organization), encoding="utf-8")
    with subprocess.Popen(
        [sys.executable, "-m", "workmail_async.emulator", "--port", "0", "--seed", seed],
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        try:
            assert server.stdout is not None
            url = server.stdout.readline().split()[-1]
            done = subprocess.run(
                # The server's jobs are seen to run, so the waiter waits.
                [
                    sys.executable,
                    "-c",
                    script.code.replace("job.job_id)", "job.job_id, min_delay=0.1)"),
                ],
                env={**os.environ, "AWS_ENDPOINT_URL": url},
                capture_output=True,
                text=True,
                check=False,
                timeout=120,
            )
        finally:
            server.terminate()
    assert done.returncode == 0, done.stderr
    ana, bruno, exported = done.stdout.splitlines()
    assert (ana, bruno) == ("ana ana@acme.example ENABLED", "bruno bruno@acme.example ENABLED")
    assert re.fullmatch(r"acme-mail exports/ana/[0-9a-f-]+\.zip", exported)


def test_its_tests_pass(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(workmail_async.__file__).parents[1]))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    for name in ("test_invitations.py", "conftest.py"):
        (pytester.path / name).write_text(FILES[name], encoding="utf-8")
        plugins = ("-p", "anyio", "-p", "workmail_async.pytest_plugin")
        result = pytester.runpytest_subprocess(*plugins, "-W", "error")
        result.assert_outcomes(passed=3)
