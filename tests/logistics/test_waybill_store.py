"""Waybills at size: the same table and the same refusals as in memory, whatever holds them."""

import io
import os
import re
import subprocess
import sys

import numpy as np
import pandas as pd
import pytest
from simulated_waybills import COUNT, same, simulated_waybills

from lcresearch.errors import DataError
from lcresearch.logistics import waybill_store
from lcresearch.logistics.waybill_store import aggregate_waybills
from lcresearch.logistics.waybills import read_waybills, township_days

pytest.importorskip("ibis", reason="needs the extra `scale`")
pytest.importorskip("duckdb", reason="needs the extra `scale`")
pytest.importorskip("pyarrow", reason="writes Parquet")


@pytest.fixture(scope="module")
def waybills():
    """Return three thousand simulated waybills with Chinese names."""
    return simulated_waybills()


@pytest.fixture
def refused(waybills, tmp_path):
    """Return what is said of a CSV file in which a column's first values are replaced."""

    def message(column, values):
        table = waybills.astype(str)
        table.loc[: len(values) - 1, column] = values
        path = tmp_path / "waybills.csv"
        table.to_csv(path, index=False)
        with pytest.raises(DataError) as caught:
            aggregate_waybills(path, progress=False)
        return str(caught.value)

    return message


def test_parquet_as_in_memory(waybills, tmp_path):
    """A Parquet file gives the table of `township_days`, with the same kinds, in the same order."""
    waybills.to_parquet(tmp_path / "w.parquet")
    same(tmp_path / "w.parquet", township_days(waybills))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv_as_in_memory(waybills, tmp_path, encoding, separator):
    """A CSV file in either encoding gives the table that `read_waybills` leads to."""
    path = tmp_path / "w.csv"
    waybills.to_csv(path, index=False, encoding=encoding, sep=separator)
    same(path, township_days(read_waybills(path)))


def test_blanks_other_columns_and_line_ends(waybills, tmp_path):
    """Blanks around values, ideographic ones too, empty lines and other columns change nothing."""
    path = tmp_path / "w.csv"
    table = waybills.astype(str).assign(note='a, "b"\n c')[["note", *reversed(waybills.columns)]]
    for column, blank in zip(waybills.columns, [" ", "\t", "\u3000", "\u00a0"] * 2, strict=True):
        table[column] = blank + table[column] + blank
    text = table.to_csv(index=False, lineterminator="\r\n")
    path.write_bytes(text.replace("fee,", " fee ,").encode() + b"\r\n\r\n")
    same(path, township_days(waybills))
    same(path, township_days(read_waybills(path)))


@pytest.mark.parametrize("kind", ["parquet", "csv"])
def test_many_files(waybills, tmp_path, kind):
    """A folder, folders in it, a pattern and one file hold the same waybills, in any order."""
    folder = tmp_path / "year"
    for number, part in enumerate(np.array_split(np.arange(COUNT), 4)):
        place = folder / f"quarter={number}"
        place.mkdir(parents=True)
        rows = waybills.iloc[part].sample(frac=1, axis="columns", random_state=number)
        if kind == "parquet":
            rows.to_parquet(place / "part.parquet")
        else:
            encoding, separator = ("utf-8", ";") if number % 2 else ("gb18030", ",")
            rows.to_csv(place / "part.csv", index=False, encoding=encoding, sep=separator)
    (folder / "_SUCCESS").touch()
    same(folder, township_days(waybills))
    same(str(folder / "*" / f"*.{kind}"), township_days(waybills))
    same(str(folder / "quarter=0" / f"*.{kind}"), township_days(waybills[: COUNT // 4]))


@pytest.mark.parametrize(
    "form",
    ["%Y/%m/%d %H:%M:%S", "%Y年%m月%d日", "%Y%m%d", "%Y.%-m.%-d", "%d/%m/%Y", "%m-%d-%Y 9:05"],
)
def test_dates_as_text(waybills, tmp_path, form):
    """Dates written in the ways that `read_waybills` reads mean the same days."""
    path = tmp_path / "w.csv"
    waybills.assign(date=waybills["date"].dt.strftime(form)).to_csv(path, index=False)
    same(path, township_days(read_waybills(path)))


def test_kinds_of_a_parquet_file(waybills, tmp_path):
    """Whole numbers, decimals, days, times of day, text and categories hold the same waybills."""
    whole = waybills.assign(weight=waybills["weight"].round().clip(1).astype("int16"))
    whole = whole.assign(
        date=whole["date"] + pd.Timedelta("15h"),
        waybill=whole["waybill"].astype(int),
        township=whole["township"].astype("category"),
        fee=whole["fee"].map("{:.2f}".format),
    )
    whole.to_parquet(tmp_path / "w.parquet")
    expected = waybills.assign(weight=whole["weight"].astype(float))
    same(tmp_path / "w.parquet", township_days(expected))


def test_little_memory_and_own_folder(waybills, tmp_path):
    """What is set for memory and spill is used, and the folder is left empty."""
    (tmp_path / "spill").mkdir()
    waybills.to_csv(tmp_path / "w.csv", index=False, encoding="gb18030")
    same(tmp_path / "w.csv", township_days(waybills), memory="200MB", spill=tmp_path / "spill")
    assert list((tmp_path / "spill").iterdir()) == []


@pytest.mark.parametrize(
    ("column", "values", "words"),
    [
        ("waybill", ["", " ", "\u3000"], "column waybill, 3 rows: is empty: fill it in."),
        ("date", [""], "column date, 1 row .*: is empty"),
        ("date", ["tomorrow"] * 2, "column date, 2 rows .*: 'tomorrow' is no day"),
        ("date", ["2023-02-30"], "'2023-02-30' is no day"),
        ("date", ["0023-05-01"], "'0023-05-01' is no day"),
        ("date", ["2023-05-01", "01/05/2023"], "'01/05/2023' is no day, or is written in another"),
        ("carrier", [""] * 4, "column carrier, 4 rows .*: is empty"),
        ("direction", ["in"] * 3, r"direction, 3 rows .*: 'in' must be down \(brought\) or up"),
        ("township", ["\t"], "column township, 1 row .*: is empty"),
        ("point", [""], "column point, 1 row .*: is empty"),
        ("weight", ["0", "-1"], "column weight, 2 rows .* must be above zero: give kg"),
        ("weight", ["1.5kg"], "'1.5kg' is no number: write digits"),
        ("weight", ["1_000"], "'1_000' is no number"),
        ("weight", ["inf"], "'inf' is no number"),
        ("weight", ["1e999"], "'1e999' is no number"),
        ("weight", ["nan"], "'nan' is no number"),
        ("weight", ["1250"] * 5, "weight, 5 rows .*: '1250' is above 200 kg: if these are grams"),
        ("fee", ["-2"], "column fee, 1 row .*: '-2' must not be negative: give yuan"),
        ("fee", ["free"] * 3, "column fee, 3 rows .*: 'free' is no number"),
    ],
)
def test_wrong_value(refused, column, values, words):
    """A wrong value is refused with its column, the number of rows and one that shows it."""
    message = refused(column, values)
    assert message.startswith("waybills.csv, column")
    assert re.search(words, message), message
    assert message.count("\n") == 0


def test_the_row_is_named(refused, waybills):
    """The sentence names the waybill of a wrong value, so that the row can be found."""
    message = refused("fee", ["-2"])
    assert f"(as in waybill {waybills['waybill'][0]!r})" in message


def test_repeated_waybills(refused, waybills, tmp_path):
    """Repeated numbers are counted, across files too, and let pass where that is asked for."""
    number = waybills["waybill"][9]
    message = refused("waybill", [number] * 3)
    assert f"'{number}' stands there twice, and 3 rows in all repeat" in message
    folder = tmp_path / "twice"
    folder.mkdir()
    for name in "ab":
        waybills.to_parquet(folder / f"{name}.parquet")
    with pytest.raises(DataError, match="twice, column waybill: .* 3,000 rows in all repeat"):
        aggregate_waybills(folder, progress=False)
    twice = aggregate_waybills(folder, repeats=False, progress=False)
    assert twice["down"].sum() == 2 * (waybills["direction"] == "down").sum()


def test_slices_are_the_whole(waybills, tmp_path, monkeypatch):
    """Slices, made beforehand or when memory was short, give the same table and refusals."""
    waybills.to_parquet(tmp_path / "w.parquet")
    whole = waybill_store._run
    asked = []

    def short_of_memory(database, expression, task, *, show):
        asked.append(task)
        if len(asked) == 3:
            raise MemoryError
        return whole(database, expression, task, show=show)

    monkeypatch.setattr(waybill_store, "_run", short_of_memory)
    monkeypatch.setattr(waybill_store, "_AT_ONCE", COUNT / 2)
    same(tmp_path / "w.parquet", township_days(waybills))
    assert asked.count("adding up waybills") == 2 + 8
    assert asked.count("looking for repeated waybills") == 2
    wrong = waybills.assign(township=waybills["township"].where(waybills.index > 4))
    wrong.to_parquet(tmp_path / "w.parquet")
    with pytest.raises(DataError, match="column township, 5 rows"):
        aggregate_waybills(tmp_path / "w.parquet", progress=False)
    pd.concat([waybills, waybills]).to_parquet(tmp_path / "w.parquet")
    with pytest.raises(DataError, match="'000000000000000' stands there twice, and 3,000 rows"):
        aggregate_waybills(tmp_path / "w.parquet", progress=False)


def test_grams(waybills, tmp_path):
    """Weights that are all in grams are called so; freight is read if the limit is raised."""
    waybills.assign(weight=1000 * waybills["weight"]).to_parquet(tmp_path / "w.parquet")
    with pytest.raises(DataError, match="half of the parcels .* look like grams"):
        aggregate_waybills(tmp_path / "w.parquet", progress=False)
    days = aggregate_waybills(tmp_path / "w.parquet", heaviest=5000, progress=False)
    assert days["kg"].sum() == pytest.approx(1000 * waybills["weight"].sum())


@pytest.mark.parametrize(
    ("dates", "words"),
    [
        (["03/04/2023", "05/06/2023"], "'03/04/2023' may put day or month first"),
        (["25/04/2023", "04/25/2023"], "day comes first in 1 rows and the month in 1"),
        (["25/04/2023", "2023-05-01"], "'2023-05-01' is no day, or is written in another way"),
    ],
)
def test_dates_that_may_mean_two(waybills, tmp_path, dates, words):
    """Dates that may mean two days, or are written in two ways, are refused."""
    path = tmp_path / "w.csv"
    waybills[:2].assign(date=dates).to_csv(path, index=False)
    with pytest.raises(DataError, match=words):
        aggregate_waybills(path, progress=False)


def test_missing_values_of_a_parquet_file(waybills, tmp_path):
    """A missing number or day in Parquet is an empty value, and not left aside."""
    for column in ("date", "weight", "township"):
        waybills.assign(**{column: waybills[column].where(waybills.index > 1)}).to_parquet(
            tmp_path / "w.parquet"
        )
        with pytest.raises(DataError, match=f"column {column}, 2 rows .* is empty"):
            aggregate_waybills(tmp_path / "w.parquet", progress=False)


def test_kinds_that_may_mislead(waybills, tmp_path):
    """Times with a zone, whose day depends on the place, and numbers for names are refused."""
    for column, values, words in (
        ("date", waybills["date"].dt.tz_localize("UTC"), "times without a time zone"),
        ("waybill", np.arange(COUNT) / 7, "holds float64: give text"),
        ("weight", waybills["weight"] > 1, "holds boolean: give numbers"),
    ):
        waybills.assign(**{column: values}).to_parquet(tmp_path / "w.parquet")
        with pytest.raises(DataError, match=f"w.parquet, column {column}: .*{words}"):
            aggregate_waybills(tmp_path / "w.parquet", progress=False)


def test_files_that_are_refused(waybills, tmp_path):
    """No file, files of two kinds or an unknown one, and a lacking column are refused by name."""
    waybills.to_parquet(tmp_path / "waybills.parquet")
    with pytest.raises(DataError, match="no file .* Did you mean 'waybills.parquet'"):
        aggregate_waybills(tmp_path / "waybill.parquet")
    waybills.drop(columns="fee").to_csv(tmp_path / "b.csv", index=False)
    with pytest.raises(DataError, match="holds Parquet and CSV files"):
        aggregate_waybills(tmp_path)
    with pytest.raises(DataError, match="b.csv: has no column 'fee'; it has 'waybill'"):
        aggregate_waybills(tmp_path / "b.csv", progress=False)
    (tmp_path / "c.csv.gz").touch()
    with pytest.raises(DataError, match="c.csv.gz is not read: give files that end in .csv"):
        aggregate_waybills(tmp_path)
    waybills.drop(columns="fee").to_parquet(tmp_path / "d.parquet")
    with pytest.raises(DataError, match="d.parquet: has no column 'fee'"):
        aggregate_waybills(tmp_path / "d.parquet", progress=False)
    waybills[:0].to_parquet(tmp_path / "e.parquet")
    with pytest.raises(DataError, match="e.parquet: holds no row"):
        aggregate_waybills(tmp_path / "e.parquet", progress=False)
    (tmp_path / "f.parquet").write_bytes(b"PAR1 is not")
    with pytest.raises(DataError, match="f.parquet: cannot be read: "):
        aggregate_waybills(tmp_path / "f.parquet", progress=False)
    with pytest.raises(DataError, match="no folder spill='.*nowhere': make it first"):
        aggregate_waybills(tmp_path / "waybills.parquet", spill=tmp_path / "nowhere")
    with pytest.raises(DataError, match="a table in memory is added up by township_days"):
        aggregate_waybills(waybills)
    with pytest.raises(DataError, match="memory='much' is no size: write it like '3GB'"):
        aggregate_waybills(tmp_path / "waybills.parquet", memory="much", progress=False)


@pytest.mark.parametrize("row", ["1,2,3", "1,2,3,4,5,6,7,8,9", '1,"2,3,4,5,6,7,8'])
def test_damaged_lines(waybills, tmp_path, row):
    """A line with too few or too many cells, or an open quotation mark, is refused by line."""
    lines = waybills.to_csv(index=False).splitlines()
    (tmp_path / "v.csv").write_text("\n".join(lines), encoding="utf-8")
    lines.insert(100, row)
    (tmp_path / "w.csv").write_text("\n".join(lines), encoding="gb18030")
    with pytest.raises(DataError, match=r"^w.csv: cannot be read: .*Line: 101"):
        aggregate_waybills(tmp_path, progress=False)


def test_progress_is_shown(waybills, tmp_path, monkeypatch):
    """On a terminal, and only there, the work is named while it goes on."""
    waybills.to_parquet(tmp_path / "w.parquet")
    for is_terminal in (True, False):
        screen = io.StringIO()
        monkeypatch.setattr(screen, "isatty", lambda at=is_terminal: at)
        monkeypatch.setattr(sys, "stderr", screen)
        monkeypatch.setenv("TERM", "xterm")
        aggregate_waybills(tmp_path / "w.parquet")
        assert ("adding up waybills" in screen.getvalue()) == is_terminal
        assert bool(screen.getvalue()) == is_terminal


@pytest.mark.parametrize("first", ["utf-8", "gb18030"])
def test_mixed_encodings(waybills, tmp_path, monkeypatch, first):
    """A file in both encodings is refused, also where the second begins far down."""
    monkeypatch.setattr("lcresearch.logistics.waybill_files._BLOCK", 10_000)
    second = "gb18030" if first == "utf-8" else "utf-8"
    text = waybills.to_csv(index=False, header=False)
    header = ",".join(waybills.columns) + "\n"
    path = tmp_path / "w.csv"
    path.write_bytes((header + text).encode(first) + text.encode(second))
    with pytest.raises(DataError, match="UTF-8|utf-8"):
        aggregate_waybills(path, progress=False)


def test_without_the_extra():
    """Without ibis the sentence says which extra to install, and the module still loads."""
    code = (
        "import sys; sys.modules['ibis'] = None\n"
        "from lcresearch.logistics.waybill_store import aggregate_waybills\n"
        "try: aggregate_waybills('w.parquet')\n"
        "except Exception as error: print(type(error).__name__, error)"
    )
    said = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=os.environ
    ).stdout
    assert said.startswith("DataError")
    assert "pip install 'lcresearch[scale]'" in said
