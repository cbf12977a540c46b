from lcresearch import figures as figures
from lcresearch import fund as fund
from lcresearch import logistics as logistics
from lcresearch import pricing as pricing
from lcresearch import simulate as simulate
from lcresearch.county import County as County
from lcresearch.county import load_county as load_county
from lcresearch.errors import LcresearchError as LcresearchError
from lcresearch.evidence import Claim as Claim
from lcresearch.evidence import Figure as Figure
from lcresearch.evidence import Grade as Grade
from lcresearch.evidence import Ledger as Ledger
from lcresearch.evidence import ledger as ledger
from lcresearch.evidence import record as record
from lcresearch.intervals import Interval as Interval
from lcresearch.tables import read_table as read_table

__version__: str
