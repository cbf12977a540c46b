"""The anchors of keys and of sources."""

from __future__ import annotations

__all__ = ["anchor", "source_anchor"]


def anchor(key: str) -> str:
    """Return the HTML id of a key, such as ``v-fund-annual`` for ``fund.annual``.

    Different keys have different ids: a dot becomes a dash, and a dash, which is rare in keys,
    becomes a tilde, which no key contains.
    """
    return "v-" + key.replace("-", "~").replace(".", "-")


def source_anchor(name: str) -> str:
    """Return the HTML id of a source; different sources have different ids."""
    return "s-" + "".join(sign if sign.isalnum() else f"_{ord(sign):x}_" for sign in name)
