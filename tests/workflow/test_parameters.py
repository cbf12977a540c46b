import pytest
import toy

from lcresearch.errors import ParameterError
from lcresearch.workflow.parameters import check_parameters, parse_assignments, read_parameters

CELL = """
county: str = "nowhere"  # a folder
detour: float | None = None  # road km per straight km
years = 3
groups: list[int] = [1, 2]
exact: bool = False
"""


@pytest.fixture
def known(tmp_path):
    return read_parameters(toy.make_notebook(tmp_path / "one.ipynb", "1", parameters=CELL))


def test_parameters_are_read_with_type_default_and_comment(known):
    """Name, accepted types, default and comment must come from the tagged cell."""
    assert list(known) == ["county", "detour", "years", "groups", "exact"]
    assert known["detour"].types == ("float", "None")
    assert known["detour"].comment == "road km per straight km"
    assert known["years"].types == ("int",)
    assert known["groups"].default == [1, 2]


def test_a_notebook_without_the_cell_has_no_parameters(tmp_path):
    """A notebook without a tagged cell takes no parameters."""
    assert read_parameters(toy.make_notebook(tmp_path / "one.ipynb", "1")) == {}


@pytest.mark.parametrize(
    "cell", ["x = 1 + y", "import os", "x = f()", "a, b = 1, 2", "x: complex = 1", "x = ("]
)
def test_a_cell_that_is_not_plain_values_is_refused(tmp_path, cell):
    """What cannot be read without running it must be refused, naming the notebook."""
    path = toy.make_notebook(tmp_path / "one.ipynb", "1", parameters=cell)
    with pytest.raises(ParameterError, match="one.ipynb"):
        read_parameters(path)


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", "null"])
def test_a_file_that_is_no_notebook_is_refused(tmp_path, content):
    """A file of another kind must be refused in words."""
    path = tmp_path / "one.ipynb"
    path.write_text(content)
    with pytest.raises(ParameterError, match="one.ipynb is not a notebook"):
        read_parameters(path)


def test_values_from_the_command_line_take_the_parameters_type(known):
    """Numbers, lists and truth values are read as such; text parameters stay text."""
    values = parse_assignments(
        ["county=123", "detour=1.5", "years=4", "groups=[1, 3]", "exact=true"], known
    )
    assert values == {"county": "123", "detour": 1.5, "years": 4, "groups": [1, 3], "exact": True}
    assert check_parameters("one", values, known) == values


def test_a_number_with_an_exponent_is_a_number(known):
    """What people type as a number must be read as one."""
    assert parse_assignments(["detour=8e-1"], known) == {"detour": 0.8}


@pytest.mark.parametrize(
    ("assignment", "words"),
    [
        ("detuor=1", r"has no parameter 'detuor': it has county.* Did you mean 'detour'\?"),
        ("detour=much", "'detour' of notebook one must be float or None, not str"),
        ("detour=nan", "must be float or None, not str"),
        ("detour=.inf", "must be float or None, not float"),
        ("years=1.5", "'years' of notebook one must be int, not float"),
        ("years=true", "must be int, not bool"),
        ("exact=1", "must be bool, not int"),
        ("detour", "is not of the form name=value"),
        ("=1", "is not of the form name=value"),
        ("years=: [", "must be int, not str"),
    ],
)
def test_a_wrong_parameter_is_refused_in_one_sentence(known, assignment, words):
    """An unknown name or a wrong type must be refused before a kernel starts."""
    with pytest.raises(ParameterError, match=words):
        check_parameters("one", parse_assignments([assignment], known), known)


def test_a_parameter_given_twice_is_refused(known):
    """Two values for one name must not silently become one."""
    with pytest.raises(ParameterError, match="'years' is given twice"):
        parse_assignments(["years=1", "years=2"], known)


def test_a_whole_number_does_for_a_real_one(known):
    """An integer must be accepted where a real number is asked for."""
    assert check_parameters("one", {"detour": 2}, known) == {"detour": 2}
