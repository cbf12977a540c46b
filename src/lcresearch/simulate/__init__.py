"""Data whose truth is known, drawn from models that the caller sets."""

from lcresearch.simulate.costs import CostPanel, CostTruth, cost_panel
from lcresearch.simulate.counties import CountyPanel, CountyTruth, county_panel
from lcresearch.simulate.market import MarketTruth, MarketWeeks, market
from lcresearch.simulate.price_pair import PricePair, PricePairTruth, price_pair

__all__ = [
    "CostPanel",
    "CostTruth",
    "CountyPanel",
    "CountyTruth",
    "MarketTruth",
    "MarketWeeks",
    "PricePair",
    "PricePairTruth",
    "cost_panel",
    "county_panel",
    "market",
    "price_pair",
]
