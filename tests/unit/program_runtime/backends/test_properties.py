"""Properties of targets that know little."""

import pytest
from qiskit.circuit.library import CXGate, Measure
from qiskit.providers import BackendV2, Options, QubitProperties
from qiskit.transpiler import InstructionProperties, Target

from program_runtime.backends.configuration import configuration_of
from program_runtime.backends.properties import properties_of

DATE = "2024-01-01T00:00:00+00:00"


class Device(BackendV2):
    """A backend that is nothing but its target."""

    max_circuits = None

    def __init__(self, target):
        super().__init__(name="device", online_date=DATE)
        self._target = target

    @property
    def target(self):
        return self._target

    @classmethod
    def _default_options(cls):
        return Options()

    def run(self, run_input, **options):
        raise NotImplementedError


@pytest.fixture
def sparse():
    """Two qubits, of whose gate only the wiring is known."""
    target = Target(qubit_properties=[QubitProperties(t1=1e-4), QubitProperties()])
    target.add_instruction(
        CXGate(), {(0, 1): InstructionProperties(), (1, 0): InstructionProperties()}
    )
    target.add_instruction(
        Measure(), {(0,): InstructionProperties(error=0.25), (1,): None}
    )
    return Device(target)


def test_only_what_is_known_is_said(sparse):
    properties = properties_of(sparse, date=DATE)

    assert properties["qubits"] == [
        [
            {"name": "T1", "unit": "us", "value": pytest.approx(100), "date": DATE},
            {"name": "readout_error", "unit": "", "value": 0.25, "date": DATE},
        ],
        [],
    ]
    assert properties["gates"] == []


def test_without_coherence_times_there_are_no_properties():
    target = Target(num_qubits=1)
    target.add_instruction(Measure(), {(0,): None})

    assert properties_of(Device(target), date=DATE) == {}


def test_the_configuration_of_a_backend_that_says_little_has_defaults(sparse):
    configuration = configuration_of(sparse)

    assert configuration["max_shots"] == 100_000
    assert configuration["max_experiments"] == 300
    assert configuration["online_date"] == DATE
    assert configuration["simulator"] is False
    assert configuration["coupling_map"] == [[0, 1], [1, 0]]
    assert "dt" not in configuration
