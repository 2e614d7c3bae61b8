"""Counts the examples of every test here, and gives the long search its time."""

import fuzzing
import pytest

_NIGHTLY_S = 3600
_WORDY = "ignore:Generating overly large repr"  # examples are large on purpose


def pytest_collection_modifyitems(items):
    for item in items:
        if fuzzing.FOLDER in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings(_WORDY))
            if fuzzing.SEARCHING:
                item.add_marker(pytest.mark.timeout(_NIGHTLY_S))


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem):
    before = fuzzing.counted()
    try:
        return (yield)
    finally:
        examples = fuzzing.counted() - before
        pyfuncitem.user_properties.append(("fuzz_examples", examples))
