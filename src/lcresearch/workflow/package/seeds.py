"""Whether a notebook draws at random, and whether its draws can be repeated."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from lcresearch.workflow.parameters import Parameter

__all__ = ["drawing_cells", "seed_faults"]

# What numpy.random has beside its old functions, which share one hidden state.
_GENERATORS: Final = (
    "BitGenerator", "Generator", "MT19937", "PCG64", "PCG64DXSM", "Philox", "SFC64",
    "SeedSequence", "default_rng",
)  # fmt: skip
_SEEDS: Final = ("seed", "random_state")


def drawing_cells(cells: Sequence[tuple[int, str]]) -> list[int]:
    """Return the numbers of the cells that draw at random.

    A cell draws if it makes a generator, simulates, or gives a seed to a function.

    Parameters
    ----------
    cells
        Number and source of each code cell.
    """
    return [number for number, tree in _trees(cells) if any(map(_draws, ast.walk(tree)))]


def seed_faults(
    name: str, cells: Sequence[tuple[int, str]], parameters: Mapping[str, Parameter]
) -> list[str]:
    """Return a sentence for each reason why a notebook's draws would differ from run to run."""
    drawing = drawing_cells(cells)
    faults = []
    if drawing and not ("seed" in parameters and isinstance(parameters["seed"].default, int)):
        faults.append(
            f"Notebook {name} draws at random in cell {drawing[0]} and has no parameter seed: add "
            f"one, a whole number, to its parameters cell and draw from it."
        )
    for number, tree in _trees(cells):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _unseeded(node):
                faults.append(
                    f"Notebook {name}, cell {number}: {ast.unparse(node.func)} draws without a "
                    f"seed, so no run is like another: give it one."
                )
    return faults


def _trees(cells: Sequence[tuple[int, str]]) -> Iterator[tuple[int, ast.Module]]:
    for number, source in cells:
        try:
            yield number, ast.parse(source)
        except SyntaxError:
            # The notebook would fail in this cell, and verifying it says so.
            continue


def _draws(node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr in ("simulate", "default_rng") or _old_numpy(node)
    if isinstance(node, ast.Call):
        return any(keyword.arg in _SEEDS for keyword in node.keywords)
    return isinstance(node, ast.Name) and node.id == "default_rng"


def _unseeded(call: ast.Call) -> bool:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else ""
    name = call.func.id if isinstance(call.func, ast.Name) else name
    if name == "default_rng" and not call.args and not call.keywords:
        return True
    nothing = any(
        isinstance(value, ast.Constant) and value.value is None
        for value in (
            *(keyword.value for keyword in call.keywords if keyword.arg in _SEEDS),
            *(call.args[:1] if name == "default_rng" else ()),
        )
    )
    return nothing or _old_numpy(call.func)


def _old_numpy(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Attribute)
        and ast.unparse(node.value) in ("np.random", "numpy.random")
        and node.attr not in _GENERATORS
    )
