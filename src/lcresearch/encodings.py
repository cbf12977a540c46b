"""Text from bytes that are either UTF-8 or GB18030, and never some of each."""

from __future__ import annotations

import codecs
from typing import Final

from lcresearch.errors import DataError

__all__ = ["decode"]

_CHINESE: Final = "\u2e80"  # from here on characters take three bytes in UTF-8


def decode(content: bytes, name: str) -> str:
    """Return the text of a file in UTF-8 or GB18030.

    Nearly any bytes are some text in GB18030, so that a file put together from both encodings
    would be read as wrong characters. It is refused instead: a line that reads as Chinese in UTF-8
    betrays it, in a file that as a whole is not UTF-8.

    Parameters
    ----------
    content
        The bytes of the file; a byte order mark is dropped.
    name
        Its name, for messages.

    Raises
    ------
    DataError
        If the bytes are text in neither encoding, or some lines in the one and some in the other,
        or are a workbook or UTF-16.
    """
    _refuse_other_kinds(content, name)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        other = _line(content, error.start)
    for number, line in enumerate(content.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        if _is_chinese_in_utf8(line):
            raise DataError(
                f"{name}: line {number} is UTF-8 text and line {other} is not: save all of it in "
                f"one encoding, as CSV UTF-8."
            )
    try:
        return content.decode("gb18030")
    except UnicodeDecodeError as error:
        raise DataError(
            f"{name}, line {_line(content, error.start)}: is neither UTF-8 nor GB18030 text: save "
            f"the whole file as CSV UTF-8."
        ) from None


def _refuse_other_kinds(content: bytes, name: str) -> None:
    """Refuse what is no text, or text that Excel calls Unicode, under the name of a text file."""
    if content.startswith(b"PK\x03\x04"):
        raise DataError(f"{name}: is a workbook or archive, not text: name it .xlsx if it is one.")
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise DataError(f"{name}: is UTF-16 text: save it as CSV UTF-8.")
    if b"\0" in content:
        raise DataError(f"{name}: holds zero bytes, so it is no text: save it as CSV UTF-8.")


def _line(content: bytes, position: int) -> int:
    return content.count(b"\n", 0, position) + 1


def _is_chinese_in_utf8(line: bytes) -> bool:
    try:
        return any(character >= _CHINESE for character in line.decode("utf-8"))
    except UnicodeDecodeError:
        return False
