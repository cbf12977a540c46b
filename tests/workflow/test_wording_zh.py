from __future__ import annotations

import re

import pytest

from lcresearch import wording
from lcresearch.evidence import Figure, Grade
from lcresearch.units import UNIT_WORDS
from lcresearch.workflow import wording_zh
from lcresearch.workflow.sphinx_ext.grades import LETTERS


def _figure(value: float | None, unit: str, low: float | None = None, high: float | None = None):
    return Figure(
        key="a.b", value=value, unit=unit, grade="reported", source="s", low=low, high=high
    )


@pytest.mark.parametrize(
    ("figure", "words"),
    [
        (_figure(20, "CNY/parcel"), "20 元/件"),
        (_figure(1200, "person/year"), "1,200 人/年"),
        (_figure(1.5, "bn CNY"), "1.5 十亿元"),
        (_figure(0.246, "share"), "24.6%"),
        (_figure(0.05, "share/year"), "0.05/年"),
        (_figure(2, "percentage point"), "2 个百分点"),
        (_figure(0.16, "log points"), "0.16 对数点"),
        (_figure(2015, "calendar year"), "2015"),
        (_figure(90, "centre", low=90), "至少 90 个服务中心"),
        (_figure(90, "centre", high=90), "至多 90 个服务中心"),
        (_figure(90, "centre", low=80), "90（至少 80）个服务中心"),
        (_figure(90, "centre", high=95), "90（至多 95）个服务中心"),
        (_figure(None, "CNY"), "无数值"),
        (_figure(3, "ratio"), "3"),
    ],
)
def test_value_reads_as_chinese(figure: Figure, words: str) -> None:
    """Bounds stand before the number, the unit behind it."""
    assert wording_zh.describe_value(figure) == words


def test_range_reads_as_chinese() -> None:
    """A range is one bound 至 the other, with the unit once."""
    figure = _figure(3, "CNY/km", low=2, high=5)
    assert wording_zh.describe_range(figure) == "2 至 5 元/公里"
    assert wording_zh.describe_range(figure, ".1f", unit=False) == "2.0 至 5.0"


@pytest.mark.parametrize("unit", UNIT_WORDS)
def test_every_unit_has_chinese_words(unit: str) -> None:
    """A unit that English shows has words in Chinese, counted and behind a slash."""
    counted = wording_zh.describe_unit(unit)
    assert bool(counted) == bool(UNIT_WORDS[unit][0])
    assert wording_zh.describe_unit(f"CNY/{unit}").startswith("元/")
    assert not re.search("[A-Za-z]", counted)


@pytest.mark.parametrize("spec", ["", ",.0f", ".3f", "+.2f"])
def test_digits_are_those_of_the_english_edition(spec: str) -> None:
    """Whatever the format, the numbers read the same in both editions."""
    figure = _figure(1234.5678, "CNY", low=-0.04567, high=98765.4)

    def digits(words: str) -> list[str]:
        return re.findall(r"[-+\d.,]+", words)

    for describe in ("describe_value", "describe_range"):
        chinese = getattr(wording_zh, describe)(figure, spec)
        assert digits(chinese) == digits(getattr(wording, describe)(figure, spec))


def test_grades_are_told_apart() -> None:
    """Each grade has a word and a sign of its own, as in English."""
    for table in (wording_zh.GRADE_WORDS, wording_zh.GRADE_LETTERS):
        assert table.keys() == LETTERS.keys() == set(Grade)
        assert len(set(table.values())) == len(Grade)
