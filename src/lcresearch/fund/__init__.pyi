from lcresearch.fund.talent_gap import TalentGap as TalentGap
from lcresearch.fund.talent_gap import TalentGapResult as TalentGapResult
