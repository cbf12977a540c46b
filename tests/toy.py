"""A fictional county and a small project, written to disk for tests."""

from __future__ import annotations

from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

TABLES = {
    "sources": """source,citation,url,licence,note
survey,A survey of Nowhere,https://example.org/survey,facts only,
""",
    "reported": """key,value,bound,unit,year,source,locator,note
fund.annual,600,exact,CNY/year,,survey,section 1,
parcels.daily,10,at_least,parcel/day,,survey,section 2,direction unknown
rice.price,,direction,CNY/kg,,survey,section 3,it rises
""",
    "published": """key,value,bound,unit,year,source,locator,confidence,note
population,300,exact,person,2020,survey,table 1,high,
""",
    "townships": """code,name,name_zh,seat,lat,lon,point,villages,communities,area_km2,population,population_note,road_km,elevation_m,source,locator
100000001,Upper,上,yes,25.0,116.0,measured,3,1,10,200,2020,0,400,survey,map
100000002,Lower,下,no,25.1,116.1,approximate,2,0,,,,,,survey,map
""",
    "census": """code,name,name_zh,population_2010,population_2020,rural_population_2010,rural_population_2020,households_2010,households_2020,schooling_2010,schooling_2020,employed_2010,employed_agriculture_2010,employed_2020,employed_agriculture_2020,employed_trade_2020,employed_transport_2020,employed_ict_2020,source,locator
100000,Nowhere,无处,,300,,100,,90,,8.5,,,20,5,3,1,1,survey,table 1
""",
    "literature": """id,strand,outcome,estimate,std_error,unit,finding,sample,design,verification,source,locator,note
S1,fund,log income,0.1,0.02,log points,positive,ten counties,difference in differences,seen,survey,table 2,
S2,fund,income,,,log points,positive,,,abstract,survey,abstract,
""".replace(",positive,,,abstract", ",positive,,survey,abstract"),
    "assumptions": """key,low,mode,high,unit,reason,source
logistics.detour,1,1.5,3,ratio,roads wind,survey
""",
}


def make_county(folder: Path) -> Path:
    """Write the fictional county's folder and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "county.toml").write_text(
        'name = "Nowhere"\nname_zh = "无处"\ncode = "100000"\nprefecture = "P"\nprefecture_zh = "市"\nprovince = "Q"\nprovince_zh = "省"\n',
        "utf-8",
    )
    for table, text in TABLES.items():
        (folder / f"{table}.csv").write_text(text, "utf-8")
    return folder


def make_notebook(path: Path, *cells: str, parameters: str = "") -> Path:
    """Write a notebook of code cells, after a title and, if given, a parameters cell."""
    notebook = new_notebook(
        cells=[new_markdown_cell(f"# {path.stem.title()}", id="title")],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}},
    )
    if parameters:
        tagged = new_code_cell(parameters, id="parameters", metadata={"tags": ["parameters"]})
        notebook.cells.append(tagged)
    notebook.cells += [new_code_cell(cell, id=f"cell-{n}") for n, cell in enumerate(cells)]
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
    return path


def make_project(root: Path) -> Path:
    """Write a project with two notebooks, two pages and the fictional county; return its root."""
    county = make_county(root / "data" / "nowhere")
    for name, key in (("one", "fund.per_head"), ("two", "pricing.twice")):
        make_notebook(
            root / "notebooks" / f"{name}.ipynb",
            "import lcresearch as lc\nplace = lc.load_county(county)",
            f"_ = lc.record({key!r}, scale * place.value('fund.annual') / place.value('population'),"
            " unit='CNY/person/year', inputs=['fund.annual', 'population'])",
            parameters=f"county: str = {str(county)!r}\nscale: float = 1.0  # a factor",
        )
    (root / "requirements.lock").write_text("# nothing\n")
    return root
