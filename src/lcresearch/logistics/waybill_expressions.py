"""Sums and checks of waybills as Ibis expressions, the same for DuckDB, Spark and others."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

from lcresearch.logistics.waybill_columns import need_columns, need_kinds
from lcresearch.logistics.waybills import WAYBILLS

if TYPE_CHECKING:
    import ibis
    import ibis.expr.types as ir

__all__ = ["DateOrder", "WaybillExpressions"]

DateOrder = Literal["year_first", "day_first", "month_first"]

# Written so that RE2 (DuckDB) and Java (Spark) read them alike.
_BLANKS: Final = r"^[\s\x{00A0}\x{3000}\x{FEFF}]+|[\s\x{00A0}\x{3000}\x{FEFF}]+$"
_TIME: Final = r"[ T][0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?$"
_YEAR_FIRST: Final = r"^([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})日?$"
_DIGITS: Final = r"^((?:19|20)[0-9]{2})([0-9]{2})([0-9]{2})$"
_YEAR_LAST: Final = r"^([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})$"
_NUMBER: Final = r"^[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?$"

_PLACES: Final = {"year_first": (1, 2, 3), "day_first": (3, 2, 1), "month_first": (3, 1, 2)}
"""Where year, month and day stand in a date."""

_YEARS: Final = (1678, 2261)
"""Years that pandas can hold to the nanosecond."""

_LARGEST: Final = 1.7976931348623157e308
"""Largest finite number: Ibis translates `isinf` to false for Spark, a comparison to itself."""


@dataclass(frozen=True)
class _Check:
    """What is wrong with a value of a column, and in which rows it is."""

    column: str
    words: str
    fails: ir.BooleanValue
    is_empty: bool = False


@dataclass(frozen=True, eq=False)
class WaybillExpressions:
    """Expressions over a table of waybills of any size, to be run where the table lies.

    None reads a row: each is handed to the table's own engine by ``.execute()``.

    Parameters
    ----------
    table
        Columns of the form `WAYBILLS`, others are left aside. Text may stand for dates and numbers
        (as in a CSV file), and whole numbers for waybills. Blanks around text are no part of it.
    heaviest
        Weight in kg above which a parcel is a fault, as probably written in grams.
    dates
        Whether year, day or month stands first in dates that are text.
    where
        Name of the table, for messages.

    Raises
    ------
    DataError
        If a column is missing or holds another kind.
    """

    table: ibis.Table
    heaviest: float
    dates: DateOrder = "year_first"
    where: str = "waybills"

    def __post_init__(self) -> None:
        need_columns(self.table.columns, where=self.where)
        need_kinds(self.table, where=self.where)

    def slices(self, count: int, *, by: str) -> list[WaybillExpressions]:
        """Return the same over some rows each, all rows of one township (or waybill) in one.

        What each must hold at a time is smaller; put below each other, they are the whole.

        Parameters
        ----------
        count
            How many, a power of two.
        by
            ``"township"`` or ``"waybill"``.
        """
        if count == 1:
            return [self]
        place = self._text(by).fill_null("").hash() & (count - 1)
        return [replace(self, table=self.table.filter(place == k)) for k in range(count)]

    def township_days(self) -> ibis.Table:
        """Return the columns of `township_days`, and in `faults` the rows that fail a check.

        Every row is counted in some group, that of an unreadable date in one without a date, so
        that `faults` adds up to all rows that fail; sums of such a group are not to be used.
        """
        rows = self._rows()
        return (
            rows.group_by("township", "date")
            .agg(
                down=(rows.direction == "down").sum().cast("int64"),
                up=(rows.direction == "up").sum().cast("int64"),
                stops=rows.point.nunique(),
                carriers=rows.carrier.nunique(),
                kg=rows.weight.sum(),
                fee=rows.fee.sum(),
                faults=rows.fault.count(),
            )
            .order_by("township", "date")
        )

    def faults(self) -> ibis.Table:
        """Return one row for each check that rows fail, in the order of `WAYBILLS`.

        A row that fails several is counted under the first. Columns: `column`, `words` (what is
        wrong), `rows`, `waybill` (the first by number) and `value` (its text, null where empty).
        """
        import ibis

        checks = self._checks()
        rows = self._rows().filter(lambda row: row.fault.notnull())
        counted = rows.group_by("fault").agg(
            rows=rows.count(), waybill=rows.waybill.min(), value=rows.shown.argmin(rows.waybill)
        )
        return counted.order_by("fault").select(
            column=ibis.cases(*((counted.fault == k, c.column) for k, c in enumerate(checks))),
            words=ibis.cases(*((counted.fault == k, c.words) for k, c in enumerate(checks))),
            rows=counted.rows,
            waybill=counted.waybill,
            value=counted.value,
        )

    def repeated_hashes(self) -> ibis.Table:
        """Return one row: `hashes`, how many hashes of waybills occur more than once.

        If none does, no waybill is repeated. Hashes are of one length, so that engines group far
        more of them than of texts, and put on disk what does not fit.
        """
        rows = self._hashed()
        return self._repeated(rows, "hash").agg(hashes=lambda often: often.count())

    def repeats(self) -> ibis.Table:
        """Return one row: `rows` that repeat an earlier waybill, and a `waybill` that is repeated.

        Exact: of the waybills whose hashes are repeated, the numbers themselves are compared.
        """
        rows = self._hashed()
        doubtful = rows.semi_join(self._repeated(rows, "hash"), "hash")
        often = self._repeated(doubtful, "waybill")
        return often.agg(rows=(often["count"] - 1).sum(), waybill=often.waybill.min())

    def _hashed(self) -> ibis.Table:
        waybill = self._text("waybill")
        return self.table.select(waybill=waybill, hash=waybill.hash())

    def _repeated(self, rows: ibis.Table, key: str) -> ibis.Table:
        counted = rows.group_by(key).agg(count=rows.count())
        return counted.filter(counted["count"] > 1)

    def date_order(self) -> ibis.Table:
        """Return one row: in how many dates that end in the year a number is above twelve.

        Columns `first` and `second`, by the place of the number; `one`, one of the dates.
        """
        day = self._day_text()
        dates = self.table.select(day=day).filter(lambda row: row.day.re_search(_YEAR_LAST))
        above = r"(1[3-9]|[2-9][0-9])[-/.]"
        return dates.agg(
            first=dates.day.re_search("^" + above).sum(),
            second=dates.day.re_search("^[0-9]{1,2}[-/.]" + above).sum(),
            one=dates.day.min(),
        )

    def first_ends_in_year(self) -> ibis.Table:
        """Return one row: whether the year stands last in the first date that is text."""
        return self.table.select(last=self._day_text().re_search(_YEAR_LAST)).limit(1)

    def heavy_share(self) -> ibis.Table:
        """Return one row: the share of parcels above half of `heaviest`."""
        kg = self._number("weight")
        return self.table.agg(share=(kg > self.heaviest / 2).mean())

    def _rows(self) -> ibis.Table:
        """Return the parcels, read, with `fault`, the first check that the row fails, or null."""
        import ibis

        checks = self._checks()
        blank = ibis.null("string")
        shown = ((c.fails, blank if c.is_empty else self._text(c.column)) for c in checks)
        return self.table.select(
            waybill=self._text("waybill"),
            date=self._date(),
            **{name: self._text(name) for name in ("carrier", "direction", "township", "point")},
            weight=self._number("weight"),
            fee=self._number("fee"),
            fault=ibis.cases(*((check.fails, k) for k, check in enumerate(checks))),
            shown=ibis.cases(*shown),
        )

    def _checks(self) -> list[_Check]:
        """Return the checks by column in the order of `WAYBILLS`, the empty value first."""
        kg, yuan = self._number("weight"), self._number("fee")
        no_date = "is no day, or is written in another way than the first: write YYYY-MM-DD"
        no_number = "is no number: write digits with a point"
        heavy = (
            f"is above {self.heaviest:g} kg: if these are grams divide them by 1,000, if they are "
            f"kg give a larger `heaviest`"
        )
        checks = [
            *(self._empty(name) for name in WAYBILLS.columns),
            _Check("date", no_date, self._date().isnull()),
            _Check("direction", _said("direction"), self._text("direction").notin(["down", "up"])),
            _Check("weight", no_number, ~_finite(kg)),
            _Check("weight", _said("weight"), kg <= 0),
            _Check("weight", heavy, kg > self.heaviest),
            _Check("fee", no_number, ~_finite(yuan)),
            _Check("fee", _said("fee"), yuan < 0),
        ]
        order = list(WAYBILLS.columns)
        return sorted(checks, key=lambda check: order.index(check.column))

    def _empty(self, name: str) -> _Check:
        column = self.table[name]
        if column.type().is_string():
            column = self._text(name).nullif("")
        return _Check(name, "is empty: fill it in", column.isnull(), is_empty=True)

    def _text(self, name: str) -> ir.StringValue:
        column = self.table[name]
        if column.type().is_string():
            return column.re_replace(_BLANKS, "")
        return column.cast("string")

    def _number(self, name: str) -> ir.FloatingValue:
        if not self.table[name].type().is_string():
            return self.table[name].cast("float64")
        text = self._text(name)
        # Engines read more than digits as numbers, each its own: 1_000, 1d, Infinity.
        return text.re_search(_NUMBER).ifelse(text, None).try_cast("float64")

    def _day_text(self) -> ir.StringValue:
        return self._text("date").re_replace(_TIME, "")

    def _date(self) -> ir.DateValue:
        """Return the day, or null where it cannot be read."""
        column = self.table["date"]
        if column.type().is_string():
            day = self._day_text()
            if self.dates == "year_first":
                form = day.re_search(_DIGITS)
                date = form.ifelse(self._written(_DIGITS), self._written(_YEAR_FIRST))
            else:
                date = self._written(_YEAR_LAST)
            date = date.try_cast("date")
        else:
            date = column.date() if column.type().is_timestamp() else column
        return date.year().between(*_YEARS).ifelse(date, None)

    def _written(self, form: str) -> ir.StringValue:
        """Return dates of a form as year-month-day, text that is no date where they are not."""
        day = self._day_text()
        year, month, date = (day.re_extract(form, place) for place in _PLACES[self.dates])
        return year + "-" + month + "-" + date


def _finite(number: ir.FloatingValue) -> ir.BooleanValue:
    return (number.abs() <= _LARGEST).fill_null(False)


def _said(name: str) -> str:
    """Return what the form says of a value that fails its check."""
    return str(WAYBILLS.columns[name].checks[0].error)
