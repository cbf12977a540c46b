"""The form of a county's files: one pandera schema for each, with the remedy for every fault."""

from __future__ import annotations

from typing import Any, Final

import pandas as pd
import pandera.pandas as pa

from lcresearch.errors import UnitError
from lcresearch.units import check_unit

__all__ = [
    "ABOUT",
    "FILES",
    "INVENTED",
    "KNOWN_UNIT",
    "SCHEMAS",
    "SIX_DIGITS",
    "optional_text",
    "text",
]

INVENTED: Final = "invented"
"""Source of numbers that were made up: whatever names it is graded as simulated."""

SIX_DIGITS: Final = r"^[0-9]{6}\Z"
"""Pattern of a county's code."""

ABOUT: Final = {
    "name": "name in Latin letters, as charts show it",
    "name_zh": "name in Chinese characters",
    "code": "code of the National Bureau of Statistics, six digits; census.csv has a row of it",
    "prefecture": "prefecture that the county belongs to",
    "prefecture_zh": "the same in Chinese characters",
    "province": "province that the county belongs to",
    "province_zh": "the same in Chinese characters",
}
"""What ``county.toml`` says, and what each line of it means."""


def _known_unit(unit: str) -> bool:
    try:
        check_unit(unit)
    except UnitError:
        return False
    return True


# The text of a check is what the user reads: it says what to do.
_FILLED = pa.Check(lambda s: s.str.strip() != "", error="is empty: fill it in")
KNOWN_UNIT = pa.Check(
    _known_unit, element_wise=True, error="is not a known unit: see the units in data/README.md"
)


def _one_of(*words: str) -> pa.Check:
    return pa.Check.isin(words, error=f"must be one of {', '.join(words)}")


def _between(low: float, high: float, words: str) -> pa.Check:
    return pa.Check.in_range(low, high, error=f"must be {words}")


def text(description: str, **options: Any) -> pa.Column:
    """Return a column of text that is filled in every row."""
    return pa.Column(str, _FILLED, description=description, **options)


def optional_text(description: str) -> pa.Column:
    """Return a column of text that may be empty."""
    return pa.Column(str, nullable=True, description=description)


def _number(
    description: str,
    unit: str | None,
    check: pa.Check | None = None,
    *,
    missing: bool = False,
) -> pa.Column:
    return pa.Column(
        float,
        check,
        nullable=missing,
        coerce=True,
        description=description,
        # None: the unit stands in the row's own column ``unit``.
        metadata={"unit": unit},
    )


_NOT_NEGATIVE = pa.Check.ge(0, error="must not be negative")
_POSITIVE = pa.Check.gt(0, error="must be greater than zero")
_KEY = pa.Check.str_matches(
    r"^[a-z0-9_]+(\.[A-Za-z0-9_-]+)*\Z", error="must be words joined by dots, such as fund.annual"
)
_SOURCE = "key of a row in sources.csv"
_LOCATOR = "where in the source: section, table, page or address"
_FIGURE_KEY = pa.Column(
    str, _KEY, unique=True, description="dotted name by which pages and notebooks call the figure"
)
_YEAR = pa.Column(str, nullable=True, description="year or date that the figure refers to")
_BOUND = pa.Column(
    str,
    _one_of("exact", "at_least", "at_most", "direction"),
    description="what the source says of the value; direction: it gives no number",
)
_VALUE_OR_DIRECTION = pa.Check(
    lambda frame: frame["value"].notna() != (frame["bound"] == "direction"),
    error="value must be a number, unless bound is direction: then leave it empty",
)


def _figures(extra: dict[str, pa.Column] | None = None) -> pa.DataFrameSchema:
    return pa.DataFrameSchema(
        {
            "key": _FIGURE_KEY,
            "value": _number("the number", None, missing=True),
            "bound": _BOUND,
            "unit": pa.Column(str, KNOWN_UNIT, description="unit of measurement"),
            "year": _YEAR,
            "source": text(_SOURCE),
            "locator": text(_LOCATOR),
            **(extra or {}),
            "note": optional_text("what a reader must know, ambiguities first"),
        },
        checks=_VALUE_OR_DIRECTION,
        strict=True,
    )


_COUNT = "person"
_CENSUS_COLUMNS = {
    "population_2010": ("resident population, 2010 census", _COUNT),
    "population_2020": ("resident population, 2020 census", _COUNT),
    "rural_population_2010": ("resident population of rural areas, 2010 census", _COUNT),
    "rural_population_2020": ("resident population of rural areas, 2020 census", _COUNT),
    "households_2010": ("households, 2010 census", "household"),
    "households_2020": ("households, 2020 census", "household"),
    "schooling_2010": ("mean years of schooling, 2010 census", "year"),
    "schooling_2020": ("mean years of schooling, 2020 census", "year"),
    "employed_2010": ("employed persons in the 10 % long form of 2010", _COUNT),
    "employed_agriculture_2010": ("of these in agriculture, 2010", _COUNT),
    "employed_2020": ("employed persons in the 10 % long form of 2020", _COUNT),
    "employed_agriculture_2020": ("of these in agriculture, 2020", _COUNT),
    "employed_trade_2020": ("of these in wholesale and retail trade, 2020", _COUNT),
    "employed_transport_2020": ("of these in transport, storage and post, 2020", _COUNT),
    "employed_ict_2020": ("of these in information and communication services, 2020", _COUNT),
}

SCHEMAS: Final[dict[str, pa.DataFrameSchema]] = {
    "sources": pa.DataFrameSchema(
        {
            "source": text(
                f"short name that other files refer to; {INVENTED}: its numbers are made up, and "
                f"graded as simulated",
                unique=True,
            ),
            "citation": text("how to cite it, in words"),
            "url": optional_text("where to find it; empty where no address is known"),
            "licence": text("terms of use, or 'facts only' where only facts were taken"),
            "note": optional_text("what is not known about the source"),
        },
        strict=True,
    ),
    "reported": _figures(),
    "published": _figures(
        {
            "confidence": pa.Column(
                str,
                _one_of("high", "medium", "low"),
                description="how well the source is attested; low: a claim, and to be called one",
            )
        }
    ),
    "townships": pa.DataFrameSchema(
        {
            "code": pa.Column(
                str,
                pa.Check.str_matches(
                    r"^[0-9]{9}\Z", error="must be the nine digits of the NBS code"
                ),
                unique=True,
                description="code of the National Bureau of Statistics, nine digits",
            ),
            "name": text("name in Latin letters", unique=True),
            "name_zh": text("name in Chinese characters"),
            "seat": pa.Column(
                str, _one_of("yes", "no"), description="whether the county's government sits there"
            ),
            "lat": _number(
                "latitude, WGS 84",
                "degree",
                _between(-90, 90, "a latitude between -90 and 90; are lat and lon swapped?"),
            ),
            "lon": _number(
                "longitude, WGS 84", "degree", _between(-180, 180, "a longitude within 180 degrees")
            ),
            "point": pa.Column(
                str,
                _one_of("measured", "approximate"),
                description="whether the point was measured or placed by a verbal description",
            ),
            "villages": _number("village committees", "village", _NOT_NEGATIVE),
            "communities": _number("resident communities", "community", _NOT_NEGATIVE),
            "area_km2": _number("area", "km2", _POSITIVE, missing=True),
            "population": _number(
                "population of the year in its note", "person", _POSITIVE, missing=True
            ),
            "population_note": optional_text(
                "year and kind (resident, registered) of the population"
            ),
            "road_km": _number(
                "road distance to the county seat", "km", _NOT_NEGATIVE, missing=True
            ),
            "elevation_m": _number("elevation of the township's seat", "m", missing=True),
            "source": text(_SOURCE),
            "locator": text(_LOCATOR),
        },
        checks=pa.Check(
            lambda frame: pd.Series(
                [(frame["seat"] == "yes").sum() == 1] * len(frame), frame.index
            ),
            error="exactly one township must have seat = yes",
        ),
        strict=True,
    ),
    "census": pa.DataFrameSchema(
        {
            "code": pa.Column(
                str,
                pa.Check.str_matches(SIX_DIGITS, error="must be the six digits of the NBS code"),
                unique=True,
                description="code of the county, six digits",
            ),
            "name": text("name in Latin letters", unique=True),
            "name_zh": text("name in Chinese characters"),
            **{
                name: _number(words, unit, _NOT_NEGATIVE, missing=True)
                for name, (words, unit) in _CENSUS_COLUMNS.items()
            },
            "source": text(_SOURCE),
            "locator": text(_LOCATOR),
        },
        strict=True,
    ),
    "literature": pa.DataFrameSchema(
        {
            "id": pa.Column(
                str,
                pa.Check.str_matches(r"^[A-Za-z0-9_-]+\Z", error="must be letters, digits, _ or -"),
                unique=True,
                description="short name of the estimate",
            ),
            "strand": pa.Column(
                str,
                _one_of("fund", "logistics", "pricing", "method"),
                description="where it belongs",
            ),
            "outcome": text("what was measured, on whom"),
            "estimate": _number("empty where no number was seen", None, missing=True),
            "std_error": _number(
                "standard error, in the estimate's unit", None, _POSITIVE, missing=True
            ),
            "unit": pa.Column(str, KNOWN_UNIT, description="unit of the estimate"),
            "finding": text("the result in words"),
            "sample": optional_text("number and kind of units, years"),
            "design": text("how it was identified"),
            "verification": pa.Column(
                str,
                _one_of("seen", "abstract", "secondary"),
                description="seen: table read; abstract: abstract read; secondary: quoted by another",
            ),
            "source": text(_SOURCE),
            "locator": text(_LOCATOR),
            "note": optional_text("what a reader must know"),
        },
        strict=True,
    ),
    "assumptions": pa.DataFrameSchema(
        {
            "key": _FIGURE_KEY,
            "low": _number("lowest value thought possible", None),
            "mode": _number("value thought most likely", None),
            "high": _number("highest value thought possible", None),
            "unit": pa.Column(str, KNOWN_UNIT, description="unit of measurement"),
            "reason": text("why these three values"),
            "source": optional_text(_SOURCE + ", where one supports the choice"),
        },
        checks=pa.Check(
            lambda frame: (frame["low"] <= frame["mode"]) & (frame["mode"] <= frame["high"]),
            error="low, mode and high must be in this order",
        ),
        strict=True,
    ),
}
"""Schema of each file of a county's folder, by the file's name without ``.csv``."""

FILES: Final = tuple(f"{name}.csv" for name in SCHEMAS)
"""Names of the files that a county's folder holds, besides ``county.toml``."""
