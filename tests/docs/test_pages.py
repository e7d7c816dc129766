"""Runs the code in the README and the documentation, and checks its types and its layout."""

from __future__ import annotations

import ast
import inspect
import os
import re
import subprocess
import sys
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from types import CodeType
from typing import Any

import anyio
import pytest
from markdown_it import MarkdownIt

import workmail_async
from tests.docs.pages import (
    FILE,
    NOT_RUN,
    ROOT,
    RUN,
    SCRIPT,
    SHELL,
    SHELL_NOT_RUN,
    Block,
    Page,
    all_pages,
    read_page,
)
from tests.docs.world import ORGANIZATION_ID, World
from tools.docs_tables import WIDTH, on_page_markdown
from workmail_async import MessageFlowClient, WorkMailClient

PAGES = all_pages()
ALL_PATHS = [*(page.path for page in PAGES), ROOT / "CONTRIBUTING.md"]
SCRIPTS = [block for page in PAGES for block in page.scripts]
WITH_COMMANDS = [page for page in PAGES if page.shell]
WITH_CODE = [page for page in PAGES if any(block.kind == RUN for block in page.blocks)]


def compiled(block: Block, code: str) -> CodeType:
    """Compiles a block so that a traceback points at its page; `await` may stand at the top."""
    flags = ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    code_object: CodeType = compile(code, block.page, "exec", flags, dont_inherit=True)
    return code_object


async def run(page: Page, world: World, names: dict[str, Any]) -> None:
    """Runs the blocks of a page one after the other, in one namespace."""
    for block in page.blocks:
        if block.kind == FILE:
            await anyio.Path(block.name).write_text(block.code, encoding="utf-8")
        if block.kind != RUN:
            continue
        code = compiled(block, world.as_here(block.placed))
        with redirect_stdout(StringIO()) as printed:
            result = eval(code, names)
            if inspect.iscoroutine(result):
                await result
        assert block.matches(printed.getvalue()), f"{block} printed {printed.getvalue()}"


@pytest.mark.anyio
@pytest.mark.parametrize("page", WITH_CODE, ids=str)
async def test_the_code_of_a_page_runs(
    page: Page, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with WorkMailClient() as workmail, MessageFlowClient() as flow:
        names = {
            "__name__": "__main__",
            "workmail": workmail,
            "org": workmail.organization(ORGANIZATION_ID),
            "flow": flow,
        }
        with anyio.fail_after(60):
            await run(page, world, names)


@pytest.mark.parametrize("script", SCRIPTS, ids=str)
def test_a_script_of_a_page_runs(script: Block, world: World, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(world.as_here(script.placed), encoding="utf-8")
    source = str(Path(workmail_async.__file__).parents[1])

    done = subprocess.run(
        [sys.executable, "-W", "error", program],
        env={**os.environ, "PYTHONPATH": source},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert (done.returncode, done.stderr) == (0, ""), f"{script}\n{done.stdout}\n{done.stderr}"
    assert script.matches(done.stdout), f"{script} printed {done.stdout}"


@pytest.mark.parametrize("page", WITH_COMMANDS, ids=str)
def test_the_commands_of_a_page_run(page: Page, bare_world: World, tmp_path: Path) -> None:
    mark = "--- the next block ---"
    script = "\n".join(f"echo '{mark}'\n{block.commands}" for block in page.shell)
    programs, home = tmp_path / "programs", tmp_path / "home"
    programs.mkdir()
    home.mkdir()
    (programs / "workmail-async").write_text(
        f'#!/bin/sh\nexec "{sys.executable}" -W error -m workmail_async.cli "$@"\n'
    )
    (programs / "workmail-async").chmod(0o700)
    path = (str(programs), str(Path(sys.executable).parent), os.environ["PATH"])

    done = subprocess.run(
        ["bash", "-eu", "-c", script],
        env={
            **os.environ,
            "PATH": os.pathsep.join(path),
            "PYTHONPATH": str(Path(workmail_async.__file__).parents[1]),
            "AWS_PAGER": "",
        },
        cwd=home,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )

    assert (done.returncode, done.stderr) == (0, ""), f"{done.stdout}\n{done.stderr}"
    printed = done.stdout.split(f"{mark}\n")[1:]
    for block, text in zip(page.shell, printed, strict=True):
        assert block.matches(text), f"{block} printed {text}"


def test_every_command_of_the_guide_is_run_or_says_why_not() -> None:
    (guide,) = [page for page in PAGES if page.path.name == "leave-workmail.md"]
    assert [str(b) for b in guide.blocks if b.kind == SHELL_NOT_RUN and not b.name] == []
    assert len(guide.shell) > 5


def test_the_code_of_the_pages_passes_the_type_checker(tmp_path: Path) -> None:
    for page in PAGES:
        name = re.sub(r"\W", "_", str(page))
        (tmp_path / f"{name}.py").write_text(page.as_module(), encoding="utf-8")
        for number, script in enumerate(page.scripts):
            (tmp_path / f"{name}_{number}.py").write_text(script.placed, encoding="utf-8")

    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--allow-redefinition-new", tmp_path],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr


LINK = re.compile(r"\]\((?!\w+:)(?P<path>[^)#\s]*)(?:#(?P<anchor>[^)\s]+))?\)")


def anchors(page: Path) -> set[str]:
    """The anchors that a page's headings get."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"])
def test_links_to_files_lead_somewhere(name: str) -> None:
    """mkdocs does the same for the pages of docs/."""
    page = ROOT / name
    missing = []
    for link in LINK.finditer(page.read_text(encoding="utf-8")):
        target = ROOT / link["path"] if link["path"] else page
        if not target.exists() or (link["anchor"] and link["anchor"] not in anchors(target)):
            missing.append(link[0])
    assert missing == []


@pytest.mark.parametrize("path", ALL_PATHS, ids=lambda path: str(path.relative_to(ROOT)))
def test_code_on_a_page_fits_its_width(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    if path.parent.name == "docs":
        text = on_page_markdown(text)
    text = re.sub(r'--8<-- "(.+)"', lambda file: (ROOT / file[1]).read_text("utf-8"), text)
    fences = [token for token in MarkdownIt().parse(text) if token.type == "fence"]
    lines = [line for fence in fences for line in fence.content.splitlines()]
    assert [line for line in lines if len(line) > WIDTH] == []


def page_with(tmp_path: Path, text: str) -> list[Block]:
    path = tmp_path / "page.md"
    path.write_text(text, encoding="utf-8")
    return read_page(path).blocks


def test_blocks_keep_their_line_and_their_kind(tmp_path: Path) -> None:
    blocks = page_with(
        tmp_path,
        "# Title\n\n```python\na = 1\n```\n\n<!-- script -->\n```python\nb = 2\n```\n\n"
        "<!-- not run: it calls AWS -->\n```python\nc = 3\n```\n\n<!-- python\nd = 4\n-->\n",
    )
    assert [(b.line, b.code, b.kind) for b in blocks] == [
        (4, "a = 1\n", RUN),
        (9, "b = 2\n", SCRIPT),
        (14, "c = 3\n", NOT_RUN),
        (18, "d = 4\n", RUN),
    ]


def test_output_belongs_to_the_block_before_it(tmp_path: Path) -> None:
    (block,) = page_with(
        tmp_path, "```python\nprint('a-b')\n```\n\n<!-- output -->\n```text\na…b\n```\n"
    )
    assert block.matches("a-b\n")
    assert not block.matches("a-c\n")


def test_a_file_is_available_to_later_blocks(tmp_path: Path) -> None:
    (block,) = page_with(tmp_path, "<!-- file: seed.yaml -->\n```yaml\na: 1\n```\n")
    assert (block.kind, block.name, block.code) == (FILE, "seed.yaml", "a: 1\n")


def test_commands_are_run_when_the_page_says_so(tmp_path: Path) -> None:
    blocks = page_with(
        tmp_path,
        "<!-- shell -->\n```console\n$ ls \\\n    -l\nshown\n$ pwd\n```\n\n"
        "<!-- not run: it installs -->\n```console\n$ pip\n```\n\n```console\n$ make\n```\n",
    )
    assert [(block.kind, block.name) for block in blocks] == [
        (SHELL, ""),
        (SHELL_NOT_RUN, "it installs"),
        (SHELL_NOT_RUN, ""),
    ]
    assert blocks[0].commands == "ls \\\n    -l\npwd"


def test_a_comment_without_its_block_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"page.md:3: no block after <!-- script -->"):
        page_with(tmp_path, "<!-- script -->\n\nNo code.\n")
