"""A new county's folder is complete, correct once filled in, described, and written whole or not."""

import csv
import json
import re
from pathlib import Path

import pytest

import lcresearch as lc
from lcresearch.county_needs import ASKED, model_county
from lcresearch.errors import CountyError
from lcresearch.logistics.waybills import WAYBILLS
from lcresearch.pricing.product_weeks import PRODUCT_WEEKS
from lcresearch.schemas import ABOUT, SCHEMAS
from lcresearch.workflow.cli import main
from lcresearch.workflow.new_county import (
    TAKEN_OVER,
    describe_folder,
    is_general,
    write_new_county,
)
from lcresearch.workflow.optional_inputs import OPTIONAL
from lcresearch.workflow.parameters import read_parameters

ROOT = Path(__file__).resolve().parents[2]


def fill_in(folder: Path) -> None:
    """Fill in county.toml, as a researcher does first."""
    values = {"name": "Test", "name_zh": "试", "code": "100000", "prefecture": "P", "province": "Q"}
    values |= {"prefecture_zh": "市", "province_zh": "省"}
    text = "".join(f"{key} = {json.dumps(value)}\n" for key, value in values.items())
    (folder / "county.toml").write_text(text, "utf-8")


def header(path: Path) -> list[str]:
    """The first row of a CSV file."""
    return next(csv.reader(path.read_text("utf-8-sig").splitlines()))


@pytest.mark.parametrize("name", ["new", "My county", "长汀县", "新 县 2024"])
def test_a_folder_passes_the_check_once_county_toml_is_filled_in(tmp_path, name):
    """The templates must have no fault, whatever the folder is called."""
    folder = write_new_county(name, tmp_path)
    assert folder == tmp_path / name
    with pytest.raises(CountyError) as caught:
        lc.load_county(folder)
    faults = str(caught.value).splitlines()[1:]
    assert len(faults) == len(ABOUT) - 1
    assert all(fault.startswith("- county.toml: ") for fault in faults)
    fill_in(folder)
    county = lc.load_county(folder)
    assert county.name == "Test"
    assert county.townships.empty
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_every_table_has_its_columns_in_order(tmp_path):
    """Each template must have the columns of its schema, and those of optional inputs."""
    folder = write_new_county("new", tmp_path)
    for table, schema in SCHEMAS.items():
        assert header(folder / f"{table}.csv") == list(schema.columns)
    assert header(folder / "optional" / "waybills.csv") == list(WAYBILLS.columns)
    weeks = header(folder / "optional" / "product_weeks.csv")
    assert set(weeks) == set(PRODUCT_WEEKS.columns) - {"share", "outside_share"}


def test_the_optional_columns_are_those_that_notebooks_expect():
    """Whoever keeps the names of a template needs no further parameter."""
    panel = read_parameters(ROOT / "notebooks" / "own_panel.ipynb")
    assert list(OPTIONAL["panel"].header) == [
        panel[name].default for name in ("unit", "time", "cohort", "outcome")
    ]
    costs = read_parameters(ROOT / "notebooks" / "cost_estimation.ipynb")
    assert list(OPTIONAL["costs"].header) == [
        costs[name].default for name in ("township", "month", "cost")
    ]
    for given in OPTIONAL.values():
        _, _, notebook, *rest = given.command.split()
        known = read_parameters(ROOT / "notebooks" / f"{notebook}.ipynb")
        assert {word.split("=")[0] for word in rest if "=" in word} <= set(known)


def test_what_is_taken_over_is_general_and_says_so(tmp_path):
    """No figure of the model county may come along, and each assumption must say whence it is."""
    folder = write_new_county("new", tmp_path)
    fill_in(folder)
    county, model = lc.load_county(folder), model_county()
    assert county.assumptions["reason"].str.startswith(TAKEN_OVER).all()
    assert set(county.figures["table"]) == {"published"}
    for key in county.keys:
        found, first = county.figure(key), model.figure(key)
        assert (found.value, found.low, found.high) == (first.value, first.low, first.high)
    left = {*model.assumptions["key"]} - {*county.assumptions["key"]}
    assert {"logistics.detour", "logistics.seat_share", "park.rent"} <= left
    assert not {key for key in left if is_general("assumptions", key)}
    own = {"population.resident.2020", "area.county", "association.firms", "gdp.2020"}
    assert not own & set(county.keys)
    cited = {s for frame in (county.figures, county.literature) for s in frame["source"]}
    assert cited <= set(county.sources["source"])


def test_the_keys_asked_for_are_those_that_notebooks_use():
    """A figure of the county that a notebook takes without a condition must be listed."""
    model = model_county()
    figures = model.figures.set_index("key")
    used = set()
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        cells = json.loads(path.read_text("utf-8"))["cells"]
        code = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "code")
        for key in set(re.findall(r'"([a-z0-9_]+(?:\.[A-Za-z0-9_]+)+|townships)"', code)):
            if key in figures.index and f'"{key}" in place.keys' not in code:
                used.add((figures.at[key, "table"], key))
    listed = {(table, key) for table, keys in ASKED.items() for key in keys}
    # These are looked for with a condition that this search does not see.
    conditional = {
        "express.revenue.zhangzhou_2023",
        "population.registered.2016",
        "population.resident.2016",
        "sweet_potato.firms",
    }
    built = {"park.rent_free_ecommerce", "park.rent_free_logistics"}  # keys put together in code
    assert {item for item in used if item[1] not in conditional} == {
        item for item in listed if item[1] not in built
    }
    for keys in ASKED.values():
        for key, (unit, _) in keys.items():
            assert figures.at[key, "unit"] == unit


def test_the_dictionary_of_the_example_is_the_one_written_now():
    """The dictionary that readers find in the repository must not go stale."""
    shown = (ROOT / "data" / "example" / "DICTIONARY.md").read_text("utf-8")
    assert shown == describe_folder("Invented County"), "write data/example/DICTIONARY.md anew"


def test_the_dictionary_describes_every_file(tmp_path):
    """Each file of the folder must have its section, and each assumption its row."""
    folder = write_new_county("new", tmp_path)
    text = (folder / "DICTIONARY.md").read_text("utf-8")
    for path in folder.rglob("*"):
        if path.is_file() and path.name != "DICTIONARY.md":
            assert f"## {path.relative_to(folder).as_posix()}\n" in text
    for key in [*model_county().assumptions["key"], *(k for keys in ASKED.values() for k in keys)]:
        assert f"| `{key}` |" in text


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("../x", "give a name and no path"),
        ("/tmp/x", "give a name and no path"),
        ("a\\b", "give a name and no path"),
        ("..", "give a plain name"),
        (".hidden", "give a plain name"),
        ("", "give a plain name"),
        (" x", "give a plain name"),
        ("x.", "give a plain name"),
        ("a\nb", "cannot be seen"),
        ("a\x00b", "cannot be seen"),
        ("a\u200bb", "cannot be seen"),
        ("a\u202eb", "cannot be seen"),
        ("a\udcffb", "cannot be seen"),
        ("liancheng", "came with the library"),
        ("长" * 100, "is too long"),
    ],
)
def test_a_name_that_will_not_do_is_refused(tmp_path, name, words):
    """A name that is a path, hidden, unreadable or too long must leave nothing behind."""
    home = tmp_path / "here"
    home.mkdir()
    with pytest.raises(CountyError, match=words):
        write_new_county(name, home)
    assert list(tmp_path.rglob("*")) == [home]


@pytest.mark.parametrize("kind", ["folder", "file", "link"])
def test_what_is_there_is_left_alone(tmp_path, kind):
    """A folder, file or broken link of that name must be refused and stay as it is."""
    path = tmp_path / "mine"
    if kind == "folder":
        path.mkdir()
    elif kind == "file":
        path.write_text("x")
    else:
        path.symlink_to(tmp_path / "nowhere")
    with pytest.raises(CountyError, match="is there already"):
        write_new_county("mine", tmp_path)
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("failure", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_a_half_written_folder_never_remains(tmp_path, monkeypatch, failure):
    """A full disk or an interrupt must leave nothing, neither under the name nor beside it."""
    written = Path.write_bytes

    def fail(path, content):
        if path.name == "literature.csv":
            raise failure
        return written(path, content)

    monkeypatch.setattr(Path, "write_bytes", fail)
    with pytest.raises((CountyError, KeyboardInterrupt)):
        write_new_county("mine", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_written_to_is_named(tmp_path):
    """A parent that is gone must be told in a sentence."""
    with pytest.raises(CountyError, match=r"gone cannot be written to"):
        write_new_county("mine", tmp_path / "gone")


def test_the_command_line_writes_checks_and_says_what_is_left(tmp_path, monkeypatch, capsys):
    """Both commands end in words: what was written, what is missing, what nothing reads."""
    monkeypatch.chdir(tmp_path)

    def call(*arguments):
        monkeypatch.setattr("sys.argv", ["lcresearch", *arguments])
        with pytest.raises(SystemExit) as stopped:
            main()
        return stopped.value.code or 0, *capsys.readouterr()

    code, out, _ = call("new-county", "我的 县")
    assert code == 0
    assert "lcresearch check '我的 县'" in out
    assert call("new-county", "我的 县")[0] == 2
    fill_in(tmp_path / "我的 县")
    (tmp_path / "我的 县" / "notes.txt").write_text("")
    code, out, err = call("check", "我的 县")
    assert code == 0
    assert "no fault found" in out
    assert "Notebooks also ask for: rows in the table of townships, a row of Test in the" in out
    assert "fund.annual, parcels.daily" in out
    assert "logistics.detour" in out
    assert err == "warning: notes.txt: nothing reads this file.\n"
