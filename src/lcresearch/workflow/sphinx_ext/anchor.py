"""The anchor of a key on the page of claims."""

from __future__ import annotations

__all__ = ["anchor"]


def anchor(key: str) -> str:
    """Return the HTML id of a key, such as ``v-fund-annual`` for ``fund.annual``.

    Different keys have different ids: a dot becomes a dash, and a dash, which is rare in keys,
    becomes a tilde, which no key contains.
    """
    return "v-" + key.replace("-", "~").replace(".", "-")
