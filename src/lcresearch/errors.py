"""Errors that a user can act on: each says what is wrong, where, and what to do."""

from __future__ import annotations

__all__ = [
    "BookError",
    "CountyError",
    "DataError",
    "EvidenceError",
    "LcresearchError",
    "NotebookError",
    "ParameterError",
    "ProjectError",
    "UnitError",
]


class LcresearchError(Exception):
    """Any fault that a user can mend; its text is meant to be read without a traceback."""


class UnitError(LcresearchError, ValueError):
    """A unit that is misspelt or contradicts another."""


class EvidenceError(LcresearchError, ValueError):
    """A figure or claim that is unknown, repeated with another value, or ungraded."""


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
