"""Bounds of quantum formats, every pair of them held against real values."""

import itertools

import pytest
from unit.toolkit.bundle.comparison.schema_strategies import BANK

from program_runtime.metadata import validate_value
from toolkit.bundle.comparison.schemas import breaches


def forms(name, **keywords):
    """Every schema of a format that has some of these keywords."""
    choices = [[None, *values] for values in keywords.values()]
    return [
        {"format": name}
        | {k: v for k, v in zip(keywords, each, strict=True) if v is not None}
        for each in itertools.product(*choices)
    ]


FORMS = {
    "quantum-circuit": forms(
        "quantum-circuit", maxQubits=[1, 2], parametrized=[True, False]
    ),
    "sparse-pauli-op": forms(
        "sparse-pauli-op", maxQubits=[1, 2], type=[["array", "null"], "null"]
    ),
    "ndarray": forms(
        "ndarray",
        dtype=["float64", "floating", "number", "int64"],
        shape=[[], [2], [None], [2, None]],
    ),
}


@pytest.mark.parametrize("name", FORMS)
def test_a_format_contains_another_if_all_its_values_fit(name):
    fitting = {
        str(form): [v for v in BANK if not validate_value(form, v)]
        for form in FORMS[name]
    }
    for inner, outer in itertools.product(FORMS[name], repeat=2):
        if breaches(inner, outer) == []:
            assert all(validate_value(outer, v) == [] for v in fitting[str(inner)])
        else:
            assert inner != outer
