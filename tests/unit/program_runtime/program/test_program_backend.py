"""The backend of a program: Qiskit's interface, the caller's shots and seed."""

import pytest
from qiskit import QuantumCircuit, transpile
from qiskit.circuit import Parameter
from qiskit.primitives import BackendEstimatorV2
from qiskit.providers import BackendV2
from qiskit.providers.basic_provider import BasicSimulator
from qiskit.quantum_info import SparsePauliOp

from program_runtime import backends
from program_runtime.program import ProgramBackend
from program_runtime.program.estimator import ExactEstimator
from program_runtime.program.testing import local_backend


@pytest.fixture
def bell():
    circuit = QuantumCircuit(2)
    circuit.h(0)
    circuit.cx(0, 1)
    circuit.measure_all()
    return circuit


@pytest.fixture(scope="module")
def manila():
    """The wrapped device; loading it takes a while."""
    return backends.load("fake_manila")


@pytest.fixture
def rotated():
    """A circuit whose expectation value of Z is cos(angle)."""
    circuit = QuantumCircuit(1)
    circuit.rx(Parameter("angle"), 0)
    return circuit


def test_it_is_a_qiskit_backend():
    backend = local_backend()

    assert isinstance(backend, BackendV2)
    assert repr(backend) == "<ProgramBackend('aer_simulator')>"


def test_it_runs_as_retired_programs_run_circuits(bell):
    backend = local_backend()
    counts = backend.run(transpile(bell, backend), shots=500).result().get_counts()

    assert sum(counts.values()) == 500
    assert set(counts) == {"00", "11"}


def test_several_circuits_give_several_counts(bell):
    counts = local_backend().run([bell, bell], shots=10).result().get_counts()

    assert [sum(each.values()) for each in counts] == [10, 10]


def test_the_callers_shots_are_the_default(bell):
    backend = local_backend(shots=123)

    assert sum(backend.run(bell).result().get_counts().values()) == 123
    assert backend.sampler().run([bell]).result()[0].data.meas.num_shots == 123


def test_the_programs_shots_win(bell):
    backend = local_backend(shots=123)

    assert sum(backend.run(bell, shots=7).result().get_counts().values()) == 7
    assert backend.sampler(shots=8).run([bell]).result()[0].data.meas.num_shots == 8
    assert backend.sampler().run([bell], shots=9).result()[0].data.meas.num_shots == 9


def test_without_any_shots_the_backends_own_default_holds(bell):
    backend = local_backend()

    assert sum(backend.run(bell).result().get_counts().values()) == 1024
    assert backend.sampler().run([bell]).result()[0].data.meas.num_shots == 1024


def test_a_seed_repeats_the_whole_sequence_of_executions(bell):
    def sequence(seed):
        backend = local_backend(seed=seed)
        by_run = [backend.run(bell).result().get_counts() for _ in range(3)]
        sampled = backend.sampler().run([bell]).result()[0].data.meas.get_counts()
        return [*by_run, sampled]

    first = sequence(seed=7)
    assert first == sequence(seed=7)
    assert first != sequence(seed=70)
    assert len({tuple(sorted(counts.items())) for counts in first}) > 1


def test_the_first_execution_runs_with_the_seed_itself(bell):
    plain = backends.load("aer_simulator").run(bell, seed_simulator=7).result()

    assert local_backend(seed=7).run(bell).result().get_counts() == plain.get_counts()


def test_a_seed_given_to_run_wins(bell):
    backend = local_backend(seed=1)
    once = backend.run(bell, seed_simulator=5).result().get_counts()

    assert backend.run(bell, seed_simulator=5).result().get_counts() == once


def test_a_backend_that_knows_no_seed_option_gets_none(bell):
    class Seedless(BasicSimulator):
        @classmethod
        def _default_options(cls):
            from qiskit.providers import Options

            return Options(shots=10)

        def run(self, run_input, **options):
            assert options == {"shots": 20}
            return super().run(run_input, **options)

    backend = ProgramBackend(Seedless(), shots=20, seed=3)
    circuit = transpile(bell, backend)

    assert sum(backend.run(circuit).result().get_counts().values()) == 20


def test_expectation_values_of_an_ideal_simulator_are_exact(rotated):
    backend = local_backend(seed=1)
    job = backend.estimator().run([(rotated, SparsePauliOp("Z"), [0.3])])

    assert job.result()[0].data.evs == pytest.approx(0.9553364891256, abs=1e-12)
    assert job.result()[0].data.stds == 0


@pytest.mark.parametrize("how", ["caller", "program", "precision", "pub"])
def test_shots_or_a_precision_ask_for_measured_values(rotated, how):
    backend = local_backend(seed=1, shots=400 if how == "caller" else None)
    estimator = backend.estimator(shots=400 if how == "program" else None)
    pub = (rotated, SparsePauliOp("Z"), [1.0])
    job = estimator.run(
        [(*pub, 0.05) if how == "pub" else pub],
        precision=0.05 if how == "precision" else None,
    )

    data = job.result()[0].data
    assert float(data.evs) == pytest.approx(0.5403, abs=0.2)
    assert float(data.evs) * 200 == pytest.approx(round(float(data.evs) * 200))
    assert 0.03 < float(data.stds) < 0.06


def test_measured_expectation_values_repeat_with_the_seed(rotated):
    def measure():
        estimator = local_backend(seed=4, shots=100).estimator()
        job = estimator.run([(rotated, SparsePauliOp("Z"), [1.0])] * 2)
        return [float(result.data.evs) for result in job.result()]

    assert measure() == measure()


def test_a_fake_device_measures_with_its_noise(manila, bell):
    backend = ProgramBackend(manila, shots=4000, seed=1)
    circuit = transpile(bell, backend, seed_transpiler=1)
    counts = backend.run(circuit).result().get_counts()

    wrong = counts.get("01", 0) + counts.get("10", 0)
    assert 20 < wrong < 1000


def test_a_fake_devices_estimator_measures_with_its_noise(manila):
    backend = ProgramBackend(manila, seed=1)
    bell = QuantumCircuit(2)
    bell.h(0)
    bell.cx(0, 1)
    circuit = transpile(bell, backend, seed_transpiler=1)
    observable = SparsePauliOp("ZZ").apply_layout(circuit.layout)
    estimator = backend.estimator()

    assert isinstance(estimator, BackendEstimatorV2)
    value = float(estimator.run([(circuit, observable)]).result()[0].data.evs)
    assert 0.7 < value < 0.99


def test_an_ideal_simulator_gets_the_exact_estimator():
    assert isinstance(local_backend().estimator(), ExactEstimator)
    assert isinstance(local_backend(shots=10).estimator(), BackendEstimatorV2)


def test_executions_are_accounted_for(bell, rotated):
    seen = []
    backend = ProgramBackend(
        backends.load("aer_simulator"), shots=10, on_execution=seen.append
    )
    backend.run([bell, bell], shots=5).result()
    backend.sampler().run([bell]).result()

    assert [(len(each.circuits), each.shots) for each in seen] == [(2, 5), (1, 10)]


def test_pubs_are_accounted_for_with_their_first_circuits(bell, rotated):
    seen = []
    backend = ProgramBackend(
        backends.load("aer_simulator"), shots=10, on_execution=seen.append
    )
    backend.run(bell).result()
    backend.sampler().run([(bell, None, 5), (bell, None, 7)]).result()
    points = [[0.1], [0.2], [0.3]]
    backend.estimator().run([(rotated, SparsePauliOp("Z"), points)]).result()

    assert [each.pubs for each in seen] == [0, 2, 0, 1]
    assert len(seen[-1].circuits) == 3


def test_exact_executions_are_accounted_for_without_shots(rotated):
    seen = []
    backend = ProgramBackend(backends.load("aer_simulator"), on_execution=seen.append)
    backend.estimator().run([(rotated, SparsePauliOp("Z"), [0.1])]).result()

    assert [(each.circuits, each.shots) for each in seen] == [((rotated,), None)]
    assert seen[0].pubs == 1


def test_the_old_configuration_has_what_retired_programs_read(manila):
    configuration = ProgramBackend(manila).configuration()

    assert configuration.backend_name == "fake_manila"
    assert configuration.n_qubits == configuration.num_qubits == 5
    assert configuration.basis_gates == ["cx", "id", "rz", "sx", "x"]
    assert configuration.simulator is False
    assert [0, 1] in configuration.coupling_map
    assert configuration.max_shots == 1_000_000


def test_everything_else_is_the_wrapped_backends(manila):
    backend = ProgramBackend(manila)

    assert backend.target is manila.target
    assert backend.num_qubits == 5
    assert backend.dt == manila.dt
    assert backend.max_circuits == manila.max_circuits
    assert backend.coupling_map.get_edges() == manila.coupling_map.get_edges()
    assert backend.qubit_properties(0).t1 == manila.qubit_properties(0).t1
    assert backend.properties().readout_error(0) > 0
    for missing in ("dtm", "meas_map"):
        with pytest.raises(NotImplementedError):
            getattr(backend, missing)


def test_times_that_only_some_backends_know_are_handed_on():
    class Timed(BasicSimulator):
        dtm = 2e-9
        meas_map = ((0, 1),)

    backend = ProgramBackend(Timed())

    assert backend.dtm == 2e-9
    assert backend.meas_map == ((0, 1),)


def test_a_program_can_switch_the_noise_off(manila, bell):
    backend = ProgramBackend(manila, shots=2000, seed=1)
    circuit = transpile(bell, backend, seed_transpiler=1)
    counts = backend.run(circuit, noise_model=None, shots=None).result().get_counts()

    assert set(counts) == {"00", "11"}
    assert sum(counts.values()) == 2000


def test_options_are_the_wrapped_backends():
    backend = local_backend()
    backend.set_options(shots=77)

    assert backend.options.shots == 77
    assert backend.sampler().options.default_shots == 77


def test_a_missing_attribute_is_an_attribute_error():
    for name in ("nothing", "_nothing"):
        with pytest.raises(AttributeError, match=name):
            getattr(local_backend(), name)


def test_a_program_finds_the_seed_of_its_job():
    assert local_backend(seed=7).seed == 7
    assert local_backend().seed is None
