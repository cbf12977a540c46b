from lcresearch.pricing.aids import AIDS as AIDS
from lcresearch.pricing.brand_dynamics import cooperation_threshold as cooperation_threshold
from lcresearch.pricing.brand_dynamics import slow_reputation_effort as slow_reputation_effort
from lcresearch.pricing.brand_dynamics import sustainable_effort as sustainable_effort
from lcresearch.pricing.brand_game import BrandGame as BrandGame
from lcresearch.pricing.brand_game import BrandOutcome as BrandOutcome
from lcresearch.pricing.brand_game import BrandSolution as BrandSolution
from lcresearch.pricing.build_up import PriceBuildUp as PriceBuildUp
from lcresearch.pricing.build_up import price_build_up as price_build_up
from lcresearch.pricing.build_up_draws import BuildUpDraws as BuildUpDraws
from lcresearch.pricing.build_up_draws import build_up_draws as build_up_draws
from lcresearch.pricing.cointegration import Cointegration as Cointegration
from lcresearch.pricing.demand import Demand as Demand
from lcresearch.pricing.demand import Slopes as Slopes
from lcresearch.pricing.engle_granger import engle_granger as engle_granger
from lcresearch.pricing.equal_sellers import EqualSellers as EqualSellers
from lcresearch.pricing.equal_sellers import EqualSellersOutcome as EqualSellersOutcome
from lcresearch.pricing.hedonic import HedonicPrice as HedonicPrice
from lcresearch.pricing.hedonic import HedonicResults as HedonicResults
from lcresearch.pricing.instruments import blp_instruments as blp_instruments
from lcresearch.pricing.instruments import (
    differentiation_instruments as differentiation_instruments,
)
from lcresearch.pricing.logit_demand import LogitDemand as LogitDemand
from lcresearch.pricing.logit_demand import LogitDemandResults as LogitDemandResults
from lcresearch.pricing.logit_demand import LogitProducts as LogitProducts
from lcresearch.pricing.market import Equilibrium as Equilibrium
from lcresearch.pricing.market import Market as Market
from lcresearch.pricing.nardl import NARDL as NARDL
from lcresearch.pricing.nested_logit import NestedLogitDemand as NestedLogitDemand
from lcresearch.pricing.nested_logit import NestedLogitDemandResults as NestedLogitDemandResults
from lcresearch.pricing.nested_logit import NestedLogitProducts as NestedLogitProducts
from lcresearch.pricing.oaxaca import OaxacaBlinder as OaxacaBlinder
from lcresearch.pricing.parcel_frontier import ParcelFrontier as ParcelFrontier
from lcresearch.pricing.parcel_frontier import express_fee as express_fee
from lcresearch.pricing.parcel_frontier import parcel_frontier as parcel_frontier
from lcresearch.pricing.product_weeks import PRODUCT_WEEKS as PRODUCT_WEEKS
from lcresearch.pricing.product_weeks import read_product_weeks as read_product_weeks
from lcresearch.pricing.random_coefficients import (
    RandomCoefficientsLogit as RandomCoefficientsLogit,
)
from lcresearch.pricing.threshold_ecm import ThresholdECM as ThresholdECM
from lcresearch.pricing.vertical import VerticalChain as VerticalChain
from lcresearch.pricing.vertical import vertical_chain as vertical_chain
