import dataclasses
import shutil

import pytest
import toy

import lcresearch as lc
from lcresearch.errors import CountyError, EvidenceError


def change(folder, table, old, new):
    """Replace text in one of the county's files."""
    path = folder / f"{table}.csv"
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")


def test_a_correct_folder_is_read_whole(county_folder):
    """Every number of every file must be a figure with grade, unit and source."""
    county = lc.load_county(county_folder)
    assert county.name == "Nowhere"
    annual = county.figure("fund.annual")
    assert (annual.value, annual.unit, annual.grade) == (600, "CNY/year", "reported")
    assert annual.source == "A survey of Nowhere, section 1"
    assert county.figure("population").grade == "published"
    assert county.figure("parcels.daily").low == 10
    assert county.figure("parcels.daily").high is None
    assert county.figure("rice.price").value is None
    assert county.figure("census.100000.schooling_2020").unit == "year"
    detour = county.figure("logistics.detour")
    assert (detour.low, detour.value, detour.high, detour.grade) == (1, 1.5, 3, "assumed")
    effect = county.figure("literature.S1")
    assert (effect.low, effect.high) == pytest.approx((0.1 - 0.0392, 0.1 + 0.0392), abs=1e-4)
    assert "literature.S2" not in county.keys


def test_a_point_placed_here_is_assumed_and_a_measured_one_published(county_folder):
    """An approximate point must not pass for a measurement; its villages are still published."""
    county = lc.load_county(county_folder)
    assert county.figure("township.100000001.lat").grade == "published"
    assert county.figure("township.100000002.lat").grade == "assumed"
    assert county.figure("township.100000002.villages").grade == "published"


def test_the_county_cannot_be_changed(county_folder):
    """A loaded county is frozen, and its frames are copies."""
    county = lc.load_county(county_folder)
    with pytest.raises(dataclasses.FrozenInstanceError):
        county.path = None
    townships = county.townships
    townships.loc[0, "lat"] = 0.0
    assert county.townships.loc[0, "lat"] == 25.0


def test_figures_become_known_to_the_ledger(county_folder):
    """A notebook may name the county's figures as inputs once it is loaded."""
    lc.load_county(county_folder)
    claim = lc.record("x", 2, unit="CNY/person/year", inputs=["fund.annual", "population"])
    assert claim.grade == "published"
    assert set(claim.files) == {"nowhere/reported.csv", "nowhere/published.csv"}
    assert all(len(digest) == 64 for digest in claim.files.values())


def test_a_parameter_replaces_a_figure_and_is_graded_assumed(county_folder):
    """A user's value takes the figure's unit and counts as assumed, even for a reported figure."""
    county = lc.load_county(county_folder).assuming({"fund.annual": 900, "population": None})
    assert county.value("fund.annual") == 900
    assert county.value("population") == 300
    assert lc.record("x", 3, unit="count", inputs=["fund.annual"]).grade == "assumed"
    with pytest.raises(EvidenceError, match="Did you mean 'fund.annual'"):
        county.assuming({"fund.annul": 1})


def test_an_unknown_key_is_refused_with_the_nearest(county_folder):
    """A misspelt key must be answered with the likely ones."""
    county = lc.load_county(county_folder)
    with pytest.raises(EvidenceError, match=r"Nowhere has no figure 'fund.anual'. Did you mean"):
        county.figure("fund.anual")
    with pytest.raises(EvidenceError, match="gives a direction only"):
        county.value("rice.price")


FAULTS = [
    ("reported", ",survey,section 1,", ",,section 1,", "reported.csv, row 2, column source: is empty"),
    ("reported", "CNY/year", "CNY/yaer", "reported.csv, row 2, column unit: 'CNY/yaer' is not a known"),
    ("reported", "600", "6oo", "reported.csv, row 2, column value: '6oo' is not a number"),
    ("reported", "600", "5,000", "reported.csv, row 2: has 9 values for 8 columns"),
    ("reported", "600,exact", ",exact", "reported.csv, row 2: value must be a number, unless"),
    ("reported", "at_least", "atleast", "row 3, column bound: 'atleast' must be one of exact"),
    ("reported", "bound", "limit", "reported.csv: column 'limit' is not known"),
    ("reported", ",note", ",notes", "column 'notes' is not known: rename it to 'note'"),
    ("reported", "survey,section 1", "surveys,section 1", "'surveys' is not in sources.csv"),
    ("townships", "100000002", "100000001", "column code: '100000001' stands there twice"),
    ("townships", "25.0,116.0", "116.0,25.0", "column lat: 116.0 must be a latitude .* swapped"),
    ("townships", ",yes,", ",no,", "exactly one township must have seat = yes"),
    ("townships", "25.1,116.1", ",116.1", "townships.csv, row 3, column lat: is empty"),
    ("assumptions", "1,1.5,3", "2,1.5,3", "low, mode and high must be in this order"),
    ("assumptions", "roads wind", "", "assumptions.csv, row 2, column reason: is empty"),
    ("assumptions", "logistics.detour", "fund.annual", "key 'fund.annual' stands in two files"),
    ("literature", ",seen,", ",remembered,", "column verification: 'remembered' must be one of"),
    ("published", "high", "sure", "column confidence: 'sure' must be one of"),
    ("census", "100000,", "1000,", "column code: '1000' must be the six digits"),
    ("census", "100000,", "１０００００,", "column code: '１０００００' must be the six digits"),
    ("reported", "600", "inf", "reported.csv, row 2, column value: inf must be finite"),
    ("reported", "600", "nan", "reported.csv, row 2, column value: 'nan' is not a number"),
    ("assumptions", "1,1.5,3", "1,1.5,1e999", "column high: 1e999 must be finite"),
    ("reported", "parcels.daily", "fund.annual", "column key: 'fund.annual' stands there twice"),
    ("reported", "unit,year", "unit,unit", "reported.csv: column 'unit' stands there twice"),
    ("sources", "survey,A", '"survey,A', "sources.csv, line 2: .* quotation mark that is not closed"),
]  # fmt: skip


@pytest.mark.parametrize(("table", "old", "new", "words"), FAULTS)
def test_a_wrong_file_is_refused_with_place_and_remedy(county_folder, table, old, new, words):
    """Each fault must be named with file, row, column and what to do."""
    change(county_folder, table, old, new)
    with pytest.raises(CountyError, match=words):
        lc.load_county(county_folder)


def test_all_faults_are_listed_at_once(county_folder):
    """A user must not have to mend one fault to learn of the next."""
    change(county_folder, "reported", "CNY/year", "yuans")
    change(county_folder, "townships", "measured", "guessed")
    (county_folder / "census.csv").unlink()
    (county_folder / "county.toml").write_text('name = "Nowhere"\n')
    with pytest.raises(CountyError) as caught:
        lc.load_county(county_folder)
    text = str(caught.value)
    for words in ("census.csv is missing", "'yuans'", "'guessed'", "province is missing"):
        assert words in text


def test_faults_of_one_file_are_all_listed(county_folder):
    """A missing column or an unreadable number must not hide what else is wrong in a file."""
    path = county_folder / "townships.csv"
    text = path.read_text("utf-8").replace("elevation_m,", "height,").replace("25.1,", "north,")
    text = (
        text.replace("measured", "guessed").replace("100000001", "1").replace("survey", "surveys")
    )
    path.write_text(text.replace("上", ""), "utf-8")
    with pytest.raises(CountyError) as caught:
        lc.load_county(county_folder)
    lines = str(caught.value).splitlines()
    for words in (
        "column 'height' is not known",
        "column 'elevation_m' is missing",
        "row 2, column name_zh: is empty",
        "row 3, column lat: 'north' is not a number",
        "row 2, column point: 'guessed'",
        "row 2, column code: '1'",
        "row 2, column source: 'surveys' is not in sources.csv",
        "row 3, column source: 'surveys' is not in sources.csv",
    ):
        assert sum(words in line for line in lines) == 1, words
    assert lines[0].endswith(": 8 faults.")


def test_rows_are_counted_as_a_spreadsheet_shows_them(county_folder):
    """An empty row and a line break within a cell must not shift the number of a row."""
    path = county_folder / "reported.csv"
    head, first, *rest = path.read_text("utf-8").splitlines()
    broken = (
        rest[0].replace("direction unknown", '"direction\nunknown"').replace("at_least", "more")
    )
    path.write_text("\n".join([head, "", first, ",,,,,,,", broken, *rest[1:]]) + "\n", "utf-8")
    with pytest.raises(CountyError, match=r"reported.csv, row 5, column bound: 'more' must be"):
        lc.load_county(county_folder)


def test_gb18030_is_read_as_utf8_is(county_folder):
    """A folder saved by a Chinese edition of a spreadsheet program must give the same county."""
    before = lc.load_county(county_folder)
    for path in county_folder.iterdir():
        path.write_bytes(path.read_text("utf-8").encode("gb18030"))
    after = lc.load_county(county_folder)
    assert after.about == before.about
    assert after.townships.equals(before.townships)
    assert after.figures.equals(before.figures)


def test_a_workbook_may_stand_in_for_any_table(county_folder, tmp_path):
    """Excel workbooks must give the same county, and claims must name the files that were read."""
    pd = pytest.importorskip("pandas")
    pytest.importorskip("openpyxl")
    before = lc.load_county(county_folder)
    folder = tmp_path / "我的 county"
    shutil.copytree(county_folder, folder)
    for table in toy.TABLES:
        path = folder / f"{table}.csv"
        pd.read_csv(path).to_excel(path.with_suffix(".xlsx"), index=False)
        path.unlink()
    after = lc.load_county(folder)
    assert after.townships.equals(before.townships)
    assert after.census.equals(before.census)
    values = {key: before.figure(key).value for key in before.keys}
    assert {key: after.figure(key).value for key in after.keys} == values
    claim = lc.record("x", 2, unit="count", inputs=["fund.annual"])
    assert set(claim.files) == {"我的 county/reported.xlsx"}


def test_a_table_in_two_files_is_refused(county_folder):
    """Nobody can know which of two files is meant."""
    (county_folder / "townships.xlsx").write_bytes(b"")
    with pytest.raises(CountyError, match=r"townships.csv and townships.xlsx are both there"):
        lc.load_county(county_folder)


def test_a_folder_without_county_toml_is_checked_all_the_same(county_folder):
    """Whoever forgot one file must learn of the other faults as well."""
    (county_folder / "county.toml").unlink()
    (county_folder / "census.csv").unlink()
    with pytest.raises(
        CountyError, match=r"2 faults(.|\n)*county.toml is missing(.|\n)*census.csv is"
    ):
        lc.load_county(county_folder)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('code = "１０００００"', "code '１０００００' must be the six digits"),
        ('name = "No\\nwhere"', "name holds a line break"),
        ("code = 100000", "code is missing or not text"),
        ('area = "1"', "'area' is not known: remove it"),
        ("name = Nowhere", "county.toml cannot be read"),
    ],
)
def test_a_wrong_line_of_county_toml_is_named(county_folder, line, words):
    """What the county is called must be text that charts and keys can hold."""
    path = county_folder / "county.toml"
    key = line.split(" ")[0]
    kept = [item for item in path.read_text("utf-8").splitlines() if not item.startswith(f"{key} ")]
    path.write_text("\n".join([*kept, line]) + "\n", "utf-8")
    with pytest.raises(CountyError, match=words):
        lc.load_county(county_folder)


def test_an_invented_number_is_simulated_wherever_it_stands(county_folder):
    """A number whose source is `invented` must not pass for a measurement in any table."""
    for table in toy.TABLES:
        if table != "sources":
            path = county_folder / f"{table}.csv"
            path.write_text(path.read_text("utf-8").replace("survey", "invented"), "utf-8")
    change(county_folder, "sources", "survey,A", "invented,A")
    county = lc.load_county(county_folder)
    assert {county.figure(key).grade for key in county.keys} == {"simulated"}
    assert set(county.figures["grade"]) == {"simulated"}
    assert set(county.figures["table"]) == {"reported", "published"}
    claim = lc.record("x", 2, unit="count", inputs=["fund.annual"])
    assert claim.grade == "simulated"


def test_markup_in_a_text_is_kept_as_text(county_folder):
    """A script in a note is data: it is kept letter by letter, and shown escaped."""
    script = "<script>alert(1)</script>"
    change(county_folder, "reported", "direction unknown", script)
    change(county_folder, "sources", "https://example.org/survey", "javascript:alert(1)")
    county = lc.load_county(county_folder)
    assert county.figure("parcels.daily").note == script
    assert "<script>" not in county.figures.to_html()


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\x00", b"\x00" * 10, b"a,b\n1,2,3\n"])
def test_a_file_that_is_no_table_is_refused(county_folder, content):
    """Empty, binary and ragged files must be refused in words."""
    (county_folder / "census.csv").write_bytes(content)
    with pytest.raises(CountyError, match="census.csv"):
        lc.load_county(county_folder)


def test_a_byte_order_mark_and_windows_line_ends_are_read(county_folder):
    """Files saved by a spreadsheet on Windows must be read unchanged."""
    before = lc.load_county(county_folder).figures
    path = county_folder / "reported.csv"
    text = path.read_text("utf-8").replace("\n", "\r\n")
    path.write_bytes(b"\xef\xbb\xbf" + text.encode())
    assert lc.load_county(county_folder).figures.equals(before)


def test_the_order_of_rows_does_not_matter(county_folder):
    """Reversing every file's rows must leave every figure as it is."""

    def figures(county):
        return {key: dataclasses.replace(county.figure(key), sha256="") for key in county.keys}

    before = figures(lc.load_county(county_folder))
    for table in toy.TABLES:
        path = county_folder / f"{table}.csv"
        head, *rows = path.read_text("utf-8").splitlines()
        path.write_text("\n".join([head, *reversed(rows)]) + "\n", "utf-8")
    assert figures(lc.load_county(county_folder)) == before


def test_a_county_that_is_not_there_is_refused(tmp_path):
    """A wrong name or folder must be answered with what there is."""
    with pytest.raises(CountyError, match="There is no county 'atlantis'.*liancheng"):
        lc.load_county("atlantis")
    with pytest.raises(CountyError, match="There is no county"):
        lc.load_county("长" * 300)
    with pytest.raises(CountyError, match=r"county.toml is missing"):
        lc.load_county(tmp_path)
