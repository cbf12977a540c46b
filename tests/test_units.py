import pytest

from lcresearch.errors import UnitError
from lcresearch.units import check_unit, describe_unit


def test_a_misspelt_unit_is_refused_with_the_nearest_known_one():
    """A misspelt unit must be refused, naming the part and the likely intention."""
    with pytest.raises(UnitError, match=r"'persn' is not one of .* Did you mean 'person'\?"):
        check_unit("CNY/persn")


@pytest.mark.parametrize("unit", ["", " ", "/", "CNY/", "CNY//day", None])
def test_an_empty_unit_or_part_is_refused(unit):
    """No part of a unit may be empty."""
    with pytest.raises(UnitError):
        check_unit(unit)


@pytest.mark.parametrize(
    ("unit", "value", "words"),
    [
        ("CNY/person/year", 20.0, "yuan per person per year"),
        ("parcel/day", 1, "parcel per day"),
        ("parcel/day", 2, "parcels per day"),
        ("share", 0.5, ""),
        ("km2", 3, "km²"),
    ],
)
def test_a_unit_reads_in_words_and_agrees_in_number(unit, value, words):
    """A unit must read as a person would say it, in the number of its quantity."""
    assert describe_unit(unit, value) == words
