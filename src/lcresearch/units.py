"""The units of measurement that a figure may carry, and how they read in words."""

from __future__ import annotations

from typing import Final

from lcresearch.errors import UnitError, did_you_mean

__all__ = ["UNIT_WORDS", "check_unit", "describe_unit"]

# Each base unit with its singular and plural in words. A unit is one of these, or
# several divided from left to right: "CNY/person/year" is yuan per person and year.
UNIT_WORDS: Final = {
    "CNY": ("yuan", "yuan"),
    "bn CNY": ("billion yuan", "billion yuan"),
    "USD": ("US dollar", "US dollars"),
    "person": ("person", "persons"),
    "household": ("household", "households"),
    "worker": ("worker", "workers"),
    "parcel": ("parcel", "parcels"),
    "pack": ("pack", "packs"),
    "point": ("delivery point", "delivery points"),
    "site": ("operating site", "operating sites"),
    "centre": ("service centre", "service centres"),
    "firm": ("firm", "firms"),
    "township": ("township", "townships"),
    "village": ("village", "villages"),
    "community": ("community", "communities"),
    "vehicle": ("vehicle", "vehicles"),
    "stop": ("stop", "stops"),
    "km": ("km", "km"),
    "km2": ("km²", "km²"),
    "m": ("m", "m"),
    "m2": ("m²", "m²"),
    "degree": ("degree", "degrees"),
    "kg": ("kg", "kg"),
    "mu": ("mu", "mu"),
    "hour": ("hour", "hours"),
    "day": ("day", "days"),
    "week": ("week", "weeks"),
    "month": ("month", "months"),
    "year": ("year", "years"),
    "calendar year": ("", ""),
    "share": ("", ""),
    "ratio": ("", ""),
    "count": ("", ""),
    "log points": ("log points", "log points"),
    "percentage point": ("percentage point", "percentage points"),
}


def check_unit(unit: str) -> str:
    """Return `unit` if every part of it is known.

    Parameters
    ----------
    unit
        A base unit, or base units divided from left to right by ``/``.

    Raises
    ------
    UnitError
        If a part is not a known unit; the message offers the nearest known one.
    """
    if not isinstance(unit, str) or not unit.strip():
        raise UnitError("A figure needs a unit: give one such as 'CNY/year', or 'count'.")
    for part in unit.split("/"):
        if part not in UNIT_WORDS:
            hint = did_you_mean(part, UNIT_WORDS, cutoff=0.5)
            raise UnitError(
                f"Unit {unit!r} is not known: {part!r} is not one of {', '.join(UNIT_WORDS)}.{hint}"
            )
    return unit


def describe_unit(unit: str, value: float | None = None) -> str:
    """Return `unit` in words, in the number that agrees with `value`.

    Parameters
    ----------
    unit
        A unit that `check_unit` accepts.
    value
        The quantity that stands before the unit; ``None`` reads as a plural.

    Returns
    -------
    str
        For example ``"yuan per person"``; empty for shares, ratios and counts.
    """
    head, *rest = check_unit(unit).split("/")
    words = [UNIT_WORDS[head][value is None or abs(value) != 1]]
    words += [UNIT_WORDS[part][0] or part for part in rest]
    return " per ".join(words).strip()
