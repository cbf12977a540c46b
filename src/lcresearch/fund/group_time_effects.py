"""Effects of all cohorts in all periods, with their joint covariance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from lcresearch.fund.doubly_robust import CohortEffects, Estimator, NotIdentified, Sample
from lcresearch.fund.group_time_cells import Cell, Skipped
from lcresearch.fund.group_time_units import Units
from lcresearch.fund.influence import CHUNK, InfluenceSum
from lcresearch.fund.multiplier_bootstrap import Multipliers
from lcresearch.fund.repeated_sections import Rows, section_effect

__all__ = ["Found", "from_changes", "from_sections", "pairs_of", "same_comparison", "sample"]

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Found:
    """Cells with effects, and the joint covariance of effects and of the cohorts' shares.

    `notes` say what was left out of effects that could be estimated all the same.
    """

    cells: list[Cell]
    effects: Floats
    covariance: Floats
    draws: Floats | None
    skipped: list[Skipped]
    trimmed: dict[int, int]
    notes: tuple[str, ...] = ()


def from_changes(
    units: Units,
    cells: list[Cell],
    estimator: Estimator,
    draws: int,
    seed: int | None,
    multipliers: Multipliers,
) -> Found:
    """Estimate from the changes of units: one logit and one regression for many cells."""
    fitted: list[tuple[CohortEffects, list[Cell]]] = []
    skipped: list[Skipped] = []
    trimmed: dict[int, int] = {}
    for group in same_comparison(units, cells):
        first = group[0]
        try:
            effects = CohortEffects.fit(
                sample(units, units.rows(first.cohort), first.earlier),
                [
                    sample(units, part, first.earlier)
                    for part in units.controls(first.cohort, first.controls)
                ],
                pairs_of(group, units.periods),
                estimator,
            )
        except NotIdentified as reason:
            skipped += [Skipped(cell.cohort, cell.time, str(reason)) for cell in group]
            continue
        fitted.append((effects, group))
        if effects.trimmed:
            trimmed[first.cohort] = max(trimmed.get(first.cohort, 0), effects.trimmed)
    ordered = [cell for _, group in fitted for cell in group]
    ordered += [cell for cell in cells if cell.reference]
    ordered.sort(key=lambda cell: (cell.cohort, cell.time))
    position = {cell: column for column, cell in enumerate(ordered)}
    values = np.zeros(len(ordered))
    columns = [[position[cell] for cell in group] for _, group in fitted]
    for (effects, _), index in zip(fitted, columns, strict=True):
        values[index] = effects.effects
    cohorts = list(dict.fromkeys(cell.cohort for cell in ordered))
    gathered = InfluenceSum(
        len(ordered) + len(cohorts),
        cluster=units.cluster,
        draws=draws,
        multipliers=multipliers,
        seed=seed,
    )
    total = units.weight.sum()
    for code in range(units.never + 1):
        rows = units.rows(code)
        for start in range(rows.start, rows.stop, CHUNK):
            chunk = slice(start, min(start + CHUNK, rows.stop))
            index, blocks = [], []
            for (effects, group), place in zip(fitted, columns, strict=True):
                first = group[0]
                if code == first.cohort:
                    influence = effects.of_treated
                elif code >= first.controls:
                    influence = effects.of_controls
                else:
                    continue
                index += place
                blocks.append(influence(sample(units, chunk, first.earlier)))
            if code in cohorts:
                index.append(len(ordered) + cohorts.index(code))
                blocks.append(units.weight[chunk, None] / total)
            if index:
                gathered.add(chunk, index, np.concatenate(blocks, axis=1))
    return Found(ordered, values, *gathered.result(), skipped, trimmed)


def same_comparison(units: Units, cells: list[Cell]) -> list[list[Cell]]:
    """Return cells in groups with the same cohort, controls and covariates."""
    groups: dict[tuple[int, int, int], list[Cell]] = {}
    for cell in cells:
        if not cell.reference:
            period = cell.earlier if len(units.x) > 1 else 0
            groups.setdefault((cell.cohort, cell.controls, period), []).append(cell)
    return list(groups.values())


def sample(units: Units, rows: slice, period: int) -> Sample:
    """Return some of the units, with their covariates in a period."""
    return Sample(units.covariates(period)[rows], units.y[rows], units.weight[rows])


def pairs_of(cells: list[Cell], periods: int) -> Floats:
    """Return periods by cells: 1 for a cell's period, -1 for its base."""
    pairs = np.zeros((periods, len(cells)))
    for column, cell in enumerate(cells):
        pairs[cell.time, column] = 1
        pairs[cell.base, column] = -1
    return pairs


def from_sections(
    units: Units,
    cells: list[Cell],
    estimator: Estimator,
    draws: int,
    seed: int | None,
    multipliers: Multipliers,
) -> Found:
    """Estimate from the rows of each two periods as two cross-sections."""
    kept: list[Cell] = []
    values: list[float] = []
    influences: list[Floats] = []
    skipped: list[Skipped] = []
    trimmed: dict[int, int] = {}
    for cell in cells:
        influence = np.zeros(len(units.y))
        effect, cut = 0.0, 0
        if not cell.reference:
            try:
                effect, influence, cut = _section(units, cell, estimator)
            except NotIdentified as reason:
                skipped.append(Skipped(cell.cohort, cell.time, str(reason)))
                continue
        kept.append(cell)
        values.append(effect)
        influences.append(influence)
        if cut:
            trimmed[cell.cohort] = max(trimmed.get(cell.cohort, 0), cut)
    cohorts = list(dict.fromkeys(cell.cohort for cell in kept))
    total = units.weight.sum()
    for code in cohorts:
        share = np.zeros(len(units.y))
        share[units.rows(code)] = units.weight[units.rows(code)] / total
        influences.append(share)
    gathered = InfluenceSum(
        len(influences), cluster=units.cluster, draws=draws, multipliers=multipliers, seed=seed
    )
    for start in range(0, len(units.y), CHUNK):
        chunk = slice(start, start + CHUNK)
        block = np.array([influence[chunk] for influence in influences]).T
        if block.size:
            gathered.add(chunk, range(len(influences)), block)
    return Found(kept, np.array(values), *gathered.result(), skipped, trimmed)


def _section(units: Units, cell: Cell, estimator: Estimator) -> tuple[float, Floats, int]:
    """Return the effect of a cell, the influence of each unit, and how many rows were cut."""
    parts = [units.rows(cell.cohort), *units.controls(cell.cohort, cell.controls)]
    who = np.concatenate([np.arange(part.start, part.stop) for part in parts])
    cohort = np.arange(len(who)) < units.size(cell.cohort)
    seen = [np.isfinite(units.y[who, period]) for period in (cell.base, cell.time)]
    unit = np.concatenate([who[flag] for flag in seen])
    rows = Rows(
        x=np.concatenate(
            [
                units.covariates(period)[who[flag]]
                for period, flag in zip((cell.base, cell.time), seen, strict=True)
            ]
        ),
        y=np.concatenate([units.y[who[seen[0]], cell.base], units.y[who[seen[1]], cell.time]]),
        weight=units.weight[unit],
        treated=np.concatenate([cohort[flag] for flag in seen]),
        later=np.repeat([False, True], [seen[0].sum(), seen[1].sum()]),
    )
    effect, of_rows, cut = section_effect(rows, estimator)
    influence = np.zeros(len(units.y))
    np.add.at(influence, unit, of_rows)
    return effect, influence, cut
