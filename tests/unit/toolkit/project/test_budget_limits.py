"""A budget is a gate: what is over it is named with number and limit."""

from toolkit.project.budget_limits import over_budget

HERE = "program.json $.budget"
COUNTS = {"circuits": 600, "shots": 2_457_600, "depth": 7, "qpu_s": 1815.25}


def texts(budget, counts=None, **options):
    return [
        str(problem) for problem in over_budget(counts or COUNTS, budget, **options)
    ]


def test_numbers_within_the_budget_are_no_problem():
    assert texts({"circuits": 600, "depth": 10, "qpu_s": 2000}) == []


def test_every_number_over_its_limit_is_named():
    assert texts({"circuits": 500, "depth": 7, "shots": 2_000_000, "qpu_s": 60}) == [
        f"{HERE}.circuits: is 500, but a run takes 600 circuits",
        f"{HERE}.shots: is 2,000,000, but a run takes 2,457,600 shots",
        f"{HERE}.qpu_s: is 60, but a run takes 1,815.25 estimated QPU seconds",
    ]


def test_a_limit_of_what_can_not_be_estimated_says_why_and_what_to_do():
    assert texts(
        {"qpu_s": 60},
        {**COUNTS, "qpu_s": None},
        missing="no durations",
        remedy="--backend x",
    ) == [f"{HERE}.qpu_s: is 60, but can not be estimated: no durations (--backend x)"]
