"""Which parameters a sweep tries: every combination of some values, draws from ranges, or both."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from lcresearch.county import County, load_county
from lcresearch.errors import ParameterError, did_you_mean
from lcresearch.workflow.parameters import Parameter, check_parameters, read_parameters
from lcresearch.workflow.project import Project
from lcresearch.workflow.yaml_values import read_yaml

__all__ = ["Grid", "grid_of", "read_grid"]

_FIELDS: Final = {
    "notebook": str,
    "fixed": dict,
    "grid": dict,
    "sample": dict,
    "draws": int,
    "seed": int,
    "time_limit": (int, float),
    "curves": list,
}
_NEEDED_FOR_DRAWS: Final = ("draws", "seed")
_MOST: Final = 100_000


@dataclass(frozen=True, kw_only=True)
class Grid:
    """A sweep to be done.

    Parameters
    ----------
    notebook
        Path of the notebook.
    runs
        Parameters of each run, in order.
    varied
        Names of the parameters that differ between runs.
    time_limit
        Seconds that a run may take; ``None``: as long as it likes.
    curves
        Keys of the claims that are drawn; none: the first that varies.
    """

    notebook: Path
    runs: tuple[dict[str, Any], ...]
    varied: tuple[str, ...]
    time_limit: float | None
    curves: tuple[str, ...]


def read_grid(path: Path, project: Project) -> Grid:
    """Read a sweep from a YAML file.

    ``notebook`` names the notebook and ``fixed`` holds parameters that all runs share. ``grid``
    has a list of values for each parameter, and every combination is run. ``sample`` has a range
    for each parameter, of which ``draws`` are drawn as a Latin hypercube with ``seed``: a mapping
    of ``low`` and ``high``, with ``mode`` for a triangle; or the key of one of the county's
    assumptions, whose range is taken. With both, every combination meets every draw.

    Raises
    ------
    ParameterError
        If the file is missing or not of this form, or the notebook does not have a parameter or
        does not accept a value.
    """
    return grid_of(path, read_yaml(path), project)


def grid_of(path: Path, given: Any, project: Project) -> Grid:
    """Return the sweep that the fields of a YAML file describe, as `read_grid` does.

    Parameters
    ----------
    path
        The file, for errors to name.
    given
        What it holds.
    project
        The checkout.
    """
    _check_fields(path, given)
    notebook = project.notebook(given["notebook"])
    known = read_parameters(notebook)
    fixed = given.get("fixed", {})
    choices, ranges = given.get("grid", {}), given.get("sample", {})
    _refuse_shared(path, fixed, choices, ranges)
    for name, values in choices.items():
        _check_values(path, name, values)
    combinations = math.prod(len(values) for values in choices.values())
    draws = _check_draws(path, given, ranges)
    if combinations * draws > _MOST:
        raise ParameterError(
            f"{path.name}: it asks for {combinations * draws:,} runs, and a sweep has at most "
            f"{_MOST:,}: give fewer values, or a sample of the combinations."
        )
    # Names and types are checked once for each value, before anything is run.
    check_parameters(notebook.stem, fixed, known)
    for name, values in choices.items():
        for value in values:
            check_parameters(notebook.stem, {name: value}, known)
    county = str(fixed.get("county", known["county"].default if "county" in known else ""))
    drawn = _draw(path, notebook.stem, ranges, draws, given.get("seed"), known, county)
    runs = [
        {**fixed, **dict(zip(choices, values, strict=True)), **sample}
        for values in itertools.product(*choices.values())
        for sample in drawn
    ]
    return Grid(
        notebook=notebook,
        runs=tuple(runs),
        varied=(*choices, *ranges),
        time_limit=given.get("time_limit"),
        curves=tuple(given.get("curves", ())),
    )


def _check_fields(path: Path, given: Any) -> None:
    if not isinstance(given, dict):
        raise ParameterError(
            f"{path.name}: must hold fields such as notebook: and grid:, each on its own line."
        )
    for name, value in given.items():
        if name not in _FIELDS:
            raise ParameterError(
                f"{path.name}: has no use for {name!r}; it takes {', '.join(_FIELDS)}."
                f"{did_you_mean(name, _FIELDS)}"
            )
        kind = _FIELDS[name]
        if not isinstance(value, kind) or isinstance(value, bool):  # type: ignore[arg-type]
            names = " or ".join(k.__name__ for k in (kind if isinstance(kind, tuple) else (kind,)))
            raise ParameterError(
                f"{path.name}: {name} must be of type {names}, not {type(value).__name__}."
            )
    if "notebook" not in given:
        raise ParameterError(f"{path.name}: name a notebook, such as notebook: logistics.")
    if given.get("time_limit", 1) <= 0:
        raise ParameterError(f"{path.name}: time_limit must be above zero, in seconds.")


def _refuse_shared(path: Path, *parts: Mapping[str, Any]) -> None:
    seen: set[str] = set()
    for part in parts:
        for name in part:
            if name in seen:
                raise ParameterError(
                    f"{path.name}: {name} stands in two of fixed, grid and sample: keep one."
                )
            seen.add(name)
    if not any(parts[1:]):
        raise ParameterError(f"{path.name}: give grid or sample, or there is nothing to vary.")


def _check_values(path: Path, name: str, values: Any) -> None:
    if not isinstance(values, list) or not values:
        raise ParameterError(
            f"{path.name}: grid gives {name} {values!r}: write a list of values, such as [1, 2]."
        )
    for number, value in enumerate(values):
        if value in values[:number]:
            raise ParameterError(f"{path.name}: grid gives {name} the value {value!r} twice.")


def _check_draws(path: Path, given: Mapping[str, Any], ranges: Mapping[str, Any]) -> int:
    if not ranges:
        for name in _NEEDED_FOR_DRAWS:
            if name in given:
                raise ParameterError(f"{path.name}: {name} is for a sample, and there is none.")
        return 1
    for name in _NEEDED_FOR_DRAWS:
        if name not in given:
            raise ParameterError(f"{path.name}: a sample needs {name}: a whole number.")
    if given["draws"] < 1:
        raise ParameterError(f"{path.name}: draws must be 1 or more, not {given['draws']}.")
    return int(given["draws"])


def _draw(
    path: Path,
    notebook: str,
    ranges: Mapping[str, Any],
    draws: int,
    seed: int | None,
    known: Mapping[str, Parameter],
    county: str,
) -> list[dict[str, Any]]:
    """Return one set of values for each draw: a Latin hypercube, stretched to the ranges."""
    if not ranges:
        return [{}]
    import numpy as np
    from scipy.stats import qmc, triang

    place = None
    shares = qmc.LatinHypercube(len(ranges), rng=np.random.default_rng(seed)).random(draws)
    columns = {}
    for (name, given), share in zip(ranges.items(), shares.T, strict=True):
        if isinstance(given, str) and place is None:
            place = load_county(county or "liancheng")
        low, mode, high = _range(path, name, given, place)
        check_parameters(notebook, {name: low}, known)
        if "float" not in known[name].types:
            raise ParameterError(
                f"{path.name}: {name} takes whole numbers, which are not drawn from a range: give "
                f"its values in grid."
            )
        if mode is None:
            values = low + share * (high - low)
        elif low == high:
            values = np.full(draws, low)
        else:
            values = triang.ppf(share, (mode - low) / (high - low), low, high - low)
        columns[name] = values.tolist()
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _range(
    path: Path, name: str, given: Any, place: County | None
) -> tuple[float, float | None, float]:
    fault = f"{path.name}: sample gives {name} {given!r}"
    if isinstance(given, str):
        assert place is not None
        figure = place.figure(given)
        if figure.value is None or figure.low is None or figure.high is None:
            raise ParameterError(f"{fault}: that figure has no range; give low and high.")
        return float(figure.low), float(figure.value), float(figure.high)
    if not isinstance(given, dict) or not {"low", "high"} <= set(given) <= {"low", "mode", "high"}:
        raise ParameterError(
            f"{fault}: write low and high, with a mode or without, or the key of an assumption."
        )
    numbers = {}
    for part, value in given.items():
        if (
            isinstance(value, bool)
            or not isinstance(value, int | float)
            or not math.isfinite(value)
        ):
            raise ParameterError(f"{fault}: {part} must be a number.")
        numbers[part] = float(value)
    low, mode, high = numbers["low"], numbers.get("mode"), numbers["high"]
    if not low <= (low if mode is None else mode) <= high:
        raise ParameterError(f"{fault}: it needs low <= mode <= high.")
    return low, mode, high
