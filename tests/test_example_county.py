"""The invented county: complete for every notebook, and never to be taken for a real one."""

import json
import re
from pathlib import Path

import pytest

import lcresearch as lc
from lcresearch.county import County, shipped_county
from lcresearch.county_needs import missing_inputs
from lcresearch.schemas import INVENTED

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"


@pytest.fixture
def example() -> County:
    """Return the invented county."""
    return lc.load_county("example")


@pytest.fixture
def liancheng() -> County:
    """Return the county that the library is about."""
    return lc.load_county(shipped_county("liancheng"))


def test_it_is_named_for_what_it_is(example):
    """A chart's title, which holds the name, must say that the county is invented."""
    assert example.name == "Invented County"
    assert example.about["name_zh"] == "虚构县"
    assert all("Invented" in example.about[key] for key in ("prefecture", "province"))
    assert example.about["code"].startswith("99"), "no province has this code"


def test_every_number_of_its_own_is_simulated(example, liancheng):
    """No invented number may be graded as observed; what is published is as for Liancheng."""
    for key in example.keys:
        figure = example.figure(key)
        if figure.grade == "simulated":
            assert "nvented" in figure.source, key
        else:
            same = liancheng.figure(key)
            assert (figure.value, figure.unit, figure.grade) == (same.value, same.unit, same.grade)
            assert figure.source == same.source
    frames = [example.townships, example.census, example.assumptions]
    frames.append(example.figures.query("table == 'reported'"))
    assert {source for frame in frames for source in frame["source"]} == {INVENTED}


def test_its_points_lie_in_the_sea(example):
    """The townships must lie off every coast: around the zero of both coordinates."""
    assert example.townships["lat"].between(-0.5, 0.5).all()
    assert example.townships["lon"].between(-0.5, 0.5).all()


def test_it_has_all_that_notebooks_ask_for(example, liancheng):
    """Every key of the county that the library is about must be there, but what is its own."""
    assert missing_inputs(example) == []
    reported = liancheng.figures.query("table == 'reported'")["key"]
    assert set(reported) <= set(example.keys)
    assert f"census.{example.about['code']}.population_2020" in example.keys


def test_its_assumptions_stand_apart(example, liancheng):
    """A result that does not move with the county must show itself: no mode is that of Liancheng."""
    own, other = (
        place.assumptions.set_index("key")["mode"].astype(float) for place in (example, liancheng)
    )
    same = own.index[own == other.reindex(own.index)]
    # A factor of one changes nothing, whatever the county.
    assert set(same) <= {"logistics.missing_area_factor"}


def test_its_parts_agree(example):
    """Counts that stand in two tables must be the same, and townships fit into the county."""
    towns = example.townships
    assert len(towns) == example.value("townships") == example.value("townships.registered")
    assert towns["villages"].sum() == example.value("villages.registered")
    assert towns["communities"].sum() == example.value("communities.registered")
    assert towns["area_km2"].sum() < example.value("area.county")
    assert towns["population"].sum() < example.value("population.resident.2020")
    for year in (2010, 2020):
        census = example.value(f"census.{example.about['code']}.population_{year}")
        assert census == example.value(f"population.resident.{year}")


def test_what_it_claims_is_simulated(example):
    """Whatever is computed from an invented number must be graded as simulated."""
    claim = lc.record(
        "x", 1, unit="CNY/person/year", inputs=["fund.annual", "population.resident.2020"]
    )
    assert claim.grade == "simulated"
    assert example.figure("tour.constant").grade == "published"


def test_what_is_missing_is_named(example, county_folder):
    """A county with gaps must be told its missing keys and cells, and no others."""
    missing = missing_inputs(lc.load_county(county_folder))
    assert "census.100000.population_2010" in missing
    assert "census.100000.population_2020" not in missing
    assert "fund.annual" not in missing
    assert {"delivery.points", "tour.constant", "park.rent"} <= set(missing)
    assert set(missing) - {"census.100000.population_2010"} <= {
        *example.keys,
        *(key.replace("990101", "100000") for key in example.keys),
    }


@pytest.mark.parametrize("name", ["fund", "pooling"])
def test_a_notebook_runs_on_it_and_claims_nothing_as_observed(tmp_path, name):
    """Notebooks must hold for another number of townships and firms; their claims are simulated."""
    pytest.importorskip("nbclient")
    from lcresearch.workflow.execute import execute

    out = tmp_path / "out.ipynb"
    given = {"county": "example", **({"draws": 200} if name == "pooling" else {})}
    execute(NOTEBOOKS / f"{name}.ipynb", out, given, folder=tmp_path)
    cells = json.loads(out.read_text("utf-8"))["cells"]
    data = [item.get("data", {}) for cell in cells for item in cell.get("outputs", [])]
    texts = ["".join(item.get("text/plain", "")) for item in data]
    claims = [text for text in texts if re.fullmatch(rf"{name}\.\S+ = .*\]", text)]
    assert len(claims) > 10
    assert all(text.endswith("[simulated]") for text in claims)
    assert "Liancheng" not in json.dumps(data)
