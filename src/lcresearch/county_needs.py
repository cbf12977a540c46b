"""The figures that the notebooks ask a county for, besides its assumptions, and what each means."""

from __future__ import annotations

from typing import Final

from lcresearch.county import County, load_county, shipped_county

__all__ = ["ASKED", "missing_inputs", "model_county"]

ASKED: Final[dict[str, dict[str, tuple[str, str]]]] = {
    "reported": {
        "fund.annual": ("CNY/year", "the e-commerce fund"),
        "parcels.daily": ("parcel/day", "parcels of all firms, both directions"),
        "express.firms": ("firm", "express and logistics firms"),
        "delivery.points": ("point", "places where parcels are handed over"),
        "centres.opened": ("centre", "e-commerce service centres ever opened"),
        "sites.operating": ("site", "service sites in operation"),
        "townships": ("township", "townships that the network covers"),
        "talent.employed": ("person", "people who work in e-commerce"),
        "talent.demand": ("person", "people wanted in e-commerce"),
        "park.rent_free_ecommerce": ("year", "years without rent for e-commerce firms in the park"),
        "park.rent_free_logistics": ("year", "years without rent for express firms in the park"),
    },
    "published": {
        "area.county": ("km2", "area of the county"),
        "association.firms": ("firm", "firms that share the name of a local product"),
        "tour.constant": ("ratio", "shortest tour over the root of number of points times area"),
    },
}
"""Unit and meaning of each figure that a notebook cannot do without, by table and key."""

_OWN_CENSUS: Final = (
    "population_2010",
    "population_2020",
    "rural_population_2010",
    "rural_population_2020",
    "households_2020",
    "employed_2010",
    "employed_agriculture_2010",
    "employed_2020",
    "employed_agriculture_2020",
    "employed_trade_2020",
    "employed_transport_2020",
    "employed_ict_2020",
)
"""Cells of the county's own row in the census that notebooks use."""


def model_county() -> County:
    """Return the county that the library is about: it has all that notebooks ask for."""
    # Not by name: a folder of that name where the user is would be taken for it.
    return load_county(shipped_county("liancheng") or "liancheng")


def missing_inputs(county: County) -> list[str]:
    """Return what notebooks ask for and a county does not have: keys, or a table without rows."""
    known = {*county.keys}
    own = f"census.{county.about['code']}"
    cells = [f"{own}.{column}" for column in _OWN_CENSUS]
    asked = [*(key for keys in ASKED.values() for key in keys), *cells]
    assumed = model_county().assumptions["key"]
    missing = [key for key in (*asked, *assumed) if key not in known]
    if not known.intersection(cells):
        missing = [key for key in missing if key not in cells]
        missing.insert(0, f"a row of {county.name} in the table of the census")
    if county.townships.empty:
        missing.insert(0, "rows in the table of townships")
    return missing
