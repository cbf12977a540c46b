"""Tables of published results, the recipes, and the command that runs them."""

import shutil

import pandas as pd
import pytest
from typer.testing import CliRunner

from lcresearch.errors import DataError
from lcresearch.replications import RECIPES, compare, load_published, replicate
from lcresearch.workflow import replicating
from lcresearch.workflow.cli import app, main


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


@pytest.mark.parametrize("home", ["replication", "from_packages"])
def test_the_stored_values_are_those_of_a_fresh_run(request, home):
    """Where the data are at hand, the recipes must give the stored values."""
    published = load_published()
    folder = request.getfixturevalue(home)
    files = published.datasets["file"].str.split(";")
    at_hand = files.map(lambda names: all((folder / name).is_file() for name in names))
    if not at_hand.any():
        pytest.skip(f"no data set in {folder}")
    found = replicate(published, folder)
    stored = published.found["value"].to_dict()
    of_these = published.results["dataset"].isin([*at_hand.index[at_hand], "bcg"])
    assert set(found) == set(published.results.index[of_these])
    assert found == pytest.approx({key: stored[key] for key in found}, rel=1e-6, abs=1e-9)


def test_every_data_set_is_in_one_of_the_two_folders(replication, from_packages):
    """With the data of others and the packages at hand, no recipe may go untried."""
    published = load_published()
    homes = [published.folder, replication, from_packages]
    for names in published.datasets["file"].str.split(";"):
        assert any(all((home / name).is_file() for name in names) for home in homes), names


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


def test_a_data_set_of_two_files_needs_both_and_neither_other(tmp_path):
    """Half of a data set is passed over; a second file with other contents is refused."""
    (tmp_path / "nevo_agents.csv").write_text("market_ids\n")
    assert not any(key.startswith("cereal") for key in replicate(load_published(), tmp_path))
    (tmp_path / "nevo_products.csv").write_text("market_ids\n")
    with pytest.raises(DataError, match=r"nevo_products\.csv: is not the file"):
        replicate(load_published(), tmp_path)


def test_the_second_file_is_held_to_its_hash_too(tmp_path, from_packages):
    """Consumers that were altered would give other results: they are refused by name."""
    products = from_packages / "nevo_products.csv"
    if not products.is_file():
        pytest.skip("pyblp, which carries the data, is not installed")
    (tmp_path / "nevo_products.csv").write_bytes(products.read_bytes())
    (tmp_path / "nevo_agents.csv").write_text("market_ids\n")
    with pytest.raises(DataError, match=r"nevo_agents\.csv: is not the file"):
        replicate(load_published(), tmp_path)


def test_trials_that_were_altered_are_refused(tables):
    """The data set that comes with the library is held to its hash as the others are."""
    path = tables / "bcg_trials.csv"
    path.write_text(path.read_text("utf-8").replace("1,4,119", "1,40,119"), "utf-8")
    with pytest.raises(DataError, match=r"bcg_trials\.csv: is not the file"):
        replicate(load_published(tables))


def test_a_printed_result_that_no_recipe_finds_is_not_passed_over(tables):
    """A row of results.csv that its recipe does not compute must not vanish from the count."""
    with (tables / "results.csv").open("a") as file:
        file.write("bcg.other,bcg,something,1,0.1,ratio,metafor,nowhere\n")
    with pytest.raises(DataError, match=r"'bcg\.other' is in the tables but not in what"):
        replicate(load_published(tables))


def test_a_recipe_without_its_data_set_is_refused(tables):
    """A recipe whose data set is not listed must not be skipped without a word."""
    for name in ("datasets.csv", "results.csv"):
        lines = (tables / name).read_text("utf-8").splitlines(keepends=True)
        kept = [line for line in lines if not line.startswith("bcg")]
        (tables / name).write_text("".join(kept), "utf-8")
    with pytest.raises(DataError, match="'bcg' is in the recipes of .* but not in the tables"):
        replicate(load_published(tables))


@pytest.mark.parametrize(
    ("table", "old", "new", "words"),
    [
        ("results.csv", "mpdta.simple,mpdta", "mpdta.simple,mpdtb", "key must begin with"),
        ("results.csv", "mpdta.simple_se", "mpdta.simple", "'mpdta.simple' stands there twice"),
        ("results.csv", "-0.039951", "-0.04x", "column estimate: '-0.04x' is not a number"),
        ("results.csv", "-0.039951", "inf", "column estimate: inf must be finite"),
        ("results.csv", "-0.039951,1e-05", "-0.039951,-1e-05", "tolerance: -1e-05 must be gr"),
        ("results.csv", "tolerance", "tolerence", "'tolerence' is not known: rename it to 'tol"),
        ("results.csv", "log points", "log pints", "column unit: 'log pints' is not a known"),
        ("results.csv", "log points", "", "column unit: is empty: fill it in"),
        ("sources.csv", "moderndid,", "moderndib,", "names the source 'moderndid'"),
        ("datasets.csv", "mpdta,Min", "mpdtb,Min", "names the dataset 'mpdta'"),
        ("datasets.csv", "e360d744", "e360", "column sha256: .* must be 64 hexadecimal digits"),
        ("datasets.csv", ";nevo_agents.csv", "", "sha256 must hold one hash for each file"),
        ("reproduced.csv", "-0.01050324622", "abc", "column value: 'abc' is not a number"),
        ("reproduced.csv", "-0.01050324622", "", "column value: is empty: fill it in"),
        ("reproduced.csv", ",0.1.0", ",0.1.0,7", "row 2: has 4 values for 3 columns"),
    ],
)
def test_a_spoilt_table_gets_one_sentence(tables, table, old, new, words):
    """Each fault in the tables is told with the file and what is wrong."""
    path = tables / table
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(DataError, match=words) as caught:
        load_published(tables)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"\n\n"])
def test_a_file_that_is_no_table_gets_one_sentence(tables, content):
    """A file that was cut short or is no text must not end in a traceback."""
    (tables / "results.csv").write_bytes(content)
    with pytest.raises(DataError, match=r"results\.csv") as caught:
        load_published(tables)
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
    """A printed number that does not come out is marked, and ends the command with exit code 1."""
    path = tables / "results.csv"
    path.write_text(path.read_text("utf-8").replace("-0.7141", "-0.7241"), "utf-8")
    monkeypatch.setattr(replicating, "load_published", lambda: load_published(tables))
    monkeypatch.delenv("LCRESEARCH_REPLICATION", raising=False)
    result = CliRunner().invoke(app, ["replicate"])
    assert result.exit_code == 1
    assert "NO" in result.output
    assert "6 results computed again, 5 within their tolerance" in result.output


def test_a_wrong_folder_ends_in_one_sentence(tmp_path, monkeypatch, capsys):
    """A folder that is not there gets exit code 2 and one line, not a traceback."""
    monkeypatch.setattr("sys.argv", ["lcresearch", "replicate", str(tmp_path / "none")])
    with pytest.raises(SystemExit) as stopped:
        main()
    assert stopped.value.code == 2
    error = capsys.readouterr().err
    assert error.startswith("lcresearch: There is no folder")
    assert error.count("\n") == 1


def test_storing_keeps_what_cannot_be_computed_now(tables, monkeypatch):
    """What was found from absent data stays, and the file is the same after another run."""
    monkeypatch.setattr(replicating, "load_published", lambda: load_published(tables))
    before = pd.read_csv(tables / "reproduced.csv")
    assert replicating.run_recipes(None, store=True)
    pd.testing.assert_frame_equal(pd.read_csv(tables / "reproduced.csv"), before)
