import subprocess
import sys

import pytest

import program_runtime
from program_runtime import client

HEAVY = ("qiskit", "numpy", "requests", "websockets", "jsonschema", "fastapi")


def imported_by(code):
    """The heavy packages that a fresh interpreter has after ``code``."""
    script = f"{code}\nimport sys\nprint(*[n for n in {HEAVY!r} if n in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_importing_the_package_imports_nothing_heavy():
    assert imported_by("import program_runtime, program_runtime.client") == set()


def test_making_a_service_imports_nothing_heavy():
    code = (
        "from program_runtime import QiskitRuntimeService\n"
        "QiskitRuntimeService(url='http://127.0.0.1:1', token='x')"
    )
    assert imported_by(code) == set()


def test_the_http_interface_imports_no_qiskit():
    assert imported_by("import program_runtime.client.api") == {"requests"}


@pytest.mark.parametrize("package", [program_runtime, client])
def test_every_public_name_is_there(package):
    for name in package.__all__:
        assert getattr(package, name).__name__ == name
    assert set(package.__all__) <= set(dir(package))
    assert list(package.__all__) == sorted(package.__all__)


@pytest.mark.parametrize("package", [program_runtime, client])
def test_a_name_that_is_not_there_is_named(package):
    with pytest.raises(AttributeError) as caught:
        package.NoSuchName  # noqa: B018 - looking it up is the test
    assert str(caught.value) == (
        f"module '{package.__name__}' has no attribute 'NoSuchName'"
    )
