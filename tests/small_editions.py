"""The small book in two editions: a page that uses whatever a translation must keep."""

from __future__ import annotations

import json
from pathlib import Path

import small_book
import yaml

_CONFIG = yaml.safe_load((Path(__file__).resolve().parents[1] / "_config.yml").read_text("utf-8"))
NOTE: str = _CONFIG["sphinx"]["config"]["lcresearch_note"]

PROSE = """# Villages

Each resident of {county}`name` has {val}`fund.per_head|.1f`, and {val}`fund.per_head|bare` again;
see {doc}`fund`, [the claims](claims.md#claims) and {cite:p}`survey`. If $x > 0$, *all* is well.

This stays as it is.

## What cooperatives do

- They sell {term}`rice`.

| what | how much |
|---|---|
| the fund | {val}`fund.annual` |

```{chart} fund.chart
The fund was {val}`fund.annual|,.0f`.
```

```{note}
A word of warning.
```

:::{glossary}
rice
  A cereal.
:::
"""
BIBLIOGRAPHY = """@book{survey,
  author = {A. Surveyor},
  title = {A survey},
  publisher = {A house},
  year = {2020},
}
"""
CHINESE = {
    "Villages": "农村",
    "Each resident of {county}`name` has {val}`fund.per_head|.1f`, and {val}`fund.per_head|bare` "
    "again; see {doc}`fund`, [the claims](claims.md#claims) and {cite:p}`survey`. If $x > 0$, "
    "*all* is well.": "见 {cite:p}`survey`、[计算结果](claims.md#claims) 与 {doc}`资金一章 <fund>`。"
    "{county}`name`的居民人均{val}`fund.per_head|bare`，即 {val}`fund.per_head|.1f`。"
    "若 $x > 0$，则*一切*皆好。",
    "What cooperatives do": "合作社做什么",
    "They sell {term}`rice`.": "合作社出售{term}`大米 <rice>`。",
    "what": "项目",
    "the fund": "资金",
    "{val}`fund.annual`": "{val}`fund.annual`，按年计",
    "The fund was {val}`fund.annual|,.0f`.": "资金为{val}`fund.annual|,.0f`。",
    "A word of warning.": "提醒一句。",
    "rice": "大米",
    "A cereal.": "一种谷物。",
}


def po(messages: dict[str, str], *, fuzzy: tuple[str, ...] = ()) -> str:
    """Return a catalogue as a file holds it."""

    def quoted(text: str) -> str:
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'

    blocks = ['msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"']
    blocks += [
        ("#, fuzzy\n" if source in fuzzy else "")
        + f"msgid {quoted(source)}\nmsgstr {quoted(translation)}"
        for source, translation in messages.items()
    ]
    return "\n\n".join(blocks) + "\n"


def catalogue(root: Path, page: str) -> Path:
    """Return where the catalogue of a page lies."""
    return root / f"book/locale/zh_CN/LC_MESSAGES/book/{page}.po"


def make_book(root: Path) -> Path:
    """Write the book and return its root."""
    small_book.make_book(root)
    results = small_book.make_results()
    results["county"] = {"name": "Nowhere", "name_zh": "乌有县", "code": "100000"}
    small_book.write_results(root, results)
    config = root / "_config.yml"
    # The book is of another county than the one that its pages were written for.
    more = f'    lcresearch_home: "350825"\n    lcresearch_note: {json.dumps(NOTE)}\n'
    more += "    myst_heading_anchors: 3\nbibtex_bibfiles: [book/references.bib]\n"
    config.write_text(config.read_text() + more)
    toc = (root / "_toc.yml").read_text()
    (root / "_toc.yml").write_text(f"{toc}- file: book/prose\n- file: book/references\n")
    (root / "book/prose.md").write_text(PROSE, "utf-8")
    (root / "book/references.md").write_text("# References\n\n```{bibliography}\n```\n", "utf-8")
    (root / "book/references.bib").write_text(BIBLIOGRAPHY, "utf-8")
    catalogue(root, "prose").parent.mkdir(parents=True)
    catalogue(root, "prose").write_text(po(CHINESE), "utf-8")
    catalogue(root, "claims").write_text(po({"Claims": "计算结果"}), "utf-8")
    return root
