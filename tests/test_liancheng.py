"""What must stay true of the county that comes with the library."""

import math
import re
from pathlib import Path

import pytest

import lcresearch as lc

REFERENCES = Path(__file__).resolve().parents[1] / "book" / "references.bib"
REPORTED = {
    "fund.annual": 5_000_000,
    "fund.uses": 7,
    "park.rent_free_ecommerce": 3,
    "park.rent_free_logistics": 2,
    "associations.named": 3,
    "taobao.start": 2015,
    "townships": 17,
    "townships.coverage": 1,
    "centres.opened": 90,
    "sites.operating": 61,
    "express.firms": 35,
    "delivery.points": 280,
    "parcels.daily": 10_000,
    "talent.demand": 25_000,
    "talent.employed": 12_000,
    "talent.vocational_schools": 1,
    "rice.packaged_price": None,
    "internet_plus.start": 2015,
    "stores.per_village": 1,
}


@pytest.fixture(scope="module")
def county() -> lc.County:
    """Return Liancheng."""
    return lc.load_county("liancheng")


def test_every_figure_of_the_study_is_there_as_printed(county):
    """A figure of the field study must not be lost or altered."""
    figures = county.figures.query("grade == 'reported'")
    assert {key: county.figure(key).value for key in figures["key"]} == REPORTED


@pytest.mark.parametrize("key", ["centres.opened", "parcels.daily", "talent.demand"])
def test_more_than_stays_open_upwards(county, key):
    """A figure that the study gives as 'more than' must have no upper end."""
    figure = county.figure(key)
    assert (figure.low, figure.high) == (figure.value, None)


@pytest.mark.parametrize(
    ("key", "word"),
    [
        ("sites.operating", "website"),
        ("delivery.points", "country"),
        ("parcels.daily", "came in"),
        ("townships.coverage", "villages"),
        ("talent.employed", "census"),
        ("express.firms", "sweet potato"),
    ],
)
def test_the_study_s_ambiguities_are_told(county, key, word):
    """A reader must be told where the study can be read in more than one way."""
    assert word in county.figure(key).note


def test_the_townships_are_those_that_the_study_counts(county):
    """Study, register and table must agree on the number of townships."""
    assert (
        len(county.townships) == county.value("townships") == county.value("townships.registered")
    )


def test_villages_and_communities_add_up_to_the_register(county):
    """The townships' village-level units must add up to the county's."""
    assert county.townships["villages"].sum() == county.value("villages.registered")
    assert county.townships["communities"].sum() == county.value("communities.registered")


def test_only_linfang_and_tangqian_have_placed_points(county):
    """The two points that nobody measured must be marked, and their coordinates assumed."""
    placed = county.townships.query("point == 'approximate'")
    assert set(placed["name"]) == {"Linfang", "Tangqian"}
    for code in county.townships["code"]:
        grade = "assumed" if code in set(placed["code"]) else "published"
        assert county.figure(f"township.{code}.lat").grade == grade


def test_the_points_lie_in_a_county_of_this_area(county):
    """No point may be farther from the seat than a county of this area can reach."""
    seat = county.townships.query("seat == 'yes'").iloc[0]
    assert seat["name"] == "Lianfeng"
    north = (county.townships["lat"] - seat["lat"]) * 111.2
    east = (county.townships["lon"] - seat["lon"]) * 111.2 * math.cos(math.radians(seat["lat"]))
    reach = 2 * math.sqrt(county.value("area.county") / math.pi)
    assert ((north**2 + east**2) ** 0.5 < reach).all()


def test_townships_printed_areas_fit_into_the_county(county):
    """The areas that are known must not exceed the county's."""
    assert county.townships["area_km2"].sum() < county.value("area.variant")


def test_the_two_numbers_of_thirty_five_are_two_figures(county):
    """Express firms and sweet potato firms must not be taken for each other."""
    express, association = county.figure("express.firms"), county.figure("association.firms")
    assert express.value == association.value
    assert (express.grade, association.grade) == ("reported", "published")
    assert "express" in association.note


@pytest.mark.parametrize("year", [2010, 2020])
def test_residents_are_the_same_in_both_files(county, year):
    """The total that stands in two files must be one number."""
    census = county.value(f"census.350825.population_{year}")
    assert county.value(f"population.resident.{year}") == census


def test_the_census_covers_longyan(county):
    """All seven counties must be there, and only Yongding lacks the census of 2010."""
    census = county.census.set_index("name")
    assert len(census) == 7
    assert census.index[census["population_2010"].isna()].tolist() == ["Yongding"]
    assert (census["rural_population_2020"] < census["population_2020"]).all()
    assert (census["employed_agriculture_2020"] < census["employed_2020"]).all()


@pytest.mark.parametrize(
    ("quotient", "above", "below"),
    [
        (f"express.revenue.{case}", f"express.turnover.{case}", f"express.volume.{case}")
        for case in ("fujian_2013", "china_2015", "zhangzhou_2023")
    ]
    + [
        (
            "express.out_to_in.nanping_2024",
            "express.picked_up.nanping_2024",
            "express.delivered.nanping_2024",
        )
    ],
)
def test_quotients_follow_from_the_numbers_beside_them(county, quotient, above, below):
    """A figure computed from two printed ones must be their quotient."""
    exact = county.value(above) / county.value(below)
    assert county.value(quotient) == pytest.approx(exact, abs=0.005)


def test_a_claim_is_called_one(county):
    """A figure of low confidence must say that it is a claim, or point to the row that does."""
    low = county.figures.query("confidence == 'low'")
    for row in low.itertuples():
        said = "claim" in row.note.lower()
        assert said or any(other in row.note for other in low["key"] if other != row.key), row.key


def test_second_hand_numbers_are_labelled(county):
    """Numbers taken from records about a paper must be marked as second-hand."""
    records = {"foundry_couture", "variation_couture"}
    literature = county.literature
    assert set(literature.query("verification == 'secondary'")["source"]) == records
    assert (literature[literature["source"].isin(records)]["verification"] == "secondary").all()
    published = county.figures[county.figures["source"].isin(records)]
    assert len(published)
    assert published["note"].str.startswith("Second-hand").all()


def test_a_finding_without_a_number_has_none(county):
    """Where no number was seen there must be none, nor a figure that pages could quote."""
    literature = county.literature
    unseen = literature[literature["finding"].str.contains("no number was seen")]
    assert len(unseen)
    assert unseen["estimate"].isna().all()
    assert not {f"literature.{name}" for name in unseen["id"]} & set(county.keys)


def test_a_standard_error_comes_with_an_estimate(county):
    """No row may have a standard error and nothing that it belongs to."""
    literature = county.literature
    assert literature.loc[literature["std_error"].notna(), "estimate"].notna().all()


def test_the_study_is_cited_by_what_is_known(county):
    """The field study must not be given authors or a year that nobody has seen."""
    study = county.sources.set_index("source").loc["field_study"]
    assert "not known" in study["citation"]
    assert not re.search(r"\d{4}", study["citation"])
    assert study["url"] == ""


def test_every_source_is_used_and_can_be_followed(county):
    """A source must be cited somewhere, and have an address or say why it has none."""
    frames = [
        county.figures,
        county.townships,
        county.census,
        county.literature,
        county.assumptions,
    ]
    used = {source for frame in frames for source in frame["source"]}
    locators = " ".join(county.townships["locator"])
    for row in county.sources.itertuples():
        assert row.source in used or re.search(rf"\b{row.source}\b", locators), row.source
        assert row.url.startswith("http") or row.note, row.source


def test_papers_in_the_bibliography_have_the_keys_of_the_sources(county):
    """A paper that the data cite must be found under the same key in the bibliography."""
    entries = set(re.findall(r"^@\w+\{(\w+),", REFERENCES.read_text("utf-8"), re.MULTILINE))
    shared = {"field_study", "geonames", "census_county", "couture2021", "hssc2024", "percus1996"}
    assert shared <= entries & set(county.sources["source"])
