import pytest

from lcresearch import Figure
from lcresearch.errors import EvidenceError
from lcresearch.wording import describe_range, describe_value


def figure(**changes):
    plain = {"key": "fund.annual", "value": 10, "unit": "CNY/year"}
    return Figure(**plain | {"grade": "reported", "source": "a study"} | changes)


@pytest.mark.parametrize(
    ("changes", "spec", "words"),
    [
        ({"value": 5_000_000}, "", "5,000,000 yuan per year"),
        ({"value": 1.3699}, "", "1.37 yuan per year"),
        ({"value": 19.96}, "", "20.0 yuan per year"),
        ({"value": 20.0}, "", "20 yuan per year"),
        ({"value": 2.4}, "", "2.4 yuan per year"),
        ({"value": 2.404}, "", "2.40 yuan per year"),
        ({"value": -0.5}, "", "-0.5 yuan per year"),
        ({"value": 0}, "", "0 yuan per year"),
        ({"value": 1234.5}, "", "1,234 yuan per year"),
        ({"value": 0.037, "unit": "share"}, "", "3.7%"),
        ({"value": 0.01234}, "", "0.0123 yuan per year"),
        ({"value": 90, "low": 90}, "", "at least 90 yuan per year"),
        ({"value": 90.0, "high": 90}, "", "at most 90 yuan per year"),
        ({"value": 0.482, "unit": "share"}, "", "48.2%"),
        ({"value": 0.07, "unit": "share"}, "", "7%"),
        ({"value": 0.000181, "unit": "share"}, "", "0.0181%"),
        ({"value": 5, "low": 0, "high": 5}, "", "at most 5 yuan per year"),
        ({"value": 5, "low": 5, "high": 9}, "", "at least 5 yuan per year"),
        ({"value": 5, "low": 5, "high": 5}, "", "5 yuan per year"),
        ({"value": 14, "low": 12}, "", "14 (at least 12) yuan per year"),
        ({"value": 14, "high": 20}, "", "14 (at most 20) yuan per year"),
        ({"value": 14, "low": 12, "high": 20}, "", "14 yuan per year"),
        ({"value": 2015, "unit": "calendar year"}, "", "2015"),
        ({"value": 1234.5}, ",.1f", "1,234.5 yuan per year"),
        ({"value": None}, "", "no number"),
    ],
)
def test_a_figure_reads_in_words(changes, spec, words):
    """Values must read with grouped digits, bounds and unit."""
    assert describe_value(figure(**changes), spec) == words


def test_a_range_needs_both_bounds():
    """A figure without two bounds has no range to print."""
    assert describe_range(figure(low=5, high=2000)) == "5 to 2,000 yuan per year"
    with pytest.raises(EvidenceError, match="has no range"):
        describe_range(figure(low=5))


def test_a_wrong_format_is_refused():
    """A format that Python does not know must be answered with one that it does."""
    with pytest.raises(EvidenceError, match="'x.y' is not a number format"):
        describe_value(figure(), "x.y")
