"""Equality as JSON Schema means it."""

import numpy as np
import pytest

from program_runtime.metadata import equality


class Stubborn:
    __hash__ = None

    def __eq__(self, other):
        raise RuntimeError("no opinion")


@pytest.mark.parametrize(
    ("one", "other", "equal"),
    [
        (1, 1.0, True),
        (1, True, False),
        (0, False, False),
        ([1, [2]], (1, (2,)), True),
        ([1], [1, 2], False),
        ({"a": [1]}, {"a": np.array([1])}, True),
        ({"a": 1}, {"b": 1}, False),
        ([True], [1], False),
        (np.float64(2), 2, True),
        (Stubborn(), 1, False),
        (None, 0, False),
    ],
)
def test_same(one, other, equal):
    assert equality.same(one, other) is equal


def test_many_containers_are_not_compared():
    assert list(equality.repeated([[n] for n in range(301)])) == [
        "has more than 300 lists or objects, too many to be checked for repetition"
    ]
    assert list(equality.repeated([[n] for n in range(300)])) == []
    assert list(equality.repeated(range(100_000))) == []


def test_steps_are_free_outside_of_a_check():
    import contextvars

    from program_runtime.metadata import work

    assert contextvars.Context().run(work.count, 10**9) is None


def test_prepare_imports_what_checks_need():
    import subprocess
    import sys

    from program_runtime.metadata import prepare

    prepare()
    code = (
        "import sys; from program_runtime.metadata import prepare; prepare(); "
        "assert 'jsonschema' in sys.modules and 'qiskit' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
