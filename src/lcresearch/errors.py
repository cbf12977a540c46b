"""Errors that a user can act on: each says what is wrong, where, and what to do."""

from __future__ import annotations

__all__ = ["CountyError", "DataError", "EvidenceError", "LcresearchError", "UnitError"]


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
