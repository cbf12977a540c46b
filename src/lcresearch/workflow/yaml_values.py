"""YAML as its users write it: safe, and with 8e6 a number."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from lcresearch.errors import ParameterError

__all__ = ["parse_yaml", "read_yaml"]


class _Loader(yaml.SafeLoader):  # type: ignore[misc]
    """PyYAML's safe loader, but for numbers with an exponent: it takes 8e6 and 8.0e6 for text."""


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)[eE][-+]?\d+"),
    list("-+.0123456789"),
)


def parse_yaml(text: str) -> Any:
    """Return what a YAML text says, in plain values.

    Raises
    ------
    yaml.YAMLError
        If it is not YAML, or asks for anything but plain values.
    """
    return yaml.load(text, _Loader)


def read_yaml(path: Path) -> Any:
    """Return what a YAML file holds, in plain values.

    Raises
    ------
    ParameterError
        If the file is missing or cannot be read.
    """
    try:
        return parse_yaml(path.read_text("utf-8-sig"))
    except FileNotFoundError:
        raise ParameterError(f"There is no file {path}.") from None
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        words = " ".join(str(error).split())
        raise ParameterError(f"{path.name} cannot be read as YAML: {words}.") from None
