"""What is no fault in a county's folder but deserves a look is told, and nothing else."""

from pathlib import Path

import pytest
import toy

from lcresearch.county_warnings import warnings_of

DATA = Path(__file__).resolve().parents[1] / "data"


@pytest.mark.parametrize("folder", ["liancheng", "example"])
def test_the_counties_of_the_library_need_no_warning(folder):
    """What came with the library must be a model for others."""
    assert warnings_of(DATA / folder) == []


def test_a_file_that_nothing_reads_is_named(county_folder):
    """A misspelt or stray file must be told, with the name that was meant; hidden files not."""
    toy_file = county_folder / "townships.csv"
    toy_file.rename(county_folder / "township.csv")
    for name in ("notes.docx", ".DS_Store", "~$census.xlsx", "README.md"):
        (county_folder / name).write_text("")
    (county_folder / "optional").mkdir()
    assert warnings_of(county_folder) == [
        "notes.docx: nothing reads this file.",
        "township.csv: nothing reads this file. Did you mean 'townships.csv'?",
    ]


@pytest.mark.parametrize("cell", ["=1+1", "@SUM(A1)", "+x", "-x"])
def test_text_that_a_spreadsheet_would_run_is_named(county_folder, cell):
    """A text that spreadsheet programs take for a formula must be told; a negative number not."""
    path = county_folder / "reported.csv"
    text = path.read_text("utf-8").replace("direction unknown", cell).replace("600", "-600")
    path.write_text(text, "utf-8")
    [found] = warnings_of(county_folder)
    assert found.startswith(f"reported.csv, row 3, column note: begins with {cell[0]!r}")


def test_a_broken_table_is_left_to_the_check_of_faults(county_folder):
    """Warnings must come even where a file cannot be read."""
    (county_folder / "census.csv").write_bytes(b"\x00")
    assert set(toy.TABLES) == {path.stem for path in county_folder.glob("*.csv")}
    assert warnings_of(county_folder) == []
