"""YAML as its users write it: safe, and with 8e6 a number."""

from __future__ import annotations

import re
from typing import Any

import yaml

__all__ = ["read_yaml"]


class _Loader(yaml.SafeLoader):  # type: ignore[misc]
    """PyYAML's safe loader, but for numbers with an exponent: it takes 8e6 and 8.0e6 for text."""


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)[eE][-+]?\d+"),
    list("-+.0123456789"),
)


def read_yaml(text: str) -> Any:
    """Return what a YAML text says, in plain values.

    Raises
    ------
    yaml.YAMLError
        If it is not YAML, or asks for anything but plain values.
    """
    return yaml.load(text, _Loader)
