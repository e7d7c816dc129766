"""The notebook runs from its first cell to its last, and is stored without what a run leaves."""

import json
from pathlib import Path

from tests.examples.processes import EXAMPLES, HERE, finished, python

NOTEBOOK = EXAMPLES / "notebook.ipynb"


def test_it_runs_to_its_end(tmp_path: Path) -> None:
    run = finished(*python(HERE / "run_notebook.py", NOTEBOOK), cwd=tmp_path)
    assert run.stderr == ""
    assert run.returncode == 0
    assert "('ana', 'ana@acme.example', <EntityState.ENABLED: 'ENABLED'>)" in run.stdout
    assert "EntityNotFoundException: " in run.stdout
    assert "COMPLETED 100 %" in run.stdout
    assert "[('Archive/2024', 'Keys for the new archive'), " in run.stdout
    assert run.stdout.count("status=<Status.SAFE: 'safe'>") == 2


def test_it_is_stored_without_results() -> None:
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    code = [cell for cell in cells if cell["cell_type"] == "code"]
    assert len(code) > 5
    assert [cell for cell in code if cell["outputs"] or cell["execution_count"]] == []
    assert [cell for cell in code if cell["metadata"]] == []
