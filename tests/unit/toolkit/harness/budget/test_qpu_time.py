"""The estimate of QPU seconds, held against sums made by hand."""

import pytest
from qiskit import QuantumCircuit
from qiskit.circuit import Parameter
from qiskit.circuit.library import CXGate, Measure, RZGate, SXGate
from qiskit.providers.basic_provider import BasicSimulator
from qiskit.transpiler import InstructionProperties, Target

from toolkit.errors import BudgetError
from toolkit.harness.budget import qpu_time
from toolkit.harness.budget.qpu_time import QpuClock, duration_s

SX_S, CX_S, MEASURE_S = 50e-9, 300e-9, 4e-6


@pytest.fixture
def clock():
    """Two qubits: sx takes 50 ns, cx 300 ns, a measurement 4 us, rz nothing."""
    target = Target(num_qubits=2, dt=1e-9)
    for gate, seconds in ((SXGate(), SX_S), (RZGate(Parameter("a")), 0.0)):
        target.add_instruction(
            gate, {(q,): InstructionProperties(duration=seconds) for q in range(2)}
        )
    target.add_instruction(CXGate(), {(0, 1): InstructionProperties(duration=CX_S)})
    target.add_instruction(
        Measure(), {(q,): InstructionProperties(duration=MEASURE_S) for q in range(2)}
    )
    return QpuClock(backend="lab", target=target, rep_delay_s=100e-6)


@pytest.fixture
def bell():
    """The longest path: two sx on qubit 0, the cx, a measurement."""
    circuit = QuantumCircuit(2, 2)
    circuit.sx(0)
    circuit.rz(0.3, 0)
    circuit.sx(0)
    circuit.sx(1)
    circuit.cx(0, 1)
    circuit.measure([0, 1], [0, 1])
    return circuit


BELL_S = 2 * SX_S + CX_S + MEASURE_S  # 4.4 us


def test_a_circuit_lasts_as_long_as_its_longest_path(clock, bell):
    assert duration_s(bell, clock) == pytest.approx(BELL_S)
    assert duration_s(QuantumCircuit(2), clock) == 0


@pytest.mark.parametrize(
    ("length", "unit", "seconds"),
    [(1.5, "us", 1.5e-6), (20, "ns", 20e-9), (1, "ms", 1e-3), (100, "dt", 100e-9)],
    ids=["us", "ns", "ms", "dt"],
)
def test_a_delay_counts_in_any_unit(clock, length, unit, seconds):
    circuit = QuantumCircuit(1, 1)
    circuit.sx(0)
    circuit.delay(length, 0, unit=unit)
    circuit.measure(0, 0)

    expected = SX_S + seconds + MEASURE_S
    assert duration_s(circuit, clock) == pytest.approx(expected)


def test_a_job_takes_its_overhead_and_every_shot_its_pause_and_its_circuit(clock, bell):
    # 2 s + 1000 * (100 us + 4.4 us) = 2.1044 s
    assert clock.estimate_s([bell], 1000) == pytest.approx(2.1044)


def test_several_circuits_of_a_job_share_the_overhead(clock, bell):
    short = QuantumCircuit(1, 1)
    short.measure(0, 0)

    # 2 s + 4000 * (100 us + 4.4 us) + 4000 * (100 us + 4 us) = 2.8336 s
    assert clock.estimate_s([bell, short], 4000) == pytest.approx(2.8336)


def test_a_pause_that_the_program_asks_for_stands_in_the_place_of_the_devices(
    clock, bell
):
    # 2 s + 1000 * (500 us + 4.4 us) = 2.5044 s
    estimate = clock.estimate_s([bell], 1000, rep_delay_s=500e-6)
    assert estimate == pytest.approx(2.5044)


def test_the_estimate_is_near_the_short_form_of_ibm_for_a_device_of_ibm():
    pytest.importorskip("qiskit_ibm_runtime")
    from qiskit import transpile

    from program_runtime.backends import catalog

    backend = catalog.load_to_describe("fake_manila")
    ghz = QuantumCircuit(5)
    ghz.h(0)
    for qubit in range(4):
        ghz.cx(qubit, qubit + 1)
    ghz.measure_all()
    clock = qpu_time.clock_of(backend)

    assert clock.rep_delay_s == 250e-6
    estimate = clock.estimate_s([transpile(ghz, backend, seed_transpiler=1)], 10_000)
    assert estimate == pytest.approx(2 + 0.00035 * 10_000, rel=0.25)


def test_a_backend_that_names_no_pause_gets_that_of_ibm():
    clock = qpu_time.clock_of(BasicSimulator())

    assert clock.rep_delay_s == qpu_time.REP_DELAY_S == 250e-6


def test_a_target_without_durations_says_what_to_do(bell):
    clock = qpu_time.clock_of(BasicSimulator())
    with pytest.raises(BudgetError) as caught:
        duration_s(bell, clock)

    assert caught.value.message == (
        "'basic_simulator' has no durations of cx, measure, rz, sx, so that no QPU "
        "time can be estimated."
    )
    assert caught.value.hint == (
        "Measure it on a backend with durations: qrt budget --backend fake_manila"
    )


@pytest.mark.parametrize(
    ("num_qubits", "name"),
    [(5, "fake_manila"), (6, "fake_lagos"), (133, "fake_torino"), (500, "fake_torino")],
)
def test_the_hint_names_the_smallest_device_with_room(num_qubits, name):
    assert qpu_time.device_hint(num_qubits).endswith(f"--backend {name}")


def test_a_delay_that_is_not_bound_has_no_duration(clock):
    circuit = QuantumCircuit(1)
    circuit.delay(Parameter("t"), 0, unit="s")

    with pytest.raises(BudgetError, match=r"'lab' has no duration: .*delay"):
        duration_s(circuit, clock)


def test_control_flow_has_no_duration(clock):
    circuit = QuantumCircuit(1, 1)
    circuit.measure(0, 0)
    with circuit.if_test((0, 1)):
        circuit.sx(0)

    with pytest.raises(BudgetError, match="'if_else' is only known when it runs"):
        duration_s(circuit, clock)
