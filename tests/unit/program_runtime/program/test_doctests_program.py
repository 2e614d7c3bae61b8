"""The examples in the docstrings are true."""

import doctest

import pytest

from program_runtime.program import assertions, backend, decoding, messenger, testing


@pytest.mark.parametrize(
    "module",
    [assertions, backend, decoding, messenger, testing],
    ids=lambda m: m.__name__,
)
def test_the_examples_run(module):
    outcome = doctest.testmod(module)

    assert outcome.attempted > 0
    assert outcome.failed == 0
