"""The parameters of a notebook, read from its cell, and a user's values checked against them."""

from __future__ import annotations

import ast
import io
import json
import math
import tokenize
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from lcresearch.errors import ParameterError, did_you_mean
from lcresearch.workflow.yaml_values import parse_yaml

__all__ = ["Parameter", "check_parameters", "parse_assignments", "read_parameters"]

_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "bool": (bool,),
    "int": (int,),
    "float": (float, int),
    "str": (str,),
    "list": (list,),
    "dict": (dict,),
    "None": (type(None),),
}


@dataclass(frozen=True)
class Parameter:
    """One parameter of a notebook.

    Parameters
    ----------
    name
        Its name.
    types
        Names of the types that it accepts, such as ``("float", "None")``.
    default
        The value that the notebook gives it.
    comment
        What the notebook says of it.
    """

    name: str
    types: tuple[str, ...]
    default: Any
    comment: str

    def accepts(self, value: Any) -> bool:
        """Return whether a value is of a type that the parameter accepts; NaN is of none."""
        if isinstance(value, bool):
            return "bool" in self.types
        if isinstance(value, float) and not math.isfinite(value):
            return False
        return any(isinstance(value, _TYPES[name]) for name in self.types)


def read_parameters(notebook: Path) -> dict[str, Parameter]:
    """Read the parameters of a notebook from its cell tagged ``parameters``.

    Parameters
    ----------
    notebook
        Path of the notebook.

    Returns
    -------
    dict of str to Parameter
        In the order of the cell; empty if no cell has the tag.

    Raises
    ------
    ParameterError
        If the file is not a notebook, or the cell holds anything but assignments of literals.
    """
    try:
        cells = json.loads(notebook.read_text("utf-8"))["cells"]
    except (json.JSONDecodeError, UnicodeDecodeError, KeyError, TypeError) as error:
        raise ParameterError(f"{notebook.name} is not a notebook: {error}.") from None
    for cell in cells:
        if "parameters" in cell.get("metadata", {}).get("tags", []):
            return _parse_cell(notebook.name, "".join(cell["source"]))
    return {}


def _parse_cell(notebook: str, source: str) -> dict[str, Parameter]:
    fault = f"{notebook}: its parameters cell must hold assignments of plain values only"
    try:
        statements = ast.parse(source).body
        comments = {
            token.start[0]: token.string.lstrip("# ")
            for token in tokenize.generate_tokens(io.StringIO(source).readline)
            if token.type == tokenize.COMMENT
        }
    except (SyntaxError, tokenize.TokenError) as error:
        raise ParameterError(f"{fault}: {error}.") from None
    found: dict[str, Parameter] = {}
    for statement in statements:
        line = f"line {statement.lineno}"
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            name, value = statement.target.id, statement.value
            types = tuple(part.strip() for part in ast.unparse(statement.annotation).split("|"))
            types = tuple(kind.split("[")[0] for kind in types)
        elif isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
            name, value, types = statement.targets[0].id, statement.value, ()
        else:
            raise ParameterError(f"{fault} ({line}).")
        try:
            default = ast.literal_eval(value)  # type: ignore[arg-type]
        except (ValueError, TypeError):
            raise ParameterError(f"{fault}: {name} is an expression ({line}).") from None
        types = types or ("None" if default is None else type(default).__name__,)
        if unknown := [kind for kind in types if kind not in _TYPES]:
            raise ParameterError(
                f"{notebook}: parameter {name} has type {unknown[0]}: use {', '.join(_TYPES)}."
            )
        last_line = statement.end_lineno or statement.lineno
        found[name] = Parameter(name, types, default, comments.get(last_line, ""))
    return found


def parse_assignments(assignments: Iterable[str], known: Mapping[str, Parameter]) -> dict[str, Any]:
    """Read ``name=value`` as it comes from the command line.

    A value is read as YAML, but as plain text where the parameter is text.

    Raises
    ------
    ParameterError
        If an argument lacks its equals sign, or a name is given twice.
    """
    values: dict[str, Any] = {}
    for assignment in assignments:
        name, equals, text = assignment.partition("=")
        if not equals or not name.strip():
            raise ParameterError(f"{assignment!r} is not of the form name=value.")
        name = name.strip()
        if name in values:
            raise ParameterError(f"Parameter {name!r} is given twice: give it once.")
        parameter = known.get(name)
        if parameter is not None and "str" in parameter.types:
            values[name] = text
            continue
        values[name] = _read_value(text)
    return values


def _read_value(text: str) -> Any:
    try:
        return parse_yaml(text)
    except yaml.YAMLError:
        return text


def check_parameters(
    notebook: str, values: Mapping[str, Any], known: Mapping[str, Parameter]
) -> dict[str, Any]:
    """Return `values` if the notebook has each parameter and accepts its type.

    Raises
    ------
    ParameterError
        If a name is unknown or a value has the wrong type.
    """
    for name, value in values.items():
        if name not in known:
            hint = did_you_mean(name, known)
            has = f"it has {', '.join(known)}" if known else "it has none"
            raise ParameterError(f"Notebook {notebook} has no parameter {name!r}: {has}.{hint}")
        if not known[name].accepts(value):
            raise ParameterError(
                f"Parameter {name!r} of notebook {notebook} must be "
                f"{' or '.join(known[name].types)}, not {type(value).__name__} ({value!r})."
            )
    return dict(values)
