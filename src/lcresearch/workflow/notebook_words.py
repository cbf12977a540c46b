"""The strings of a notebook that a reader may see: blocks of its text, and words of its code."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterable, Iterator
from html import unescape
from itertools import chain, islice, product
from typing import Any, Final

from lcresearch.evidence import CLAIM_METADATA
from lcresearch.translation import Translator, has_words
from lcresearch.units import UNIT_WORDS

__all__ = [
    "CELL",
    "blocks",
    "cells_of_tables",
    "code_words",
    "library_words",
    "text_blocks",
    "unknown",
]

_FENCE: Final = re.compile(r" {0,3}(`{3,}|~{3,}|:{3,}|\$\$)")
CELL: Final = re.compile(r"(<t[hd]\b[^>]*>)([^<]+)(</t[hd]>)")
"""Text of a table's cell, as pandas writes it."""
# Keys, columns and colours.
_NAME: Final = re.compile(r"#\w+|[\w*]*(?:_|\.(?=[\w*])|\*)[\w.*-]*")
# Calls and options whose strings no reader sees, and what options are commonly set to.
_SILENT_CALLS: Final = """
    DataError EvidenceError NotAvailable TypeError ValueError agg assign astype draw drop endswith
    eval figure get getattr grid groupby hasattr mean melt merge open partition pivot pivot_table
    quantile query read_csv read_table record reindex removeprefix removesuffix rename_categories
    reset_index rpartition rsplit set_aspect set_edgecolor set_hatch set_horizontalalignment
    set_index set_option set_verticalalignment set_xscale set_yscale sort_values split startswith
    strip subplot_mosaic sum tick_params transform value xs
"""
_SILENT_OPTIONS: Final = """
    arrowstyle aspect axis base_period boxstyle by c cluster cmap cohort color colour conduct
    connectionstyle control_group covariance ddof deterministic drawstyle dtype ec ecolor edgecolor
    effects errors estimator facecolor fc fmt fontsize fontstyle fontweight form grade ha hatch how
    inference inputs interpolation key kind layout left_on legend level linestyle linestyles loc ls
    marker markeredgecolor markerfacecolor mec method mfc ms on orient orientation outcome palette
    restriction right_on scale style textcoords time transform treated unit va weight weights where
    which xycoords
"""
_VOCABULARY: Final = """
    auto axes black bold both bottom center centre coerce columns data equal figure first gray grey
    ignore index inner italic last left linear log major minor none offset outer raise right tight
    top white
"""
_MOST_VARIANTS: Final = 16


def text_blocks(source: str) -> list[str]:
    """Return the blocks of a Markdown text and what parts them, in turn: blocks at even places.

    Blank lines part blocks, but not within a fence or a formula.
    """
    pieces: list[str] = [""]
    fence = ""
    for line in source.splitlines(keepends=True):
        found = _FENCE.match(line)
        blank = not line.strip() and not fence
        if found:
            mark = found[1]
            if not fence:
                # A formula may end on the line that it begins on.
                fence = "" if mark == "$$" and line.strip().count("$$") > 1 else mark
            elif line.strip().startswith(fence):
                fence = ""
        elif fence == "$$" and line.rstrip().endswith("$$"):
            fence = ""
        if blank != (len(pieces) % 2 == 0):
            pieces.append("")
        pieces[-1] += line
    # The end of a line belongs to what parts blocks.
    for place in range(0, len(pieces), 2):
        kept = pieces[place].rstrip("\n")
        rest = pieces[place][len(kept) :]
        pieces[place] = kept
        if rest and place + 1 < len(pieces):
            pieces[place + 1] = rest + pieces[place + 1]
        elif rest:
            pieces.append(rest)
    return pieces


def blocks(notebook: Any) -> list[str]:
    """Return the blocks with words of a notebook's Markdown cells."""
    return [
        block
        for cell in notebook.cells
        if cell.cell_type == "markdown"
        for block in text_blocks(cell.source)[::2]
        if has_words(block)
    ]


def code_words(source: str) -> list[str]:
    """Return the strings of Python code that may reach a chart, a table or a reader's eye.

    An f-string or a sum of strings becomes a template with numbered places; the words that the
    code puts there are strings of their own.
    """
    found = (" ".join(words.split(" ")).strip() for words in _strings(ast.parse(source)))
    return [words for words in dict.fromkeys(found) if _is_said(words)]


def library_words(source: str) -> list[str]:
    """Return the strings of a module's functions that draw: ``plot`` and ``show``."""
    drawing = [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.FunctionDef) and node.name in ("plot", "show")
    ]
    return [words for node in drawing for words in code_words(ast.unparse(node))]


def cells_of_tables(notebook: Any) -> list[str]:
    """Return the texts with words of table cells, and printed lines, of a notebook's outputs."""
    found: dict[str, None] = {}
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if CLAIM_METADATA in output.get("metadata", {}):
                continue
            for cut in CELL.finditer(output.get("data", {}).get("text/html", "")):
                found[unescape(cut[2]).strip()] = None
            for line in output.get("text", "").splitlines():
                found[line.strip()] = None
    return [text for text in found if _is_said(text)]


def unknown(texts: Iterable[str], words: Iterable[str], names: Iterable[str]) -> list[str]:
    """Return the texts that are not composed of words and names that are known."""
    say = Translator({word: word for word in words}, {name: name for name in names})
    for text in texts:
        say(text)
    return list(say.missing)


def _is_said(words: str) -> bool:
    static = re.sub(r"\{\d+\}", "", words)
    plain = re.sub(r"\{\d+\}", "x", words)
    if _NAME.fullmatch(plain) or words in _VOCABULARY.split():
        return False
    is_unit = "/" in words and all(part in UNIT_WORDS for part in words.split("/"))
    return has_words(static) and not is_unit


def _strings(node: ast.AST) -> Iterator[str]:
    """Yield messages from a piece of code, in the order in which they stand there."""
    match node:
        case ast.Constant(value=str(text)):
            yield text
        case ast.JoinedStr() | ast.BinOp(op=ast.Add()) if _composes(node):
            yield from _templates(node)
            for inner in _insides(node):
                yield from _strings(inner)
        case ast.Expr(value=ast.Constant()):
            return  # a docstring
        case ast.Call():
            yield from _strings_of_call(node)
        case ast.Subscript():
            yield from _strings(node.value)
            # A column or an entry that is made, and not one that is read.
            if isinstance(node.ctx, ast.Store):
                yield from _strings(node.slice)
        case ast.Compare() | ast.Assert() | ast.Raise() | ast.Import() | ast.ImportFrom():
            return
        case _:
            for child in ast.iter_child_nodes(node):
                yield from _strings(child)


def _strings_of_call(call: ast.Call) -> Iterator[str]:
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    on = getattr(call.func, "value", None)
    if isinstance(on, ast.Constant) and isinstance(on.value, str):
        if name == "format":
            yield _numbered(on.value)
    elif on is not None:
        yield from _strings(on)
    if name in _SILENT_CALLS.split():
        return
    for argument in call.args:
        yield from _strings(argument)
    for option in call.keywords:
        if option.arg not in _SILENT_OPTIONS.split():
            yield from _strings(option.value)


def _numbered(text: str) -> str:
    """Return a text for ``str.format`` with numbered places."""
    try:
        parts = list(string.Formatter().parse(text))
    except ValueError:
        return text
    pieces = [(words, "" if field is None else None) for words, field, *_ in parts]
    return _join(piece for both in pieces for piece in both)


def _composes(node: ast.AST) -> bool:
    """Return whether an expression puts a string together."""
    match node:
        case ast.JoinedStr() | ast.Constant(value=str()):
            return True
        case ast.BinOp(op=ast.Add()):
            return _composes(node.left) or _composes(node.right)
        case ast.IfExp():
            return _composes(node.body) or _composes(node.orelse)
    return False


def _templates(node: ast.AST) -> Iterator[str]:
    for pieces in dict.fromkeys(map(tuple, _variants(node))):
        yield _join(pieces)


def _variants(node: ast.AST) -> list[list[str | None]]:
    """Return what an expression may put together: lists of fixed texts and, ``None``, places."""
    match node:
        case ast.Constant(value=str(text)):
            return [[text]]
        case ast.JoinedStr():
            parts = [_variants(part) for part in node.values]
        case ast.BinOp(op=ast.Add()):
            parts = [_variants(node.left), _variants(node.right)]
        case ast.IfExp() if _composes(node):
            return (_variants(node.body) + _variants(node.orelse))[:_MOST_VARIANTS]
        case _:
            return [[None]]
    every = islice(product(*parts), _MOST_VARIANTS)
    return [list(chain.from_iterable(choice)) for choice in every]


def _insides(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the expressions that fill the places of a string that is put together."""
    match node:
        case ast.Constant():
            return
        case ast.JoinedStr():
            for part in node.values:
                if isinstance(part, ast.FormattedValue):
                    yield part.value
        case ast.BinOp(op=ast.Add()):
            yield from _insides(node.left)
            yield from _insides(node.right)
        case ast.IfExp() if _composes(node):
            yield from _insides(node.body)
            yield from _insides(node.orelse)
        case _:
            yield node


def _join(pieces: Iterable[str | None]) -> str:
    text, number = "", 0
    for piece in pieces:
        if piece is None:
            # Two places side by side are one.
            if not text.endswith(f"{{{number - 1}}}"):
                text, number = f"{text}{{{number}}}", number + 1
        else:
            text += piece
    return text
