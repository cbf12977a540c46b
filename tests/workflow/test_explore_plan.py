import pytest
import toy
import yaml

from lcresearch.errors import BookError, NotebookError, ParameterError
from lcresearch.workflow.cli import main
from lcresearch.workflow.explore.command import explore
from lcresearch.workflow.explore.plan import plan_names, read_plan
from lcresearch.workflow.explore.stored import read_stored
from lcresearch.workflow.project import Project

PLAN = {
    "notebook": "toy",
    "grid": {"detour": [None, 1.0, 3.0], "many": [1, 2]},
    "title": "A road",
    "axis": "length",
    "parameters": {
        "detour": {"words": "Detour", "figure": "logistics.detour"},
        "many": {"words": "Roads", "unit": "count", "start": 2},
    },
    "shown": {"toy.road": {"words": "Length", "range": "all of it"}},
    "also": {"toy.many": "Roads"},
}
NOTEBOOK = """import lcresearch as lc
place = lc.load_county(county).assuming({"logistics.detour": detour})
if detour == 13:
    raise ValueError("unlucky")
bounds = lc.Interval.of(place.figure("logistics.detour"))
_ = lc.record("toy.road", bounds * many, unit="km", inputs=["logistics.detour"])
_ = lc.record("toy.many", many, unit="count", grade="assumed", source="a reader")"""


@pytest.fixture
def project(project_root):
    """A project with a notebook about a road, and a plan of it."""
    for name in ("_config.yml", "_toc.yml"):
        (project_root / name).touch()
    county = project_root / "data" / "nowhere"
    toy.make_notebook(
        project_root / "notebooks" / "toy.ipynb",
        NOTEBOOK,
        parameters=f"county: str = {str(county)!r}\ndetour: float | None = None\nmany: int = 1",
    )
    write(project_root, PLAN)
    return Project(project_root)


def write(root, plan, name="road"):
    path = root / "book" / "explore" / f"{name}.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(plan, sort_keys=False), "utf-8")


def changed(**fields):
    """Return the plan with fields changed; None takes one out."""
    plan = {**PLAN, **fields}
    return {name: value for name, value in plan.items() if value is not None}


def test_a_plan_is_read_with_its_stops_and_start(project):
    """Parameters keep the grid's order, and null is where a parameter starts unless one is named."""
    plan = read_plan(project.root, "road")
    assert plan_names(project.root) == ["road"]
    assert [knob.values for knob in plan.knobs] == [(None, 1.0, 3.0), (1, 2)]
    assert [knob.start for knob in plan.knobs] == [0, 1]
    assert plan.keys == ("toy.road", "toy.many")
    assert plan.shape == (3, 2)


KNOB = PLAN["parameters"]
FAULTS = {
    "must hold the fields notebook": ["no mapping"],
    "has no use for 'titel'; it takes .* Did you mean 'title'": changed(titel="x"),
    "lacks title: add it": changed(title=None),
    "title must be words for readers, not 3": changed(title=3),
    "parameters: lacks many: add it": changed(parameters={"detour": KNOB["detour"]}),
    "parameters: has no use for 'detuor'": changed(parameters={**KNOB, "detuor": {}}),
    "parameters: many: give figure": changed(
        parameters={**KNOB, "many": {"words": "x", "start": 1}}
    ),
    "parameters: many: start is None, which is none of its values": changed(
        parameters={**KNOB, "many": {"words": "x", "unit": "count"}}
    ),
    "parameters: many: Unit 'cuont' is not known": changed(
        parameters={**KNOB, "many": {"words": "x", "unit": "cuont", "start": 1}}
    ),
    "grid: many must be a list of 2 to": changed(grid={**PLAN["grid"], "many": [1]}),
    "its grid asks for 1728 runs": changed(
        grid={name: list(range(12)) for name in "abc"},
        parameters={n: {"words": n, "unit": "count", "start": 0} for n in "abc"},
    ),
    "shown: toy.road: lacks words": changed(shown={"toy.road": {}}),
    "shown must hold words and range": changed(shown={}),
    "marks: give at most 2": changed(marks=dict.fromkeys("abc", "x")),
    "also: toy.many must be words": changed(also={"toy.many": None}),
}


@pytest.mark.parametrize("message", FAULTS)
def test_a_fault_in_a_plan_is_told_with_its_file_and_remedy(project, message):
    """An author must learn in one sentence which field of which file to mend."""
    write(project.root, FAULTS[message])
    with pytest.raises(ParameterError, match=rf"^book/explore/road.yml: {message}"):
        read_plan(project.root, "road")


def test_an_unknown_plan_is_told_with_the_nearest_name(project):
    """A misspelt name must offer the right one."""
    with pytest.raises(ParameterError, match="no book/explore/raod.yml.*Did you mean 'road'"):
        read_plan(project.root, "raod")
    with pytest.raises(ParameterError, match="choose from road.*Did you mean 'road'"):
        explore(project, ["raod"], county=None, jobs=1, report=print)


def test_what_was_computed_is_stored_and_read_again(project, monkeypatch, capsys):
    """The table holds each claim at each combination, and says what made it."""
    monkeypatch.chdir(project.root)
    monkeypatch.setattr("sys.argv", ["lcresearch", "explore", "--jobs", "2"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0, capsys.readouterr()
    plan = read_plan(project.root, "road")
    stored = read_stored(project.root / "data" / "explore", plan)
    assert stored is not None
    roads = [claims["toy.road"] for claims in stored.points]
    assert [road.value for road in roads] == [1.5, 3.0, 1.0, 2.0, 3.0, 6.0]
    assert [(road.low, road.high) for road in roads[:3]] == [(1, 3), (2, 6), (None, None)]
    assert roads[0].unit == "km"
    assert {road.grade.value for road in roads} == {"assumed"}
    assert stored.county == {"code": "100000", "name": "Nowhere"}
    assert set(stored.made) == {"notebook", "library", "code", "lock", "data"}
    assert "assumptions.csv" in stored.made["data"]


def test_a_table_that_is_not_the_plans_is_refused(project, monkeypatch):
    """Neither a table changed by hand nor one of another grid may reach a page."""
    monkeypatch.chdir(project.root)
    explore(project, ["road"], county=None, jobs=2, report=lambda _line: None)
    folder = project.root / "data" / "explore"
    write(project.root, changed(grid={**PLAN["grid"], "many": [1, 2, 3]}))
    with pytest.raises(BookError, match="does not hold the grid .* --only road"):
        read_stored(folder, read_plan(project.root, "road"))
    write(project.root, PLAN)
    plan, table = read_plan(project.root, "road"), folder / "road.csv"
    table.write_text(table.read_text().replace("1.5", "1.6"))
    with pytest.raises(BookError, match="is not what was stored"):
        read_stored(folder, plan)
    (folder / "road.json").write_text("{}")
    with pytest.raises(BookError, match="road.json is missing beside road.csv, or is damaged"):
        read_stored(folder, plan)


def test_nothing_is_stored_of_a_sweep_that_failed_or_lacks_a_claim(project, monkeypatch):
    """A table is whole or is not written, and the sentence says where to look."""
    monkeypatch.chdir(project.root)
    write(project.root, changed(grid={**PLAN["grid"], "detour": [None, 13.0]}))
    with pytest.raises(NotebookError, match="road: 2 of 4 runs failed, so nothing was stored"):
        explore(project, [], county=None, jobs=2, report=lambda _line: None)
    write(
        project.root,
        changed(grid={"many": [1, 2]}, parameters={"many": KNOB["many"]}, also={"toy.mony": "x"}),
    )
    with pytest.raises(ParameterError, match="shows 'toy.mony'.*Did you mean 'toy.many'"):
        explore(project, [], county=None, jobs=2, report=lambda _line: None)
    assert not (project.root / "data" / "explore").exists()


def test_another_countys_tables_are_kept_apart(project, tmp_path, monkeypatch):
    """They go into its own book, and leave those of the project's county alone."""
    monkeypatch.chdir(project.root)
    other = toy.make_county(tmp_path / "elsewhere")
    text = (other / "assumptions.csv").read_text("utf-8")
    (other / "assumptions.csv").write_text(text.replace("1.5", "2.5"), "utf-8")
    explore(project, [], county=str(other), jobs=2, report=lambda _line: None)
    folder = project.build / "counties" / "elsewhere" / "book" / "results" / "explore"
    stored = read_stored(folder, read_plan(project.root, "road"))
    assert stored is not None
    assert stored.points[0]["toy.road"].value == 2.5
    assert not (project.root / "data" / "explore").exists()
