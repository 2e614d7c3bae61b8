"""What a provider tells of a device's job."""

import math

import pytest

from program_runtime.backends.device import told_seconds


@pytest.mark.parametrize(("value", "seconds"), [(0, 0.0), (3, 3.0), (1.5, 1.5)])
def test_a_duration_is_believed(value, seconds):
    assert told_seconds(value) == seconds


@pytest.mark.parametrize(
    "value", [None, "3", True, -1, math.nan, math.inf, -math.inf, 10**400, {}]
)
def test_what_is_no_duration_is_none(value):
    assert told_seconds(value) is None
