import re
from pathlib import Path

import yaml

import lcresearch

ROOT = Path(__file__).resolve().parents[1]


def test_citation_file_agrees_with_package_and_book():
    """Whoever cites by CITATION.cff, by the package or by the book must cite the same thing."""
    cited = yaml.safe_load((ROOT / "CITATION.cff").read_text("utf-8"))
    config = yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))
    assert cited["version"] == lcresearch.__version__
    assert [author["name"] for author in cited["authors"]] == [config["author"]]
    assert str(cited["date-released"])[:4] == re.findall(r"\d{4}", config["copyright"])[0]
