from lcresearch.replications.published import Published as Published
from lcresearch.replications.published import load_published as load_published
from lcresearch.replications.replicate import RECIPES as RECIPES
from lcresearch.replications.replicate import compare as compare
from lcresearch.replications.replicate import replicate as replicate
