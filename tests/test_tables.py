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
    """Line ends of Windows, and an empty last line, change nothing."""
    path = tmp_path / "panel.csv"
    path.write_bytes(TABLE.to_csv(index=False).replace("\n", "\r\n").encode() + b"\r\n")
    pd.testing.assert_frame_equal(lc.read_table(path), TABLE)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("panel.csv", b"a,b\n1,2\n1,2,3\n", "line 3: has 3 cells, the first line 2"),
        ("panel.csv", b"a,b\n1\n", "line 2: has 1 cells"),
        ("panel.csv", b"a,b\n", "holds no row"),
        ("panel.csv", b"", "holds no row"),
        ("panel.csv", b"\n\n", "holds no row"),
        ("panel.csv", b"a,b\n1,2\n\xff\xff\xff,3\n", "line 3: is neither UTF-8 nor GB18030"),
        ("panel.dta", b"x", "save it as CSV"),
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
