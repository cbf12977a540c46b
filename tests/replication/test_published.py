"""Tables of published results, the recipes, and the command that runs them."""

import shutil

import pandas as pd
import pytest
from typer.testing import CliRunner

from lcresearch.errors import DataError
from lcresearch.replications import RECIPES, compare, load_published, replicate
from lcresearch.workflow import replicating
from lcresearch.workflow.cli import app


@pytest.fixture
def tables(tmp_path):
    """A copy of the tables, free to be spoilt."""
    return shutil.copytree(load_published().folder, tmp_path / "published")


def test_every_printed_result_has_been_found_again():
    """The stored values must cover every printed result and lie within its tolerance."""
    published = load_published()
    assert list(published.found.index) == list(published.results.index)
    assert compare(published, published.found["value"].to_dict())["agrees"].all()


def test_every_data_set_has_a_recipe():
    """No data set is listed without a recipe, and no recipe without its data set."""
    published = load_published()
    assert set(RECIPES) == set(published.datasets.index) == set(published.results["dataset"])


def test_every_source_is_used():
    """A source is listed because a number, or the trials, came from it."""
    published = load_published()
    assert set(published.sources.index) == set(published.results["source"]) | {"colditz1994"}


def test_the_stored_values_are_those_of_a_fresh_run(replication):
    """Where the data are at hand, the recipes must give the stored values."""
    published = load_published()
    found = replicate(published, replication)
    stored = published.found["value"].to_dict()
    assert found == pytest.approx(stored, rel=1e-6, abs=1e-9)


def test_only_what_is_at_hand_is_computed(tmp_path):
    """Without a folder of data the trials that came with the library are all there is."""
    done = []
    found = replicate(load_published(), progress=done.append)
    assert done == ["bcg"]
    assert found == pytest.approx(
        {key: value for key, value in load_published().found["value"].items() if key[:3] == "bcg"},
        rel=1e-6,
    )
    assert replicate(load_published(), tmp_path).keys() == found.keys()


def test_another_file_of_that_name_is_refused(tmp_path):
    """A file with other contents would give other results: it is refused by name."""
    (tmp_path / "mpdta.csv").write_text("year\n2004\n")
    with pytest.raises(DataError, match=r"mpdta\.csv: is not the file that the printed results"):
        replicate(load_published(), tmp_path)


@pytest.mark.parametrize(
    ("table", "old", "new", "words"),
    [
        ("results.csv", "mpdta.simple,mpdta", "mpdta.simple,mpdtb", "names the dataset 'mpdtb'"),
        ("results.csv", "mpdta.simple_se", "mpdta.simple", "key 'mpdta.simple' stands twice"),
        ("results.csv", "-0.039951", "-0.04x", "column estimate: must hold a number"),
        ("results.csv", "tolerance", "tolerence", "has no column 'tolerance'.*Did you mean"),
        ("results.csv", "log points", "log pints", "log pints"),
        ("sources.csv", "moderndid,", "moderndib,", "names the source 'moderndid'"),
    ],
)
def test_a_spoilt_table_gets_one_sentence(tables, table, old, new, words):
    """Each fault in the tables is told with the file and what is wrong."""
    path = tables / table
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(Exception, match=words) as caught:
        load_published(tables)
    assert "Error" in type(caught.value).__name__
    assert "\n" not in str(caught.value)


def test_a_value_without_a_printed_result_is_refused():
    """What nobody printed cannot be compared."""
    with pytest.raises(DataError, match=r"'mpdta\.other' is not in results\.csv"):
        compare(load_published(), {"mpdta.other": 1.0})


def test_the_command_names_what_is_absent(monkeypatch):
    """Data sets that are not at hand are named with where to get them, and nothing fails."""
    monkeypatch.delenv("LCRESEARCH_REPLICATION", raising=False)
    result = CliRunner().invoke(app, ["replicate"])
    assert result.exit_code == 0
    assert "Not at hand: mpdta.csv" in result.output.replace("\n", " ")
    assert "6 results computed again, 6 within their tolerance" in result.output


def test_the_command_fails_where_a_result_is_not_found_again(tables, monkeypatch):
    """A printed number that does not come out ends the command with exit code 1."""
    path = tables / "results.csv"
    path.write_text(path.read_text("utf-8").replace("-0.7141", "-0.7241"), "utf-8")
    monkeypatch.setattr(replicating, "load_published", lambda: load_published(tables))
    assert not replicating.run_recipes(None, store=False)


def test_storing_keeps_what_cannot_be_computed_now(tables, monkeypatch):
    """What was found from absent data stays, and the file is the same after another run."""
    monkeypatch.setattr(replicating, "load_published", lambda: load_published(tables))
    before = pd.read_csv(tables / "reproduced.csv")
    assert replicating.run_recipes(None, store=True)
    pd.testing.assert_frame_equal(pd.read_csv(tables / "reproduced.csv"), before)
