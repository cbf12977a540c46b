"""Data whose truth is known, drawn from models that the caller sets."""

from lcresearch.simulate.costs import CostPanel, CostTruth, cost_panel
from lcresearch.simulate.counties import CountyPanel, CountyTruth, county_panel

__all__ = [
    "CostPanel",
    "CostTruth",
    "CountyPanel",
    "CountyTruth",
    "cost_panel",
    "county_panel",
]
