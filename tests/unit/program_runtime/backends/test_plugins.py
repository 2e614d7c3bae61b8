"""Backends of other distributions, through the entry-point group."""

import sys

import pytest

from program_runtime import backends
from program_runtime.backends import plugins
from program_runtime.errors import BackendNotFoundError

MODULE = """
from qiskit.providers.basic_provider import BasicSimulator

def mine():
    return BasicSimulator()

class Lab:
    def backends(self):
        return [BasicSimulator()]

    def retrieve_job(self, job_id):
        return job_id

def broken():
    raise OSError("no route to the device")

def number():
    return 42
"""
ENTRY_POINTS = """
[program_runtime.backends]
lab_device = lab_backends:mine
lab_broken = lab_backends:broken
lab_number = lab_backends:number
lab_gone = lab_backends:gone
aer_simulator = lab_backends:number

[program_runtime.providers]
lab = lab_backends:Lab
one = lab_backends:mine
lab_number = lab_backends:number
"""


@pytest.fixture
def lab(tmp_path, monkeypatch):
    """An installed distribution that registers backends."""
    (tmp_path / "lab_backends.py").write_text(MODULE)
    metadata = tmp_path / "lab_backends-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: lab-backends\nVersion: 1.0\n"
    )
    (metadata / "entry_points.txt").write_text(ENTRY_POINTS)
    monkeypatch.syspath_prepend(tmp_path)
    yield
    sys.modules.pop("lab_backends", None)


def test_a_registered_backend_is_listed_without_importing_it(lab):
    info = backends.resolve("lab_device")

    assert info in backends.known()
    assert info.description == "Registered by lab-backends (lab_backends:mine)."
    assert "lab_backends" not in sys.modules


def test_a_registered_backend_is_loaded_by_calling_its_entry_point(lab):
    assert backends.load("lab_device").name == "basic_simulator"


def test_a_registered_backend_is_described_under_its_own_name(lab):
    described = backends.describe_backend("lab_device")

    assert described["configuration"]["backend_name"] == "lab_device"
    assert described["configuration"]["max_shots"] > 0


def test_the_shipped_simulator_can_not_be_replaced(lab):
    assert backends.resolve("aer_simulator").source == "builtin"
    assert [info.name for info in backends.known()].count("aer_simulator") == 1


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("lab_broken", "could not be loaded from {}: OSError: no route to the device"),
        (
            "lab_number",
            "from {} is of type int, expected a qiskit.providers.BackendV2.",
        ),
    ],
)
def test_a_backend_that_does_not_load_says_whose_fault_it_is(lab, name, message):
    with pytest.raises(BackendNotFoundError) as caught:
        backends.load(name)

    origin = f"lab-backends (lab_backends:{name.removeprefix('lab_')})"
    assert str(caught.value) == f"Backend {name!r} {message.format(origin)}"


def test_an_entry_point_that_leads_nowhere_is_no_crash(lab):
    with pytest.raises(BackendNotFoundError, match="AttributeError: module"):
        backends.load("lab_gone")


def test_providers_are_named_without_importing_them_and_are_no_backends(lab):
    assert plugins.providers() == ["lab", "one", "lab_number"]
    assert "lab_backends" not in sys.modules
    assert not {"lab", "one"} & {info.name for info in backends.known()}


@pytest.mark.parametrize("name", ["lab", "one"], ids=["provider", "single"])
def test_a_provider_has_devices_by_their_own_names(lab, name):
    devices = plugins.load_provider(name)

    assert list(devices) == ["basic_simulator"]
    assert devices["basic_simulator"].backend.name == "basic_simulator"


def test_what_is_no_provider_is_told(lab):
    with pytest.raises(
        BackendNotFoundError,
        match=r"Provider 'lab_number' could not be loaded from lab-backends "
        r"\(lab_backends:number\): AttributeError: 'int' object has no attribute",
    ):
        plugins.load_provider("lab_number")
