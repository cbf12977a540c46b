"""Errors that a user can act on: each says what is wrong, where, and what to do."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = [
    "BookError",
    "CountyError",
    "DataError",
    "EvidenceError",
    "LcresearchError",
    "NotAvailable",
    "NotebookError",
    "ParameterError",
    "ProjectError",
    "UnitError",
    "did_you_mean",
]


class LcresearchError(Exception):
    """Any fault that a user can mend; its text is meant to be read without a traceback."""


class UnitError(LcresearchError, ValueError):
    """A unit that is misspelt or contradicts another."""


class EvidenceError(LcresearchError, ValueError):
    """A figure or claim that is unknown, repeated with another value, or ungraded."""


class NotAvailable(EvidenceError):  # noqa: N818 - it is no fault where a county lacks a figure
    """A figure that the county's folder does not hold; what derives from it cannot be had."""


class CountyError(LcresearchError, ValueError):
    """A county's folder that is missing, incomplete or wrong."""


class DataError(LcresearchError, ValueError):
    """Data or arguments that a model cannot accept."""


class ProjectError(LcresearchError):
    """A command that was started outside a checkout, or in one that lacks a part."""


class ParameterError(LcresearchError, ValueError):
    """A parameter that the notebook does not have, or a value of the wrong type."""


class NotebookError(LcresearchError):
    """A notebook that failed while it ran; the text names its cell."""


class BookError(LcresearchError):
    """A book that could not be built."""


def did_you_mean(
    word: object, known: Iterable[object], *, most: int = 1, cutoff: float = 0.6
) -> str:
    """Return the known words nearest to a misspelt one as a question; empty where none is near.

    Parameters
    ----------
    word
        What the user wrote.
    known
        What could have been meant.
    most
        How many words to offer.
    cutoff
        How near a word must be, from 0 to 1.

    Returns
    -------
    str
        For example ``" Did you mean 'fund.annual'?"``, to be put behind a sentence.
    """
    near = difflib.get_close_matches(str(word), map(str, known), n=most, cutoff=cutoff)
    return f" Did you mean {' or '.join(map(repr, near))}?" if near else ""
