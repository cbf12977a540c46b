"""A researcher's file gives the same table in every form it may come in, or one sentence."""

import pandas as pd
import pytest

import lcresearch as lc
from lcresearch.errors import DataError

TABLE = pd.DataFrame({"县": ["连城", "长汀"], "year": [2014, 2015], "income": [9.1, None]})


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_encodings_and_separators_give_one_table(tmp_path, encoding, separator):
    """UTF-8, with or without a mark, and GB18030 hold the same table, with any usual separator."""
    path = tmp_path / "panel.csv"
    path.write_bytes(TABLE.to_csv(index=False, sep=separator).encode(encoding))
    pd.testing.assert_frame_equal(lc.read_table(path), TABLE)


def test_windows_line_ends_are_read(tmp_path):
    """Line ends of Windows or an old Macintosh, and an empty last line, change nothing."""
    path = tmp_path / "panel.csv"
    path.write_bytes(TABLE.to_csv(index=False).replace("\n", "\r").encode())
    pd.testing.assert_frame_equal(lc.read_table(path), TABLE)
    path.write_bytes(TABLE.to_csv(index=False).replace("\n", "\r\n").encode() + b"\r\n")
    pd.testing.assert_frame_equal(lc.read_table(path), TABLE)


def test_empty_rows_and_nameless_empty_columns_are_left_out(tmp_path):
    """What a spreadsheet program leaves around a table is no part of it."""
    path = tmp_path / "panel.csv"
    path.write_bytes(b"\n,,,\na,b,,\n1,2,,\n,,,\n\n3,4,,\n,,,\n")
    pd.testing.assert_frame_equal(lc.read_table(path), pd.DataFrame({"a": [1, 3], "b": [2, 4]}))


def test_identifiers_stay_text(tmp_path):
    """A column with a zero in front of a number, or more digits than a float holds, is text."""
    path = tmp_path / "panel.csv"
    path.write_text("code,id,n,x\n0071,12345678901234567890,0,0.5\n71,,10,05e1\n7,1,2,0\n")
    frame = lc.read_table(path)
    assert frame["code"].tolist() == ["0071", "71", "7"]
    assert frame["id"][0] == "12345678901234567890"
    assert frame["n"].tolist() == [0, 10, 2]
    assert frame["x"].tolist() == [0.5, 50.0, 0.0]


def test_a_cell_may_hold_separators_and_line_breaks(tmp_path):
    """Text in quotation marks is read whole, and rows are counted as a spreadsheet shows them."""
    path = tmp_path / "panel.csv"
    path.write_text('a,b\n"x, ""y""\nz",1\n')
    assert lc.read_table(path)["a"].tolist() == ['x, "y"\nz']
    path.write_text('a,b\n"x\nz",1\n2\n')
    with pytest.raises(DataError, match="row 3: has 1 values"):
        lc.read_table(path)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("panel.csv", b"a,b\n1,2\n1,2,3\n", "row 3: has 3 values for 2 columns"),
        ("panel.csv", b"a,b\n1\n", "row 2: has 1 values for 2 columns"),
        ("panel.csv", b"price,x,price\n1,2,3\n", "column 'price' stands there twice"),
        ("panel.csv", b"price,x, price\n1,2,3\n", "column 'price' stands there twice"),
        ("panel.csv", b"a,,b\n1,2,3\n", "column 2 has no name"),
        ("panel.csv", b'a,b\n1,"2\n3,4\n', "a quotation mark that is not closed"),
        ("panel.csv", "a,b\n1,2\n".encode("utf-16"), "is UTF-16 text: save it as CSV UTF-8"),
        ("panel.csv", b"a,b\n1,\x00\n", "holds zero bytes"),
        ("panel.csv", b"PK\x03\x04", "is a workbook or archive"),
        ("panel.xlsx", b"a,b\n1,2\n", "is no Excel workbook"),
        ("panel.csv", b"a,b\n", "holds no row"),
        ("panel.csv", b"", "holds no row"),
        ("panel.csv", b"\n\n", "holds no row"),
        ("panel.csv", b"a,b\n1,2\n\xff\xff\xff,3\n", "line 3: is neither UTF-8 nor GB18030"),
        ("panel.dta", b"x", "save it as CSV or .xlsx"),
    ],
)
def test_a_bad_file_gets_one_sentence(tmp_path, name, content, words):
    """A ragged, empty, undecodable or unknown file is refused with the line and the remedy."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=words) as caught:
        lc.read_table(tmp_path / name)
    assert "\n" not in str(caught.value)


def test_a_missing_file_names_its_neighbour(tmp_path):
    """A misspelt name is answered with the name that is there."""
    (tmp_path / "panel.csv").write_text("a\n1\n")
    with pytest.raises(DataError, match=r"Did you mean 'panel\.csv'"):
        lc.read_table(tmp_path / "panle.csv")


def test_a_missing_column_names_those_there_are(tmp_path):
    """A column that is asked for and not there is refused, with the nearest name."""
    (tmp_path / "panel.csv").write_text("county,income\nA,1\n")
    with pytest.raises(DataError, match=r"has no column 'incme'.*Did you mean 'income'"):
        lc.read_table(tmp_path / "panel.csv", columns=["county", "incme"])
