from lcresearch.pricing.build_up import PriceBuildUp as PriceBuildUp
from lcresearch.pricing.build_up import price_build_up as price_build_up
from lcresearch.pricing.cointegration import Cointegration as Cointegration
from lcresearch.pricing.engle_granger import engle_granger as engle_granger
from lcresearch.pricing.nardl import NARDL as NARDL
from lcresearch.pricing.threshold_ecm import ThresholdECM as ThresholdECM
