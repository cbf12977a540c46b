import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from lcresearch.workflow.script import as_script

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
DRAW = """import lcresearch as lc
import matplotlib.pyplot as plt
for number in [1, 2]:
    # 连城: bytes and signs are counted apart
    "连城"; canvas, axes = plt.subplots(figsize=(1, 1))
    axes.set(xlabel="x", ylabel="y")
    _ = lc.figures.show(
        canvas, key=f"one.chart_{number}", alt="A drawing of nothing at all."
    )"""


def _script(*cells):
    notebook = new_notebook(cells=list(cells))
    return as_script(notebook, name="one", title='A "book"', version="0.1.0")


def _run(script, folder):
    path = folder / "one.py"
    path.write_text(script, "utf-8")
    done = subprocess.run(
        [sys.executable, path.name], cwd=folder, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_script_prints_what_its_notebook_shows(tmp_path):
    """What stands at the end of a cell must be printed, over lines and comments, and once."""
    out = _run(
        _script(
            new_code_cell("values = [1]\n(\n    values  # all\n    + [2]\n)  # the end"),
            new_code_cell('print("said")'),
            new_code_cell("display(values)"),
            new_code_cell("silent = 5"),
        ),
        tmp_path,
    )
    assert out.splitlines() == ["[1, 2]", "said", "[1]"]


def test_a_script_keeps_charts_as_pictures(tmp_path):
    """Each chart must be written to a file, where it is drawn in a loop as well."""
    out = _run(_script(new_code_cell(DRAW)), tmp_path)
    for number in (1, 2):
        assert (tmp_path / f"one.chart_{number}.png").read_bytes().startswith(b"\x89PNG")
        assert f"one.chart_{number}.png: A drawing of nothing at all." in out


def test_parameters_are_marked_and_text_is_a_comment():
    """Editors must find the cell of parameters; words of the notebook must not run."""
    parameters = new_code_cell("scale: float = 1.0", metadata={"tags": ["parameters"]})
    script = _script(new_markdown_cell("# One\n\nTwo `$x$`."), parameters)
    assert '# %% tags=["parameters"]\nscale: float = 1.0\n' in script
    assert "# %% [markdown]\n# # One\n#\n# Two `$x$`.\n" in script
    assert script.index("# # One") < script.index("scale: float")


@pytest.mark.parametrize("name", ["fund", "transmission"])
def test_scripts_of_the_book_are_python(name):
    """The book's notebooks must turn into programs that compile and keep all their charts."""
    notebook = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)
    script = as_script(notebook, name=name, title="A book", version="0.1.0")
    compile(script, name, "exec")
    drawn = sum(cell.source.count("figures.show(") for cell in notebook.cells)
    assert script.count("keep(lc.figures.show(") == drawn > 0
