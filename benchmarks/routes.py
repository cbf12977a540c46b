"""Kilometres by the approximation beside routes that PyVRP finds on the county's map."""

from __future__ import annotations

import argparse
import csv
from importlib.metadata import version
from pathlib import Path

import numpy as np
import pandas as pd

import lcresearch as lc

TABLE = Path(__file__).with_name("routes.csv")


def main() -> None:
    """Search routes for three capacities and two layouts of stops, and keep the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", action="store_true", help=f"keep the rows in {TABLE.name}")
    parser.add_argument("--seconds", type=float, default=8.0, help="of each search")
    given = parser.parse_args()
    place = lc.load_county("liancheng")
    capacity = place.value("logistics.vehicle_capacity")
    rows = []
    for factor in (0.5, 1.0, 2.0):
        network, down, up = _county(place, factor * capacity)
        for seed in (0, 1):
            plan = network.routes(down, up, seconds=given.seconds, seed=seed)
            row = (
                f"{factor * capacity:.0f}",
                seed + 1,
                f"PyVRP {version('pyvrp')}, {given.seconds:g} s",
                f"{plan.approximation_km:,.0f}",
                f"{plan.km:,.0f}",
                f"{100 * plan.gap:+.1f}",
            )
            print(*row)
            rows.append(row)
    if given.store:
        with TABLE.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(
                (
                    "parcels a vehicle carries",
                    "layout of stops",
                    "search",
                    "km a day by the formula",
                    "km a day by routes",
                    "formula less routes, per cent",
                )
            )
            writer.writerows(rows)


def _county(
    place: lc.County, capacity: float
) -> tuple[lc.logistics.DeliveryNetwork, pd.Series, pd.Series]:
    """Return the county's network and parcels, all other assumptions at their modes."""
    towns = place.townships
    units = towns["villages"] + towns["communities"]
    unknown = towns["area_km2"].isna()
    left = place.value("area.county") - towns["area_km2"].sum()
    zones = towns.assign(
        area_km2=towns["area_km2"].fillna(left * units / units[unknown].sum()),
        points=place.value("delivery.points") * units / units.sum(),
    )
    seat = towns["seat"] == "yes"
    network = lc.logistics.DeliveryNetwork(
        zones,
        hub=towns.loc[seat, "name"].item(),
        detour=place.value("logistics.detour"),
        vehicle=lc.logistics.Vehicle(
            capacity=capacity, cost_per_km=place.value("logistics.cost_per_km")
        ),
    )
    at_seat = place.value("logistics.seat_share")
    outside = units.where(~seat, 0)
    share = np.where(seat, at_seat, (1 - at_seat) * outside / outside.sum())
    parcels = pd.Series(place.value("parcels.daily") * share, towns["name"].to_numpy())
    uplink = place.value("logistics.uplink_share")
    return network, parcels * (1 - uplink), parcels * uplink


if __name__ == "__main__":
    main()
