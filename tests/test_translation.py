"""Words in another language: exact, by template, in parts."""

from __future__ import annotations

import pytest

from lcresearch.translation import Translator, has_words

WORDS = {
    "yuan a year": "元/年",
    "parcel": "快件",
    "per {0}": "每{0}",
    "{0} per cent at {1} yuan": "收入为 {1} 元时是 {0}%",
    "{0} yuan": "{0} 元",
    "above": "高于",
    "The mean is {0} it.": "平均{0}它。",
    "Bars (a+b)* of {0}? [x] {1}.": "条形图{1}，{0}",
    "Seen. {0} {1} points lie there.": "可见。{0}那里有 {1} 个点。",
    "two\nlines": "两\n行",
    "not yet": "",
}
NAMES = {"Liancheng": "连城县"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("yuan a year", "元/年"),
        ("Yuan a year", "元/年"),
        ("  parcel ", "  快件 "),
        ("per parcel", "每快件"),
        ("4.0 per cent at 1,000 yuan", "收入为 1,000 元时是 4.0%"),
        ("−3 yuan", "−3 元"),
        ("per 2 yuan", "每2 元"),
        ("The mean is above it.", "平均高于它。"),
        ("Bars (a+b)* of parcel? [x] 2.", "条形图2，快件"),
        ("Seen. The mean is above it. 2 points lie there.", "可见。平均高于它。那里有 2 个点。"),
        ("two lines", "two lines"),
        ("yuan a\nyear", "元/年"),
        ("parcel\n12 yuan", "快件\n12 元"),
        ("Liancheng: parcel, 2 yuan", "连城县：快件，2 元"),
        ("parcel and Liancheng", "快件和连城县"),
    ],
)
def test_known_words_are_translated(text: str, words: str) -> None:
    """Whole strings, templates, what stands in them, lines and lists are put into Chinese."""
    say = Translator(WORDS, NAMES)
    assert say(text) == words
    assert say.missing == (() if words != text else (text,))


@pytest.mark.parametrize("text", ["", "1,000", "−0.5 %", r"$\alpha_{it} = \beta$", "2015", "R²"])
def test_numbers_and_formulas_are_no_words(text: str) -> None:
    """What every language writes alike stays, and is not missed."""
    say = Translator(WORDS)
    assert not has_words(text)
    assert say(text) == text
    assert say.asked == ()


def test_unknown_words_are_noted_and_stay() -> None:
    """What is not known, or known by a fragment alone, stays as it is and is named once."""
    say = Translator(WORDS)
    for text in ("not yet", "a story of many words per thing", "not yet", "parcel, unheard of"):
        assert say(text) == text
    assert say.missing == ("not yet", "a story of many words per thing", "parcel, unheard of")


def test_a_long_template_serves_with_an_unknown_word_in_it() -> None:
    """A sentence that is known but for a name is translated around the name, and noted."""
    say = Translator(WORDS)
    assert say("The mean is Smith it.") == "平均Smith它。"
    assert say.missing == ("The mean is Smith it.",)


def test_the_longest_template_comes_first() -> None:
    """Of templates that fit, the one that fixes most is taken, however they are ordered."""
    words = {"{0} of {1}": "{1}的{0}", "share of {0}": "{0}占比"}
    for order in (words, dict(reversed(words.items()))):
        assert Translator(order | {"parcel": "快件"})("share of parcel") == "快件占比"


def test_hostile_templates_end_soon() -> None:
    """Many places and a long text that does not fit cost no noticeable time."""
    say = Translator({" a ".join(f"{{{n}}}" for n in range(6)) + " end": "x"})
    text = "a " * 300
    assert say(text) == text
