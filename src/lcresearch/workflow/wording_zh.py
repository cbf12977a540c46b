"""How a figure reads in Chinese: the English edition's own digits, and the unit behind them."""

from __future__ import annotations

import re
from typing import Final

from lcresearch import wording
from lcresearch.evidence import Grade
from lcresearch.units import check_unit
from lcresearch.wording import Measured

__all__ = ["GRADE_LETTERS", "GRADE_WORDS", "describe_range", "describe_unit", "describe_value"]

GRADE_WORDS: Final = {
    Grade.REPORTED: "报告",
    Grade.PUBLISHED: "发表",
    Grade.ESTIMATED: "估计",
    Grade.ASSUMED: "假设",
    Grade.SIMULATED: "模拟",
}
"""What each grade is called."""

GRADE_LETTERS: Final = {
    Grade.REPORTED: "报",
    Grade.PUBLISHED: "发",
    Grade.ESTIMATED: "估",
    # The first character of the word would say that the number is false.
    Grade.ASSUMED: "设",
    Grade.SIMULATED: "模",
}
"""One character for each grade, to stand behind a number."""

# Each base unit with what follows a number, and what follows "每" or a slash.
_UNITS: Final = {
    "CNY": ("元", "元"),
    "bn CNY": ("十亿元", "十亿元"),
    "USD": ("美元", "美元"),
    "person": ("人", "人"),
    "household": ("户", "户"),
    "worker": ("名从业人员", "从业人员"),
    "parcel": ("件", "件"),
    "pack": ("包", "包"),
    "point": ("个快递网点", "快递网点"),
    "site": ("个运营站点", "运营站点"),
    "centre": ("个服务中心", "服务中心"),
    "firm": ("家企业", "企业"),
    "township": ("个乡镇", "乡镇"),
    "village": ("个村", "村"),
    "community": ("个社区", "社区"),
    "vehicle": ("辆车", "车"),
    "stop": ("个停靠点", "停靠点"),
    "km": ("公里", "公里"),
    "km2": ("平方公里", "平方公里"),
    "m": ("米", "米"),
    "m2": ("平方米", "平方米"),
    "degree": ("度", "度"),
    "kg": ("千克", "千克"),
    "mu": ("亩", "亩"),
    "hour": ("小时", "小时"),
    "day": ("天", "天"),
    "week": ("周", "周"),
    "month": ("个月", "月"),
    "year": ("年", "年"),
    "calendar year": ("", ""),
    "share": ("", ""),
    "ratio": ("", ""),
    "count": ("", ""),
    "log points": ("对数点", "对数点"),
    "percentage point": ("个百分点", "百分点"),
}

# The English phrases around numbers, the longest first.
_PHRASES: Final = (
    (re.compile(r"(.+) \(at least (.+)\)"), "{0}（至少 {1}）"),
    (re.compile(r"(.+) \(at most (.+)\)"), "{0}（至多 {1}）"),
    (re.compile(r"at least (.+)"), "至少 {0}"),
    (re.compile(r"at most (.+)"), "至多 {0}"),
    (re.compile(r"(.+) to (.+)"), "{0} 至 {1}"),
    (re.compile(r"no number"), "无数值"),
)


def describe_unit(unit: str) -> str:
    """Return `unit` in Chinese, such as ``元/人/年``; empty for shares, ratios and counts.

    Raises
    ------
    UnitError
        If a part of the unit is not known.
    """
    head, *rest = check_unit(unit).split("/")
    return "/".join([_UNITS[head][0], *(_UNITS[part][1] for part in rest)])


def describe_value(figure: Measured, spec: str = "", *, unit: bool = True) -> str:
    """Return value, bound and unit of a figure, such as ``至少 90 个服务中心``.

    Parameters
    ----------
    figure
        The figure or claim.
    spec
        Number format; empty chooses one.
    unit
        Whether the unit follows the number.
    """
    number = wording.describe_value(figure, spec, unit=False)
    return _with_unit(number, figure.unit if unit and figure.value is not None else "")


def describe_range(figure: Measured, spec: str = "", *, unit: bool = True) -> str:
    """Return the bounds of a figure, such as ``2 至 5 元/公里``.

    Raises
    ------
    EvidenceError
        If the figure does not have both bounds.
    """
    bounds = wording.describe_range(figure, spec, unit=False)
    return _with_unit(bounds, figure.unit if unit else "")


def _with_unit(english: str, unit: str) -> str:
    # The numbers are those of the English words: the editions cannot differ in a digit.
    found = ((pattern.fullmatch(english), words) for pattern, words in _PHRASES)
    number = next((words.format(*match.groups()) for match, words in found if match), english)
    name = describe_unit(unit) if unit else ""
    gap = " " if name and name[0] != "/" and not number.endswith("）") else ""
    return f"{number}{gap}{name}"
