"""Search in Chinese: a text is cut into pairs of neighbouring characters, and so is a query."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import Final

from sphinx.search.en import SearchEnglish

__all__ = ["SearchChinese"]

# Chinese characters: the common block, extension A and the compatibility block.
_HAN: Final = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_RUN: Final = re.compile(rf"[{_HAN}]+|(?:(?![{_HAN}])\w)+")
_HAN_RUN: Final = re.compile(rf"[{_HAN}]+")
# Sphinx's search lets a page lack a word of less than three signs, if it has a longer one.
_FILL: Final = "__"


class SearchChinese(SearchEnglish):
    """Pairs of Chinese characters; other words are stemmed as in English.

    A word of two characters is one pair. A longer one is found where all its pairs stand on a
    page, in any order, which needs no dictionary and finds names that no dictionary has. Single
    characters are kept too, for a query of one.
    """

    lang = "zh"
    language_name = "Chinese"
    js_splitter_code = f"""
function splitQuery(query) {{
  const runs = query.match(/[{_HAN}]+|(?:(?![{_HAN}])[\\p{{L}}\\p{{N}}_])+/gu) || [];
  return runs.flatMap((run) => {{
    const signs = Array.from(run);
    if (signs.length < 2 || !/^[{_HAN}]/u.test(run)) return [run];
    return signs.slice(1).map((sign, place) => signs[place] + sign);
  }});
}}
"""

    js_stemmer_code = f"""{SearchEnglish.js_stemmer_code}
var LatinStemmer = Stemmer;
Stemmer = function () {{
  const latin = new LatinStemmer();
  this.stemWord = (word) => (/^[{_HAN}]/u.test(word) ? word + "{_FILL}" : latin.stemWord(word));
}};
"""

    def split(self, input: str) -> list[str]:
        """Return the words of a text that the index shall hold."""
        words = []
        for run in _RUN.findall(input):
            if _HAN_RUN.fullmatch(run):
                words += [*run, *("".join(pair) for pair in pairwise(run))]
            else:
                words.append(run)
        return words

    def stem(self, word: str) -> str:
        """Return the form in which the index holds a word."""
        return word + _FILL if _HAN_RUN.match(word) else super().stem(word)
