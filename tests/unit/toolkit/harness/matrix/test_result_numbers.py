"""Which numbers of a result are compared."""

import numpy as np
import pytest

from toolkit.errors import UsageError
from toolkit.harness.matrix.result_numbers import numbers_at, numbers_of

RESULT = {
    "energy": np.float64(-1.5),
    "steps": 100,
    "early": False,
    "word": "x",
    "parameters": [0.1, 0.2],
    "points": np.array([1.0, 2.0]),
    "fit": {"slope": 2.0, "bad": float("nan")},
    "parts": [{"raw": 0.5}, {"raw": 0.75}],
}


def test_single_numbers_are_found_wherever_they_are():
    assert numbers_of(RESULT) == {
        "energy": -1.5,
        "steps": 100,
        "fit.slope": 2.0,
        "parts.0.raw": 0.5,
        "parts.1.raw": 0.75,
    }
    assert numbers_of(3) == {"result": 3.0}
    assert numbers_of([1.0, 2.0]) == numbers_of("text") == numbers_of(None) == {}


def test_named_numbers_may_be_in_lists():
    places = ["parameters.1", "points.0", "parts.0.raw"]
    assert numbers_at(RESULT, places) == {
        "parameters.1": 0.2,
        "points.0": 1.0,
        "parts.0.raw": 0.5,
    }
    assert numbers_at(7, ["result"]) == {"result": 7.0}


@pytest.mark.parametrize(
    ("result", "place", "hint"),
    [
        (RESULT, "enrgy", "Did you mean 'energy'?"),
        ({"a": 1, "b": 2}, "zzz", "There are: a, b."),
        ({"word": "x"}, "word", None),
        (RESULT, "parameters.9", "There are: energy, steps"),
    ],
    ids=["near", "far", "text", "beyond"],
)
def test_a_place_without_a_number_is_refused(result, place, hint):
    with pytest.raises(UsageError, match=f"no number '{place}'") as caught:
        numbers_at(result, [place])

    assert (caught.value.hint or "").startswith(hint or "")
    assert (caught.value.hint is None) == (hint is None)
