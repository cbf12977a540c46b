"""Strings that a reader may see, found in cells."""

from __future__ import annotations

import pytest

from lcresearch.workflow.notebook_words import code_words, library_words, text_blocks


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("ax.set_title('Cost of a parcel')", ["Cost of a parcel"]),
        ("ax.set_title(f'{place.name}: roads, {x:,.1f} km')", ["{0}: roads, {1} km"]),
        ("t = f'{x:{width}.{digits}f} yuan {{braces}} {d[\"k\"]!r}'", ["{0} yuan {braces} {1}"]),
        ("alt = ('One part, ' f'{n} of it ' 'and more')", ["One part, {0} of it and more"]),
        ("alt = 'Seen: ' + ', '.join(names) + ' lose.'", ["Seen: {0} lose."]),
        ("t = ('at most ' if low else '') + number", ["at most {0}"]),
        ('t = f\'It is {"above" if a > b else "below"} it.\'', ["It is {0} it.", "above", "below"]),
        ("'{:.2f} to {:.2f}'.format(*pair)", ["{0} to {1}"]),
        ("frame.rename(columns={'vehicle_km': 'vehicle km a day'})", ["vehicle km a day"]),
        ("bars['between the stops'] = frame['local km'].round()", ["between the stops"]),
        ("ax.plot(x, y, color='dark blue', label='parcels out')", ["parcels out"]),
        ("lc.record('a.b', 1, unit='CNY/parcel', note='of both directions')", []),
        ("unit, key = 'CNY/parcel', 'fund.per_parcel'", []),
        ("if way == 'down and out': raise DataError('It is wrong.')", []),
        ("def f():\n    'A docstring of words.'\n    return 'twice'", ["twice"]),
    ],
)
def test_words_of_code(code: str, words: list[str]) -> None:
    """Labels are found and composed strings become templates; keys and options are no words."""
    assert code_words(code) == words


def test_words_of_a_library_module_are_those_of_what_it_draws() -> None:
    """Of a module only what ``plot`` and ``show`` say is taken."""
    source = (
        "def fit():\n    return 'of no concern'\ndef plot(ax):\n    ax.set_title('Effect drawn')\n"
    )
    assert library_words(source) == ["Effect drawn"]


def test_blocks_and_what_parts_them_make_the_text_again() -> None:
    """Blank lines part blocks, save in fences and formulas, and nothing is lost."""
    text = (
        "# Title\n\nOne\nparagraph.\n\n\n```{note}\nA\n\nB\n```\n\n$$\na\n\nb\n$$\nend\n\n- item\n"
    )
    pieces = text_blocks(text)
    assert "".join(pieces) == text
    assert pieces[::2] == [
        "# Title",
        "One\nparagraph.",
        "```{note}\nA\n\nB\n```",
        "$$\na\n\nb\n$$\nend",
        "- item",
    ]
