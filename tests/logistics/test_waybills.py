"""Waybills: what is right is read to the last digit, what is doubtful is refused by line."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lcresearch.encodings import decode
from lcresearch.errors import DataError
from lcresearch.logistics.waybill_dates import read_dates
from lcresearch.logistics.waybills import WAYBILLS, read_waybills, township_days

HEADER = "waybill,date,carrier,direction,township,point,weight,fee"
ROWS = [
    "00071,2023-05-01,圆通,down,莲峰镇,一号店,1.25,2.5",
    "00072,2023-05-01,中通,down,莲峰镇,一号店,0.5,2",
    "00073,2023-05-01,圆通,up,莲峰镇,二号店,3,8",
    "00074,2023-05-02,圆通,up,姑田镇,一号店,2,6.5",
]


@pytest.fixture
def write(tmp_path):
    """Write lines to a file of waybills in an encoding."""

    def to_file(rows=ROWS, header=HEADER, encoding="utf-8"):
        path = tmp_path / "waybills.csv"
        path.write_bytes(("\n".join([header, *rows]) + "\n").encode(encoding))
        return path

    return to_file


def replaced(column, *values):
    """Return the rows with a column's values replaced."""
    at = HEADER.split(",").index(column)
    rows = [row.split(",") for row in ROWS]
    for row, value in zip(rows, values, strict=False):
        row[at] = value
    return [",".join(row) for row in rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_either_encoding(write, encoding):
    """A file in UTF-8, with or without its mark, and in GB18030 holds the same waybills."""
    table = read_waybills(write(encoding=encoding))
    assert table.columns.tolist() == HEADER.split(",")
    assert table.index.tolist() == [2, 3, 4, 5]
    first = table.loc[2]
    assert first["waybill"] == "00071"
    assert first["date"] == pd.Timestamp(2023, 5, 1)
    assert (first["carrier"], first["township"]) == ("圆通", "莲峰镇")
    assert (first["weight"], first["fee"]) == (1.25, 2.5)


def test_other_columns_order_and_separator(write):
    """Columns in another order, columns that are not asked for and semicolons change nothing."""
    plain = read_waybills(write())
    frame = plain.assign(date=plain["date"].dt.strftime("%Y-%m-%d"), note="x")[
        ["note", *reversed(plain.columns)]
    ]
    rows = [";".join(map(str, row)) for row in frame.itertuples(index=False)]
    pd.testing.assert_frame_equal(read_waybills(write(rows, ";".join(frame.columns))), plain)


def test_long_numbers_stay_text(write):
    """Waybill numbers with many digits, or zeros in front, are kept as they are."""
    numbers = ["12345678901234567890", "12345678901234567891", "0071", "71"]
    assert read_waybills(write(replaced("waybill", *numbers)))["waybill"].tolist() == numbers


@pytest.mark.parametrize("number", [1, 3])
def test_mixed_encodings(write, number):
    """A file put together from both encodings is refused with a line of each."""
    path = write(encoding="gb18030")
    lines = path.read_bytes().split(b"\n")
    lines[number] = ROWS[number - 1].encode("utf-8")
    path.write_bytes(b"\n".join(lines))
    other = 3 if number == 1 else 2
    with pytest.raises(DataError, match=f"line {number + 1} is UTF-8 .* line {other} is not"):
        read_waybills(path)


@given(st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=3, max_size=30))
def test_chinese_text_in_gb18030_is_not_called_mixed(text):
    """Lines of Chinese text in one encoding are read, and come back as they were."""
    for encoding in ("utf-8", "gb18030"):
        assert decode(("a\n" + "连城县" + text).encode(encoding), "x") == "a\n连城县" + text


def test_neither_encoding():
    """Bytes that are no text are refused by line."""
    with pytest.raises(DataError, match="x.csv, line 2: is neither UTF-8 nor GB18030"):
        decode(b"a\n\xff\xff", "x.csv")


@pytest.mark.parametrize(
    ("column", "values", "words"),
    [
        ("waybill", ["00073"], "'00073' stands in lines 2, 4, and 1 rows in all repeat"),
        ("waybill", ["  "], "column waybill, line 2: is empty"),
        ("date", ["2023-05-01", "01/05/2023"], "two ways, '2023-05-01' in line 2 and '01/05"),
        ("date", ["tomorrow"], "column date: line 2: 'tomorrow' is no date"),
        ("date", ["2023-02-30"], "line 2: there is no day '2023-02-30'"),
        ("direction", ["in", "out"], "direction, lines 2, 3: 'in' must be down .* or up"),
        ("weight", ["1250", "500", "3000", "2000"], "look like grams, so divide them by 1,000"),
        ("weight", ["1250"], "1250 kg and more in lines 2: if these are grams"),
        ("weight", ["0", "-1"], "column weight, lines 2, 3: .*above zero"),
        ("weight", ["1.5kg"], "column weight, line 2: '1.5kg' is no number"),
        ("weight", [""], "column weight, line 2: is empty"),
        ("weight", ["inf"], "'inf' is no number"),
        ("fee", ["-2"], "column fee, line 2: .*must not be negative"),
        ("fee", ["free"] * 3, "column fee, lines 2, 3, 4: 'free' is no number"),
        ("township", [""], "column township, line 2: is empty"),
        ("point", ["a,b"], "line 2: has 9 cells, the first line 8"),
    ],
)
def test_wrong_value(write, column, values, words):
    """A wrong value is refused with its column, its lines and what to do."""
    with pytest.raises(DataError, match=words):
        read_waybills(write(replaced(column, *values)))


def test_many_duplicates_are_counted(write):
    """All rows that repeat a waybill are counted, though one number is named."""
    with pytest.raises(DataError, match="'1' stands in lines 2, 3, 4, 5, and 3 rows"):
        read_waybills(write(replaced("waybill", *"1111")))


def test_heavy_parcels_on_purpose(write):
    """Freight above the limit is read if the limit is raised."""
    table = read_waybills(write(replaced("weight", "1250")), heaviest=2000)
    assert table["weight"].max() == 1250


def test_missing_file_and_column(write, tmp_path):
    """A file or column that is not there is refused with the nearest name."""
    path = write(header=HEADER.replace("township", "townships"))
    with pytest.raises(DataError, match="no column 'township'; .* Did you mean 'townships'"):
        read_waybills(path)
    with pytest.raises(DataError, match="no file .* Did you mean 'waybills.csv'"):
        read_waybills(tmp_path / "waybill.csv")
    with pytest.raises(DataError, match="column 'fee' stands there twice"):
        read_waybills(write(header=HEADER.replace("weight", "fee")))
    with pytest.raises(DataError, match="holds no row"):
        read_waybills(write([]))


@pytest.mark.parametrize(
    ("texts", "day"),
    [
        (["2023-05-01"], "2023-05-01"),
        (["2023/5/1 13:22:01"], "2023-05-01"),
        (["2023年5月1日"], "2023-05-01"),
        (["20230501"], "2023-05-01"),
        (["2023.5.1", "2023-05-02", "20230503"], "2023-05-01"),
        (["03/04/2023", "25/04/2023"], "2023-04-03"),
        (["03/04/2023", "04/25/2023"], "2023-03-04"),
    ],
)
def test_dates_that_mean_one_day(texts, day):
    """Dates are read where all of them together can mean one thing only."""
    assert read_dates(pd.Series(texts), where="x").iloc[0] == pd.Timestamp(day)


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (["03/04/2023", "05/06/2023"], "'03/04/2023' in line 0 may put day or month first"),
        (["25/04/2023", "04/25/2023"], r"day comes first in line 0 .* month in line 1"),
        (["2023-13-01"], "there is no day"),
        (["45047"], "'45047' is no date: write all dates as YYYY-MM-DD"),
    ],
)
def test_dates_that_may_mean_two(texts, words):
    """Dates that may mean two days, or none, are refused with the remedy."""
    with pytest.raises(DataError, match=words):
        read_dates(pd.Series(texts), where="x")


def test_days_by_hand(write):
    """Parcels, stops, carriers, weights and fees add up by township and day."""
    days = township_days(read_waybills(write())).set_index(["township", "date"])
    seat = days.loc[("莲峰镇", pd.Timestamp(2023, 5, 1))]
    assert seat.to_dict() == {
        "down": 2,
        "up": 1,
        "stops": 2,
        "carriers": 2,
        "kg": 4.75,
        "fee": 12.5,
    }
    assert len(days) == 2


def many_waybills():
    """Return five hundred waybills."""
    draw = np.random.default_rng(4)
    count = 500
    return pd.DataFrame(
        {
            "waybill": [f"{number:05d}" for number in range(count)],
            "date": pd.Timestamp(2023, 5, 1) + pd.to_timedelta(draw.integers(0, 9, count), "D"),
            "carrier": draw.choice(["a", "b", "c"], count),
            "direction": draw.choice(["down", "up"], count, p=[0.8, 0.2]),
            "township": draw.choice(["x", "y"], count),
            "point": draw.choice(["1", "2", "3", "4"], count),
            "weight": draw.uniform(0.1, 5, count),
            "fee": draw.uniform(1, 9, count),
        }
    )


def test_nothing_is_lost():
    """Township-days hold every parcel, kilogram and yuan of the waybills, in any order of rows."""
    waybills = many_waybills()
    days = township_days(waybills)
    assert days[["down", "up"]].sum().sum() == 500
    assert days["down"].sum() == (waybills["direction"] == "down").sum()
    assert days["kg"].sum() == pytest.approx(waybills["weight"].sum())
    assert days["fee"].sum() == pytest.approx(waybills["fee"].sum())
    mixed = township_days(waybills.sample(frac=1, random_state=3))
    pd.testing.assert_frame_equal(mixed, days)


def test_a_frame_of_another_form():
    """A frame that lacks a column, or has a wrong value, is refused by column and row."""
    waybills = many_waybills()
    with pytest.raises(DataError, match="waybills lacks the column 'fee'"):
        township_days(waybills.drop(columns="fee"))
    with pytest.raises(DataError, match="waybills, column weight, row 7: .*above zero"):
        township_days(waybills.assign(weight=waybills["weight"].where(waybills.index != 7, -1.0)))
    with pytest.raises(DataError, match="column waybill, rows 0, 1: '00000' stands there twice"):
        township_days(waybills.assign(waybill=["00000", "00000", *waybills["waybill"][2:]]))


def test_every_column_is_described():
    """Each column of the form says what it holds, and a quantity its unit."""
    assert all(column.description for column in WAYBILLS.columns.values())
    assert WAYBILLS.columns["weight"].metadata == {"unit": "kg"}
    assert WAYBILLS.columns["fee"].metadata == {"unit": "CNY"}
