import pytest

from lcresearch.workflow.package.seeds import drawing_cells, seed_faults
from lcresearch.workflow.parameters import Parameter

SEED = {"seed": Parameter("seed", ("int",), 7, "")}


@pytest.mark.parametrize(
    "source",
    [
        "rng = np.random.default_rng(seed)",
        "rng = default_rng([seed, 3])",
        "found = model.fit(bootstrap=99, seed=seed + 1)",
        "panel = lc.simulate.county_panel(seed=seed)",
        "some = frame.sample(5, random_state=seed)",
    ],
)
def test_draws_need_a_parameter_seed_and_nothing_else(source):
    """Draws from the notebook's seed can be repeated; without such a parameter they are a fault."""
    cells = [(2, "x = 1"), (5, source)]
    assert drawing_cells(cells) == [5]
    assert seed_faults("one", cells, SEED) == []
    [fault] = seed_faults("one", cells, {})
    assert fault.startswith("Notebook one draws at random in cell 5 and has no parameter seed")
    assert seed_faults("one", cells, {"seed": Parameter("seed", ("None",), None, "")}) == [fault]


@pytest.mark.parametrize(
    ("source", "call"),
    [
        ("rng = np.random.default_rng()", "np.random.default_rng"),
        ("rng = np.random.default_rng(None)", "np.random.default_rng"),
        ("x = numpy.random.normal(0, 1)", "numpy.random.normal"),
        ("np.random.seed(3)", "np.random.seed"),
        ("found = model.fit(seed=None)", "model.fit"),
    ],
)
def test_draws_without_a_seed_are_named(source, call):
    """No parameter helps where the notebook does not use it."""
    [fault] = seed_faults("one", [(4, source)], SEED)
    assert fault.startswith(f"Notebook one, cell 4: {call} draws without a seed")


def test_a_notebook_that_draws_nothing_needs_no_seed():
    """Arithmetic, and words such as draws, are no draws."""
    cells = [(2, "draws: int = 10"), (3, "print(draws * 2)"), (4, "not python (")]
    assert drawing_cells(cells) == []
    assert seed_faults("one", cells, {}) == []
