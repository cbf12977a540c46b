"""A workbook gives the same table as a CSV file, or one sentence that names sheet or cell."""

import datetime
import sys

import pandas as pd
import pytest

import lcresearch as lc
from lcresearch.errors import DataError

openpyxl = pytest.importorskip("openpyxl")


@pytest.fixture
def book(tmp_path):
    """Write a workbook of one small table, changed by a function, and return its path."""

    def write(change=None):
        made = openpyxl.Workbook()
        made.active.title = "数据"
        for row in (("县", "year", "income"), ("连城", 2014, 9.1), ("长汀", 2015.0, None)):
            made.active.append(row)
        if change is not None:
            change(made)
        path = tmp_path / "面板 1.xlsx"
        made.save(path)
        return path

    return write


def test_a_workbook_is_the_table_that_its_csv_is(book, tmp_path):
    """Numbers, empty cells and Chinese text come out as from CSV; floats that are whole are whole."""
    path = tmp_path / "panel.csv"
    path.write_text("县,year,income\n连城,2014,9.1\n长汀,2015,\n", "utf-8")
    pd.testing.assert_frame_equal(lc.read_table(book()), lc.read_table(path))


def test_dates_and_codes_are_read_as_they_are_shown(book):
    """Dates become ISO text, and a number that is shown with zeros in front keeps them."""

    def change(made):
        sheet = made.active
        sheet["D1"], sheet["D2"], sheet["D3"] = "day", datetime.date(2024, 1, 5), None
        sheet["E1"], sheet["E2"], sheet["E3"] = "code", 71, "0072"
        sheet["E2"].number_format = "0000"
        sheet["F1"], sheet["F2"] = "at", datetime.datetime(2024, 1, 5, 8, 30)

    frame = lc.read_table(book(change))
    assert frame["day"][0] == "2024-01-05"
    assert frame["at"][0] == "2024-01-05 08:30:00"
    assert frame["code"].tolist() == ["0071", "0072"]


def test_empty_rows_and_sheets_are_passed_over(book):
    """Empty rows within, formatted rows below, and empty sheets change nothing."""

    def change(made):
        made.active.append((None, None, None))
        made.active.append(("上杭", 2016, 8))
        made.active["A40"].font = openpyxl.styles.Font(bold=True)
        made.create_sheet("空")

    frame = lc.read_table(book(change))
    assert frame["县"].tolist() == ["连城", "长汀", "上杭"]
    assert frame["year"].tolist() == [2014, 2015, 2016]


def second_sheet(made):
    made.create_sheet("2015")["A1"] = 1


def only_second_sheet(made):
    made.active.delete_rows(1, 3)
    second_sheet(made)


def merged(made):
    made.active.merge_cells("A2:A3")


def hidden(made):
    made.active.row_dimensions[3].hidden = True


def hidden_column(made):
    made.active.column_dimensions["B"].hidden = True


def formula(made):
    made.active["C3"] = "=C2*2"


def error(made):
    made.active["C3"] = "#DIV/0!"


def twice(made):
    made.active["C1"] = "year"


def nameless(made):
    made.active["D3"] = "by the way"


def emptied(made):
    made.active.delete_rows(1, 3)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (second_sheet, "values on '数据' and '2015': keep one table in one file"),
        (only_second_sheet, "values on '2015': keep one table in one file"),
        (merged, "cells A2:A3 are merged: unmerge"),
        (hidden, "row 3 is hidden: show or delete it"),
        (hidden_column, "column B is hidden"),
        (formula, "cell C3: is a formula whose value is not stored"),
        (error, "cell C3: holds the error #DIV/0!"),
        (twice, "column 'year' stands there twice"),
        (nameless, "column 4 has no name"),
        (emptied, "holds no row"),
    ],
)
def test_what_is_not_one_plain_table_gets_one_sentence(book, change, words):
    """Anything that could be read in two ways is refused, with the place and the remedy."""
    with pytest.raises(DataError, match=words) as caught:
        lc.read_table(book(change))
    assert "\n" not in str(caught.value)


def test_a_formula_counts_by_its_stored_value(book):
    """A formula that a spreadsheet program has computed is read as its value."""
    path = book(formula)
    # openpyxl stores no values of formulas, so one is put into the sheet's XML.
    import zipfile

    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    sheet = "xl/worksheets/sheet1.xml"
    assert b"<f>C2*2</f><v" in parts[sheet]
    parts[sheet] = parts[sheet].replace(b"<f>C2*2</f><v />", b"<f>C2*2</f><v>18.2</v>")
    parts[sheet] = parts[sheet].replace(b"<f>C2*2</f><v></v>", b"<f>C2*2</f><v>18.2</v>")
    with zipfile.ZipFile(path, "w") as new:
        for name, content in parts.items():
            new.writestr(name, content)
    assert lc.read_table(path)["income"].tolist() == [9.1, 18.2]


def test_without_openpyxl_the_extra_is_named(book, monkeypatch):
    """Who has the plain library is told what to install, or how to do without."""
    path = book()
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(DataError, match=r"install lcresearch\[book\], or save the sheet as CSV"):
        lc.read_table(path)
