"""Triple differences of all cohorts in all periods, with their joint covariance.

Ortiz-Villavicencio and Sant'Anna (2025), "Better Understanding Triple Differences Estimators". For
a cohort ``g`` with eligible units and a control cohort ``c`` the effect in a period is

    DiD[(g, eligible), (g, others)] + DiD[(g, eligible), (c, eligible)]
        - DiD[(g, eligible), (c, others)],

three doubly robust differences in differences, each averaged over the covariates of ``(g,
eligible)``. With several control cohorts the effects are combined with the weights
``W 1 / (1' W 1)``, ``W`` the inverse of their covariance, which give the least variance; pooling
the control cohorts, as one may in a double difference, would be wrong here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from lcresearch.fund.clusters import sum_by_cluster
from lcresearch.fund.doubly_robust import CohortEffects, Estimator, NotIdentified, Sample
from lcresearch.fund.group_time_cells import Cell, Skipped
from lcresearch.fund.group_time_effects import Found, pairs_of, same_comparison
from lcresearch.fund.group_time_units import Units
from lcresearch.fund.influence import CHUNK, InfluenceSum
from lcresearch.fund.multiplier_bootstrap import Multipliers

__all__ = ["from_triples"]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class _Triple:
    """Effects of some cells, and the influence of units on them (squares sum to the variance).

    `unused` are the control cohorts that gave no effect, and why.
    """

    effects: Floats
    influence: Floats
    trimmed: int
    unused: tuple[tuple[int, str], ...] = ()


def from_triples(
    units: Units,
    cells: list[Cell],
    estimator: Estimator,
    draws: int,
    seed: int | None,
    multipliers: Multipliers,
) -> Found:
    """Estimate every cell; with gaps, from the units that have a row in both periods."""
    assert units.eligible is not None
    skipped: list[Skipped] = []
    trimmed: dict[int, int] = {}
    unused: dict[tuple[int, int, str], list[int]] = {}
    found: dict[Cell, tuple[float, Floats]] = {
        cell: (0.0, np.zeros(len(units.y))) for cell in cells if cell.reference
    }
    for group in _groups(units, cells):
        try:
            triple = _combine(units, group, estimator)
        except NotIdentified as failed:
            skipped += [Skipped(cell.cohort, cell.time, str(failed)) for cell in group]
            continue
        for column, cell in enumerate(group):
            found[cell] = float(triple.effects[column]), triple.influence[:, column]
            for control, reason in triple.unused:
                unused.setdefault((cell.cohort, control, reason), []).append(cell.time)
        if triple.trimmed:
            cohort = group[0].cohort
            trimmed[cohort] = max(trimmed.get(cohort, 0), triple.trimmed)
    kept = sorted(found, key=lambda cell: (cell.cohort, cell.time))
    influences = [found[cell][1] for cell in kept]
    total = units.weight.sum()
    for code in dict.fromkeys(cell.cohort for cell in kept):
        share = np.zeros(len(units.y))
        share[units.rows(code)] = units.counted[units.rows(code)] / total
        influences.append(share)
    gathered = InfluenceSum(
        len(influences), cluster=units.cluster, draws=draws, multipliers=multipliers, seed=seed
    )
    for start in range(0, len(units.y) if influences else 0, CHUNK):
        chunk = slice(start, start + CHUNK)
        block = np.array([influence[chunk] for influence in influences]).T
        gathered.add(chunk, range(len(influences)), block)
    values = np.array([found[cell][0] for cell in kept])
    notes = _without(units, unused)
    return Found(kept, values, *gathered.result(), skipped, trimmed, notes)


def _without(units: Units, unused: dict[tuple[int, int, str], list[int]]) -> tuple[str, ...]:
    """Return one sentence for each cohort, control cohort and reason."""
    sentences = []
    for (cohort, control, reason), times in unused.items():
        periods = ", ".join(str(units.label(time)) for time in sorted(times))
        sentences.append(
            f"Cohort {units.label(cohort)} is compared in {periods} without "
            f"{_name(units, control)}: {reason}."
        )
    return tuple(sentences)


def _name(units: Units, code: int) -> str:
    return "the never treated" if code == units.never else f"cohort {units.label(code)}"


def _groups(units: Units, cells: list[Cell]) -> list[list[Cell]]:
    """Return cells in groups that share their units, controls and covariates."""
    if units.balanced:
        return same_comparison(units, cells)
    return [[cell] for cell in cells if not cell.reference]


def _combine(units: Units, group: list[Cell], estimator: Estimator) -> _Triple:
    """Return the effects of a group of cells, over its control cohorts.

    Raises
    ------
    NotIdentified
        If no control cohort gives an effect; for the reason of the first.
    """
    triples: list[_Triple] = []
    reasons: list[tuple[int, NotIdentified]] = []
    for code in _control_cohorts(units, group[0]):
        try:
            triples.append(_triple(units, group, code, estimator))
        except NotIdentified as reason:
            reasons.append((code, reason))
    if not triples:
        raise reasons[0][1]
    unused = tuple((code, str(reason)) for code, reason in reasons)
    if len(triples) == 1:
        return replace(triples[0], unused=unused)
    effects = np.array([triple.effects for triple in triples])
    influence = np.array([triple.influence for triple in triples])
    weights = np.empty_like(effects)
    for column in range(len(group)):
        by_cluster = influence[:, :, column].T
        if units.cluster is not None:
            by_cluster = sum_by_cluster(by_cluster, units.cluster, units.clusters)
        weights[:, column] = _least_variance(by_cluster.T @ by_cluster)
    return _Triple(
        effects=(weights * effects).sum(axis=0),
        influence=np.einsum("cj,cij->ij", weights, influence),
        trimmed=max(triple.trimmed for triple in triples),
        unused=unused,
    )


def _control_cohorts(units: Units, cell: Cell) -> Iterator[int]:
    for code in range(cell.controls, units.never + 1):
        if code != cell.cohort and units.size(code):
            yield code


def _least_variance(covariance: Floats) -> Floats:
    """Return the weights, adding to one, of the combination with the least variance."""
    size = np.sqrt(np.diag(covariance))
    exact = size == 0
    if exact.any():
        return np.asarray(exact / exact.sum())
    scaled = covariance / np.outer(size, size)
    # Effects that share their treated units are alike, and nearly collinear where few differ.
    solved = np.linalg.lstsq(scaled, 1 / size, rcond=1e-10)[0] / size
    return np.asarray(solved / solved.sum())


def _triple(units: Units, group: list[Cell], control: int, estimator: Estimator) -> _Triple:
    """Return the effects against one control cohort."""
    cell = group[0]
    seen: npt.NDArray[np.bool_] = np.ones(len(units.y), dtype=bool)
    y, pairs = units.y, pairs_of(group, units.periods)
    if not units.balanced:
        y, pairs = units.y[:, [cell.base, cell.time]], np.array([[-1.0], [1.0]])
        seen = np.asarray(np.isfinite(y).all(axis=1))
    quarters = {
        (code, flag): _members(units, seen, code, flag)
        for code in (cell.cohort, control)
        for flag in (True, False)
    }
    for (code, flag), rows in quarters.items():
        _refuse_thin(units, rows, code, flag)

    def sample(rows: Ints) -> Sample:
        return Sample(units.covariates(cell.earlier)[rows], y[rows], units.weight[rows])

    own = quarters[cell.cohort, True]
    effects = np.zeros(len(group))
    influence = np.zeros((len(units.y), len(group)))
    trimmed = 0
    for sign, others in (
        (1, quarters[cell.cohort, False]),
        (1, quarters[control, True]),
        (-1, quarters[control, False]),
    ):
        fitted = CohortEffects.fit(sample(own), [sample(others)], pairs, estimator)
        effects += sign * fitted.effects
        influence[own] += sign * fitted.of_treated(sample(own))
        influence[others] += sign * fitted.of_controls(sample(others))
        trimmed += fitted.trimmed
    return _Triple(effects, influence, trimmed)


def _members(units: Units, seen: npt.NDArray[np.bool_], code: int, eligible: bool) -> Ints:
    assert units.eligible is not None
    rows = units.rows(code)
    inside = seen[rows] & (units.eligible[rows] == eligible)
    return np.asarray(np.flatnonzero(inside) + rows.start)


def _refuse_thin(units: Units, rows: Ints, code: int, eligible: bool) -> None:
    if len(rows) > 1:
        return
    who = "never treated" if code == units.never else f"of {_name(units, code)}"
    kind = "eligible" if eligible else "ineligible"
    raise NotIdentified(
        f"{'one unit' if len(rows) else 'no unit'} {who} is {kind} and has both periods, where "
        f"two are needed"
    )
