"""Twirling and dynamical decoupling leave ideal results as they are."""

import pytest
from primitive_samples import bell, call
from qiskit import QuantumCircuit, transpile
from qiskit_aer.noise import NoiseModel, ReadoutError

from program_runtime.primitives.suppression import Twirling
from program_runtime.program.testing import local_backend

STRATEGY = (
    "The option twirling.strategy is 'all': each two-qubit gate is twirled by itself, "
    "whatever the strategy."
)
NO_DURATIONS = (
    "The option dynamical_decoupling.enable has no effect: the gates of aer_simulator "
    "have no durations."
)
ALL = {"enable_gates": True, "enable_measure": True}


def biased():
    """Make a noise model that only ever misreads a 1."""
    noise = NoiseModel()
    noise.add_all_qubit_readout_error(ReadoutError([[1, 0], [0.2, 0.8]]))
    return noise


def test_a_twirled_circuit_gives_what_it_gave(sampler):
    options = {"twirling": {**ALL, "num_randomizations": 7}}
    result = call(sampler, pubs=[(bell(), None, 100)], options=options)
    bits = result[0].data.meas
    assert bits.num_shots == 100
    assert set(bits.get_counts()) == {"00", "11"}


def test_a_twirled_estimate_is_what_it_was(estimator):
    circuit = QuantumCircuit(2)
    circuit.h(0)
    circuit.cx(0, 1)
    options = {"twirling": {**ALL, "shots_per_randomization": 64}}
    result = call(estimator, pubs=[(circuit, {"ZZ": 1, "XX": 2})], options=options)
    assert result[0].data.evs == 3.0


def test_twirled_measurements_misread_a_0_as_often_as_a_1(estimator):
    circuit = QuantumCircuit(1)
    simulator = {"noise_model": biased(), "seed_simulator": 2}
    plain, twirled = (
        call(
            estimator,
            pubs=[(circuit, "Z", None, 0.01)],
            options={"simulator": simulator, "twirling": {"enable_measure": enable}},
        )[0].data.evs
        for enable in (False, True)
    )
    assert plain == 1.0
    assert twirled == pytest.approx(0.8, abs=0.06)


def test_measurements_in_the_middle_are_not_twirled(sampler):
    circuit = QuantumCircuit(1, 2)
    circuit.x(0)
    circuit.measure(0, 0)
    circuit.x(0)
    circuit.measure(0, 1)
    result = call(sampler, pubs=[(circuit, None, 50)], options={"twirling": ALL})
    assert result[0].data.c.get_counts() == {"01": 50}


def test_a_seed_makes_twirling_repeatable(sampler):
    def run(seed):
        options = {"twirling": ALL, "simulator": {"seed_simulator": seed}}
        pubs = [(bell(), None, 200)]
        return call(sampler, pubs=pubs, options=options)[0].data.meas.array.tolist()

    assert run(1) == run(1) != run(2)


def test_twirling_and_decoupling_fit_a_device(sampler):
    backend = local_backend("fake_manila")
    circuit = QuantumCircuit(3)
    circuit.h(0)
    circuit.cx(0, 1)
    circuit.cx(1, 2)
    circuit.measure_all()
    ready = transpile(circuit, backend, seed_transpiler=1)
    options = {
        "twirling": {**ALL, "num_randomizations": 4},
        "dynamical_decoupling": {"enable": True, "sequence_type": "XX"},
        "simulator": {"seed_simulator": 1},
    }
    result = call(
        sampler, pubs=[(ready, None, 400)], options=options, device="fake_manila"
    )
    counts = result[0].data.meas.get_counts()
    assert counts["000"] + counts["111"] > 300
    assert "warnings" not in result.metadata


def test_idle_qubits_are_decoupled_where_gates_have_durations(sampler, monkeypatch):
    backend = local_backend("fake_manila")
    circuit = QuantumCircuit(2)
    circuit.sx(0)
    circuit.sx(1)
    circuit.delay(8000, 0)
    circuit.cx(0, 1)
    circuit.measure_all()
    ready = transpile(
        circuit, backend, initial_layout=[0, 1], optimization_level=0, seed_transpiler=1
    )
    seen = []
    run = type(backend).run
    monkeypatch.setattr(
        type(backend),
        "run",
        lambda self, circuits, **options: (
            seen.extend(circuits) or run(self, circuits, **options)
        ),
    )
    for enable in (False, True):
        options = {"dynamical_decoupling": {"enable": enable}}
        pubs = [(ready, None, 10)]
        call(sampler, pubs=pubs, options=options, device="fake_manila")
    plain, decoupled = (circuit.count_ops() for circuit in seen)
    assert decoupled["x"] >= plain.get("x", 0) + 2


def test_what_can_not_be_done_is_said(sampler):
    options = {
        "dynamical_decoupling": {"enable": True},
        "twirling": {"enable_gates": True, "strategy": "all"},
    }
    result = call(sampler, pubs=[bell()], options=options)
    assert result.metadata["warnings"] == [
        STRATEGY,
        NO_DURATIONS,
    ]


@pytest.mark.parametrize(
    ("given", "shots", "split"),
    [
        pytest.param({}, 4096, (32, 128), id="default"),
        pytest.param({}, 10, (10, 1), id="few shots"),
        pytest.param({"randomizations": 3}, 10, (3, 4), id="count"),
        pytest.param({"shots_each": 5}, 12, (3, 4), id="shots of each"),
    ],
)
def test_shots_are_split_among_randomizations(given, shots, split):
    assert Twirling(**given).split(shots) == split
