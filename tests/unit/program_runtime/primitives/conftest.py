"""The built-in programs, loaded as a job loads them."""

import pytest

from program_runtime import primitives
from program_runtime.execution.child.loader import load_main
from program_runtime.primitives import transpilation


def main_of(name):
    folders = {program.name: program.folder for program in primitives.builtin()}
    return load_main(folders[name])


@pytest.fixture(scope="session")
def sampler():
    return main_of("sampler")


@pytest.fixture(scope="session")
def estimator():
    return main_of("estimator")


@pytest.fixture(autouse=True)
def _no_memory():
    """Let no test find what another one transpiled."""
    transpilation.forget()
