"""What programs do all the time works behind Landlock and the filter together."""

import needed_calls
import pytest
from fenced_process import WORKS, outcomes


@pytest.mark.parametrize("name", sorted(needed_calls.NEEDS))
def test_what_programs_do_all_the_time_works(user, name):
    assert outcomes(user, "needed_calls.py")[name] == [None, WORKS]
