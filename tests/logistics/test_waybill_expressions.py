"""Expressions over waybills: the same sums and faults by DuckDB and by Spark."""

import pandas as pd
import pytest
from simulated_waybills import COUNT, same, simulated_waybills

from lcresearch.errors import DataError
from lcresearch.logistics.waybill_expressions import WaybillExpressions
from lcresearch.logistics.waybill_store import aggregate_waybills
from lcresearch.logistics.waybills import township_days

ibis = pytest.importorskip("ibis", reason="needs the extra `scale`")
pytest.importorskip("duckdb", reason="needs the extra `scale`")
pytest.importorskip("pyarrow", reason="writes Parquet")

WRONG = {
    "date": ["2023-02-30", "0023-05-01", "45047", "\u3000"],
    "carrier": ["\t"],
    "direction": ["Down"],
    "weight": ["1d", "1_000", "1e999", "Infinity", "NaN", "-0.5", "2.5e3"],
    "fee": ["0x1F", "-.5"],
}


@pytest.fixture(scope="module")
def waybills():
    """Return three thousand simulated waybills with Chinese names."""
    return simulated_waybills()


def test_any_engine_takes_the_expressions(waybills):
    """An Ibis table is summed by its own engine, and checked as files are."""
    table = ibis.memtable(waybills)
    same(table, township_days(waybills))
    with pytest.raises(DataError, match="waybills, column fee, 3,000 rows .* must not be negative"):
        aggregate_waybills(table.mutate(fee=-table.fee))
    for engine in ("trino", "bigquery", "snowflake", "postgres", "databricks"):
        expressions = WaybillExpressions(table, heaviest=200)
        assert "COUNT(DISTINCT" in ibis.to_sql(expressions.township_days(), dialect=engine)
        assert "REGEXP" in ibis.to_sql(expressions.faults(), dialect=engine)


def test_equal_hashes_are_no_repeated_waybills(waybills, monkeypatch):
    """Numbers that share a hash are compared themselves, so that nothing is called repeated."""
    table = ibis.memtable(waybills)
    hashed = WaybillExpressions._hashed
    monkeypatch.setattr(
        WaybillExpressions,
        "_hashed",
        lambda self: hashed(self).mutate(hash=lambda row: row.waybill.length()),
    )
    expressions = WaybillExpressions(table, heaviest=200)
    assert expressions.repeated_hashes().to_pandas()["hashes"].item() == 1
    assert expressions.repeats().to_pandas()["waybill"].isna().all()
    same(table, township_days(waybills))
    found = WaybillExpressions(table.union(table), heaviest=200).repeats().to_pandas()
    assert found["rows"].item() == COUNT


def test_spark(waybills, tmp_path):
    """A Spark session gives the same table and the same refusals, typed and as text."""
    pyspark = pytest.importorskip("pyspark", reason="needs pyspark and Java, in no extra")
    session = (
        pyspark.sql.SparkSession.builder.master("local[1]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "2")
        .getOrCreate()
    )
    try:
        engine = ibis.pyspark.connect(session)
        waybills.assign(date=waybills["date"].dt.date).to_parquet(tmp_path / "w.parquet")
        same(engine.read_parquet(str(tmp_path / "w.parquet")), township_days(waybills))
        texts = waybills.assign(
            date=waybills["date"].dt.strftime("%d/%m/%Y"), carrier="\u3000" + waybills["carrier"]
        ).astype(str)
        texts.to_parquet(tmp_path / "t.parquet")
        table = engine.read_parquet(str(tmp_path / "t.parquet"))
        same(table, township_days(waybills))
        with pytest.raises(DataError, match="weight, 3,000 rows .*kg' is no number"):
            aggregate_waybills(table.mutate(weight=table.weight + "kg"))
        with pytest.raises(DataError, match="3,000 rows in all repeat"):
            aggregate_waybills(table.union(table))
        wrong = waybills.astype(str)
        cells = [(column, value) for column, values in WRONG.items() for value in values]
        for row, (column, value) in enumerate(cells):
            wrong.loc[row, column] = value
        wrong.to_parquet(tmp_path / "wrong.parquet")
        by_duckdb, by_spark = (
            WaybillExpressions(each, heaviest=200).faults().to_pandas()
            for each in (ibis.memtable(wrong), engine.read_parquet(str(tmp_path / "wrong.parquet")))
        )
        assert by_duckdb["rows"].sum() == len(cells)
        pd.testing.assert_frame_equal(by_spark, by_duckdb, check_dtype=False)
    finally:
        session.stop()
