"""A notebook as a script: its cells in order, which Python runs without Jupyter."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any, Final

__all__ = ["as_script"]

_HEAD: Final = '''\
"""Notebook {name} of the book "{title}", as a script.

It needs the library lcresearch {version}. Change the parameters in the first cell of code and run
it with Python; charts are written as pictures to the folder that it is run in. Lines that begin
with "# %%" divide cells, which editors such as Spyder and Visual Studio Code can run one by one.
"""

from pathlib import Path

display = print  # what Jupyter offers to cells


def keep(chart):
    """Write a chart as a picture and say so."""
    Path(f"{{chart.key}}.png").write_bytes(chart.png)
    print(f"Chart {{chart.key}}.png: {{chart.alt}}")
'''
_TAIL: Final = """\
# %% [markdown]
# What was found

# %%
import lcresearch
from lcresearch.wording import describe_value

for claim in lcresearch.ledger.claims:
    print(f"{claim.key} = {describe_value(claim)} ({claim.grade})")
"""
# Calls whose value need not be printed: they print by themselves.
_SPEAKING: Final = ("print", "display", "keep")


def as_script(notebook: Mapping[str, Any], *, name: str, title: str, version: str) -> str:
    """Return a notebook as a script.

    Text becomes comments. What a cell shows because it stands at its end is printed, and charts
    are written to files.

    Parameters
    ----------
    notebook
        The notebook's JSON.
    name
        Its name, without suffix.
    title
        Title of the book.
    version
        Version of the library that it was written for.
    """
    parts = [_HEAD.format(name=name, title=title.replace('"', "'"), version=version)]
    for cell in notebook["cells"]:
        source = "".join(cell["source"]).rstrip()
        if cell["cell_type"] == "markdown":
            lines = (f"# {line}".rstrip() for line in source.split("\n"))
            parts.append("\n".join(["# %% [markdown]", *lines]) + "\n")
        elif cell["cell_type"] == "code" and source:
            tags = cell["metadata"].get("tags", [])
            mark = ' tags=["parameters"]' if "parameters" in tags else ""
            parts.append(f"# %%{mark}\n{_spoken(source)}\n")
    return "\n".join([*parts, _TAIL])


def _spoken(source: str) -> str:
    """Return a cell's code with its charts kept and its last value printed."""
    tree = ast.parse(source)
    changes = list(_kept_charts(tree))
    last = tree.body[-1] if tree.body else None
    if isinstance(last, ast.Expr) and not _speaks(last.value):
        changes.append((_start(last), _start(last), "print("))
        changes.append((_end(last), _end(last), ")"))
    # Lines and columns are counted in bytes, and from the end, so that earlier ones stay true.
    lines = [line.encode() for line in source.split("\n")]
    for start, end, words in sorted(changes, reverse=True):
        _replace(lines, start, end, words.encode())
    return b"\n".join(lines).decode()


_Place = tuple[int, int]


def _kept_charts(tree: ast.Module) -> Iterator[tuple[_Place, _Place, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and _shows_chart(node.value):
            yield _start(node), _start(node.value), "keep("
            yield _end(node.value), _end(node.value), ")"


def _shows_chart(value: ast.expr) -> bool:
    return isinstance(value, ast.Call) and ast.unparse(value.func).endswith("figures.show")


def _speaks(value: ast.expr) -> bool:
    return isinstance(value, ast.Call) and ast.unparse(value.func) in _SPEAKING


def _start(node: ast.stmt | ast.expr) -> _Place:
    return node.lineno - 1, node.col_offset


def _end(node: ast.stmt | ast.expr) -> _Place:
    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    return node.end_lineno - 1, node.end_col_offset


def _replace(lines: list[bytes], start: _Place, end: _Place, words: bytes) -> None:
    (first, left), (last, right) = start, end
    lines[first : last + 1] = [lines[first][:left] + words + lines[last][right:]]
