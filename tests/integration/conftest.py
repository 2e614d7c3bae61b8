"""Fixtures of the tests that run a service in their own process."""

from functools import partial

import pytest
from service_in_process import Gate, service_for


@pytest.fixture
def gate():
    """Let a test decide when a script goes on."""
    return Gate()


@pytest.fixture
def make_service(tmp_path):
    """Make services; each is a context manager."""
    return partial(service_for, tmp_path)


@pytest.fixture
def service(make_service):
    """One service with memory behind it."""
    with make_service() as made:
        yield made
