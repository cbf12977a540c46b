"""Figures with a grade and a source, and the ledger in which notebooks record claims."""

from __future__ import annotations

import fnmatch
import math
import numbers
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any

from lcresearch.errors import EvidenceError, NotAvailable, did_you_mean
from lcresearch.intervals import Interval
from lcresearch.units import check_unit
from lcresearch.wording import describe_value

__all__ = ["CLAIM_METADATA", "Claim", "Figure", "Grade", "Ledger", "ledger", "record"]

# The name under which a claim travels in the metadata of a notebook's output.
CLAIM_METADATA = "lcresearch"

_KEY = re.compile(r"[a-z0-9_]+(\.[A-Za-z0-9_-]+)*")


class Grade(StrEnum):
    """How much a figure can bear; a weaker grade is smaller: ``SIMULATED < ... < REPORTED``."""

    REPORTED = "reported"
    PUBLISHED = "published"
    ESTIMATED = "estimated"
    ASSUMED = "assumed"
    SIMULATED = "simulated"

    @property
    def strength(self) -> int:
        """Rank from 0 (simulated) to 4 (reported)."""
        return len(Grade) - 1 - list(Grade).index(self)

    @classmethod
    def weakest(cls, grades: Iterable[Grade | str]) -> Grade:
        """Return the weakest of `grades`, which is the grade of whatever is derived from them."""
        return min(Grade(grade) for grade in grades)

    def __lt__(self, other: str) -> bool:
        return self.strength < Grade(other).strength

    def __le__(self, other: str) -> bool:
        return self.strength <= Grade(other).strength

    def __gt__(self, other: str) -> bool:
        return self.strength > Grade(other).strength

    def __ge__(self, other: str) -> bool:
        return self.strength >= Grade(other).strength


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One number with its unit, grade and source.

    Parameters
    ----------
    key
        Dotted name, such as ``fund.annual``.
    value
        The number; ``None`` where the source gives a direction only.
    unit
        Unit that `check_unit` accepts.
    grade
        How much the figure can bear.
    source
        Where a reader can look it up; for an assumption, the reason for the choice.
    low, high
        Bounds. Both ``None``: no interval is stated. One ``None``: "at least" or "at most".
    note
        What a reader must know before using it.

    Raises
    ------
    EvidenceError
        If the key is malformed, the source is empty, or the value is not a finite number between
        its bounds.
    UnitError
        If the unit is not known.
    """

    key: str
    value: float | None
    unit: str
    grade: Grade
    source: str
    low: float | None = None
    high: float | None = None
    note: str = ""

    def __post_init__(self) -> None:
        if not isinstance(self.key, str) or not _KEY.fullmatch(self.key):
            raise EvidenceError(
                f"Key {self.key!r} is malformed: use words joined by dots, such as 'fund.annual'."
            )
        if not str(self.source).strip():
            raise EvidenceError(f"{self.key!r} has no source: say where the number comes from.")
        check_unit(self.unit)
        try:
            object.__setattr__(self, "grade", Grade(self.grade))
        except ValueError:
            raise EvidenceError(
                f"{self.key!r} has grade {self.grade!r}: use one of {', '.join(Grade)}."
            ) from None
        for name in ("value", "low", "high"):
            object.__setattr__(self, name, _plain_number(self.key, name, getattr(self, name)))
        if self.value is not None and not (
            (self.low is None or self.low <= self.value)
            and (self.high is None or self.value <= self.high)
        ):
            raise EvidenceError(
                f"{self.key!r} needs low <= value <= high, not {self.low} <= {self.value} <= "
                f"{self.high}."
            )

    @property
    def data(self) -> Mapping[str, str]:
        """SHA-256 of the data files behind the figure, by path; empty where none is known."""
        return {}


@dataclass(frozen=True, kw_only=True)
class DataFigure(Figure):
    """A figure read from a file, with the hash of that file."""

    file: str = ""
    sha256: str = ""

    @property
    def data(self) -> Mapping[str, str]:
        """SHA-256 of the file that holds the figure."""
        return {self.file: self.sha256} if self.file else {}


@dataclass(frozen=True, kw_only=True)
class Claim(Figure):
    """A figure computed here, with the keys that it was computed from.

    Parameters
    ----------
    inputs
        Keys of the figures and claims it derives from; empty for a root such as a simulated truth.
    files
        SHA-256 of every data file behind the inputs, by path.
    library
        Version of this library.
    """

    inputs: tuple[str, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    library: str = ""

    @property
    def data(self) -> Mapping[str, str]:
        """SHA-256 of every data file behind the claim, by path."""
        return self.files

    def to_dict(self) -> dict[str, Any]:
        """Return the claim as plain values that JSON can carry."""
        plain = asdict(self)
        return plain | {"grade": str(self.grade), "inputs": list(self.inputs)}

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, str], dict[str, Any]]:
        # The reader sees rounded digits, which notebooks' tests can compare on any machine; the
        # exact claim travels in the output's metadata.
        words = describe_value(self)
        return (
            {
                "text/plain": f"{self.key} = {words} [{self.grade}]",
                "text/html": (
                    f'<div class="lc-claim"><code>{self.key}</code> = {words} '
                    f'<span class="lc-grade lc-{self.grade}">{self.grade}</span></div>'
                ),
            },
            {CLAIM_METADATA: {"claim": self.to_dict()}},
        )


class Ledger:
    """Known figures and recorded claims; a claim takes the weakest grade of its inputs."""

    def __init__(self) -> None:
        self._known: dict[str, Figure] = {}
        self._claims: dict[str, Claim] = {}

    @property
    def claims(self) -> tuple[Claim, ...]:
        """The claims, in the order in which they were recorded."""
        return tuple(self._claims.values())

    @property
    def invented(self) -> bool:
        """Whether it knows figures of an invented county, so that whatever is shown must say so."""
        return any(
            isinstance(figure, DataFigure) and figure.grade is Grade.SIMULATED
            for figure in self._known.values()
        )

    def know(self, figures: Iterable[Figure]) -> None:
        """Make figures available as inputs; a later figure replaces an earlier one of its key."""
        self._known.update({figure.key: figure for figure in figures})

    def reset(self) -> None:
        """Forget every figure and claim."""
        self._known.clear()
        self._claims.clear()

    def get(self, key: str) -> Figure:
        """Return the figure or claim of that key.

        Raises
        ------
        NotAvailable
            If no figure or claim has the key.
        """
        found = self._claims.get(key) or self._known.get(key)
        if found is None:
            hint = did_you_mean(key, [*self._known, *self._claims], most=3)
            raise NotAvailable(
                f"{key!r} is neither a known figure nor a recorded claim.{hint} Load the county "
                f"first, or record the input before what derives from it."
            )
        return found

    def record(
        self,
        key: str,
        value: float | Interval,
        *,
        unit: str,
        inputs: Sequence[str | Figure] = (),
        low: float | None = None,
        high: float | None = None,
        grade: Grade | str | None = None,
        source: str = "",
        note: str = "",
    ) -> Claim:
        """Record a claim and return it.

        Parameters
        ----------
        key
            Dotted name of the claim.
        value
            The number, or an `Interval` that brings its bounds along.
        unit
            Unit that `check_unit` accepts.
        inputs
            Keys or figures that the claim derives from; a pattern such as ``township.*.lat``
            stands for every key that it matches.
        low, high
            Bounds, where there are any.
        grade
            For a root (no inputs), its grade; otherwise a grade at most as strong as the inputs'.
        source
            For a root, where the number comes from.
        note
            What a reader must know before using it.

        Raises
        ------
        EvidenceError
            If an input is unknown, the key exists with another value or unit, a root has no grade
            or source, or the grade is stronger than the inputs allow.
        UnitError
            If the unit is not known.
        """
        from lcresearch import __version__

        if isinstance(value, Interval):
            value, low, high = _bounds_of(value)
        roots = self._resolve(key, inputs)
        if not roots and (grade is None or not source):
            raise EvidenceError(
                f"Claim {key!r} has no inputs: name the figures it derives from, or give a grade "
                f"and a source if it is a root."
            )
        if roots:
            weakest = Grade.weakest(root.grade for root in roots)
            if grade is not None and Grade(grade) > weakest:
                raise EvidenceError(
                    f"Claim {key!r} cannot be {grade}: its weakest input is {weakest}."
                )
            grade = weakest if grade is None else Grade(grade)
            source = source or "computed from " + ", ".join(root.key for root in roots)
        claim = Claim(
            key=key,
            value=value,
            unit=unit,
            grade=Grade(grade),  # type: ignore[arg-type]
            source=source,
            low=low,
            high=high,
            note=note,
            inputs=tuple(root.key for root in roots),
            files=dict(sorted({k: v for root in roots for k, v in root.data.items()}.items())),
            library=__version__,
        )
        self._refuse_contradiction(claim)
        self._claims[key] = claim
        return claim

    def _resolve(self, key: str, inputs: Sequence[str | Figure]) -> list[Figure]:
        if isinstance(inputs, str | Figure):
            inputs = [inputs]
        found: dict[str, Figure] = {}
        for item in inputs:
            name = item.key if isinstance(item, Figure) else item
            if "*" in name:
                matches = fnmatch.filter([*self._known, *self._claims], name)
                if not matches:
                    raise NotAvailable(f"Claim {key!r}: no key matches the pattern {name!r}.")
            else:
                matches = [name]
            found |= {match: self.get(match) for match in matches}
        return list(found.values())

    def _refuse_contradiction(self, claim: Claim) -> None:
        if claim.key in self._known:
            raise EvidenceError(
                f"{claim.key!r} is a figure of the county: give the claim a key of its own."
            )
        earlier = self._claims.get(claim.key)
        if earlier is None:
            return
        if earlier.unit != claim.unit:
            raise EvidenceError(
                f"Claim {claim.key!r} was recorded in {earlier.unit}, now in {claim.unit}: "
                f"use one unit, or two keys."
            )
        if not same_claim(earlier, claim):
            raise EvidenceError(
                f"Claim {claim.key!r} was recorded as {earlier.value}, now as {claim.value}: use "
                f"two keys, or restart the kernel if you changed a parameter."
            )


def same_claim(one: Claim, other: Claim) -> bool:
    """Return whether two claims agree in all but the library's version, to twelve digits."""

    def close(a: float | None, b: float | None) -> bool:
        return a is b or (a is not None and b is not None and math.isclose(a, b, rel_tol=1e-12))

    numbers_agree = all(close(getattr(one, n), getattr(other, n)) for n in ("value", "low", "high"))
    blank: dict[str, Any] = {"value": None, "low": None, "high": None, "library": ""}
    return numbers_agree and replace(one, **blank) == replace(other, **blank)


ledger = Ledger()
"""The ledger of this process; `load_county` fills it, `record` writes to it."""


def record(key: str, value: float | Interval, *, unit: str, **rest: Any) -> Claim:
    """Record a claim in the ledger of this process and, in a notebook, show it.

    Takes the arguments of `Ledger.record` and raises its errors.

    Returns
    -------
    Claim
        The claim, with the weakest grade of its inputs.
    """
    claim = ledger.record(key, value, unit=unit, **rest)
    if "IPython" in sys.modules and sys.modules["IPython"].get_ipython() is not None:
        sys.modules["IPython"].display.display(claim)
    return claim


def _bounds_of(interval: Interval) -> tuple[float, float | None, float | None]:
    if interval.low == interval.value == interval.high:
        return interval.value, None, None
    low = interval.low if math.isfinite(interval.low) else None
    high = interval.high if math.isfinite(interval.high) else None
    return interval.value, low, high


def _plain_number(key: str, name: str, number: Any) -> float | None:
    if number is None:
        return None
    if isinstance(number, bool) or not isinstance(number, numbers.Real):
        raise EvidenceError(f"{key!r}: {name} must be a number, not {type(number).__name__}.")
    plain = int(number) if isinstance(number, numbers.Integral) else float(number)
    if not math.isfinite(plain):
        raise EvidenceError(
            f"{key!r}: {name} is {plain}, not a finite number; leave a bound out where it is open."
        )
    return plain
