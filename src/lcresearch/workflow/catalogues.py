"""The translations of the book's pages: what is done, and whether it says what the page says."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from lcresearch.errors import BookError
from lcresearch.workflow.editions import CATALOGUES, Edition, editions_of
from lcresearch.workflow.prose import typed_digits
from lcresearch.workflow.translations import DOMAIN, HOME

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

__all__ = [
    "Coverage",
    "catalogues_of",
    "check_catalogues",
    "coverage_of",
    "faults_of_message",
    "read_catalogue",
    "roles_of",
    "site_catalogue",
]

_ROLE: Final = re.compile(
    r"(?P<name>\{[a-z][a-z:-]*\})(?P<tick>`+)(?P<text>.+?)(?P=tick)", re.DOTALL
)
_TITLED: Final = re.compile(r".*<(?P<target>[^<>]+)>", re.DOTALL)
# Their text is shown to readers as it stands, and is not a title with a target.
_VERBATIM: Final = ("{val}", "{county}", "{math}")
# Chinese characters join to a number without a space; what counts digits sees words.
_HAN: Final = re.compile(r"[\u3000-\u303f\u3400-\u4dbf\u4e00-\u9fff\uff00-\uffef]")


@dataclass(frozen=True)
class Coverage:
    """How much of a catalogue is translated.

    Parameters
    ----------
    name
        The page, or what else the catalogue is of.
    total, done
        How many messages it has, and how many of them have a translation that is used.
    changed
        How many have the translation of an earlier wording, marked ``fuzzy``: not used.
    """

    name: str
    total: int
    done: int
    changed: int


def catalogues_of(root: Path, edition: Edition) -> dict[str, Path]:
    """Return the catalogue of each page of prose that has one, by the page's name."""
    home = root / CATALOGUES / edition.language / "LC_MESSAGES"
    return {
        path.relative_to(home).with_suffix("").as_posix(): path
        for path in sorted(home.rglob("*.po"))
    }


def site_catalogue(edition: Edition) -> Path:
    """Return the catalogue of the site's own words."""
    return HOME / edition.language / "LC_MESSAGES" / f"{DOMAIN}.po"


def read_catalogue(path: Path) -> Catalog:
    """Read a ``.po`` file.

    Raises
    ------
    BookError
        If it is not one; the message names the line.
    """
    from babel.messages.pofile import PoFileError, read_po

    try:
        with path.open("rb") as file:
            return read_po(file, abort_invalid=True)
    except (PoFileError, UnicodeDecodeError, ValueError) as error:
        raise BookError(f"{path} is not a catalogue of messages: {error}.") from error


def coverage_of(root: Path, edition: Edition) -> list[Coverage]:
    """Return how much of each page, and of the site's own words, is translated."""
    paths = {**catalogues_of(root, edition), "the site's own words": site_catalogue(edition)}
    return [_coverage(name, read_catalogue(path)) for name, path in paths.items() if path.is_file()]


def _coverage(name: str, catalogue: Catalog) -> Coverage:
    messages = [message for message in catalogue if message.id]
    given = [message for message in messages if message.string]
    changed = sum(message.fuzzy for message in given)
    return Coverage(name, len(messages), len(given) - changed, changed)


def roles_of(text: str) -> Counter[str]:
    """Return the roles of a paragraph, such as ``{val}`fund.annual|,.1f` ``, each counted.

    A title that a reference is given, as in ``{doc}`title <page>` ``, is left out: it may differ.
    """
    return Counter(_role(*found.group("name", "text")) for found in _ROLE.finditer(text))


def _role(name: str, text: str) -> str:
    titled = None if name in _VERBATIM else _TITLED.fullmatch(text)
    return f"{name}`{titled['target'] if titled else text}`"


def faults_of_message(source: str, translation: str) -> Iterator[str]:
    """Yield what is wrong with a translation: the roles and digits that the source has not."""
    wanted, given = roles_of(source), roles_of(translation)
    if lacking := wanted - given:
        yield f"lacks {', '.join(lacking.elements())}"
    if excess := given - wanted:
        yield f"has {', '.join(excess.elements())}, which the page has not"
    allowed = {word for _, word in typed_digits(source)}
    # A word in front keeps the gaps that are left from being read as the indent of code.
    words = " ".join(["x", *_HAN.sub(" ", translation).split()])
    typed = [word for _, word in typed_digits(words) if word not in allowed]
    if typed:
        yield f"types {', '.join(typed)}"


def check_catalogues(root: Path) -> None:
    """Refuse translations that insert other figures than the page, or type digits.

    Raises
    ------
    BookError
        If one does; each is listed with its catalogue, line and fault.
    """
    faults = []
    for edition in editions_of(root)[1:]:
        for path in catalogues_of(root, edition).values():
            name = path.relative_to(root).as_posix()
            for message in read_catalogue(path):
                if not message.id or not message.string or message.fuzzy:
                    continue
                faults += [
                    f"- {name}:{message.lineno}: the translation {fault}"
                    for fault in faults_of_message(str(message.id), str(message.string))
                ]
    if faults:
        raise BookError(
            "Translations must insert the same figures, citations and links as the page.\n"
            + "\n".join(faults)
        )
