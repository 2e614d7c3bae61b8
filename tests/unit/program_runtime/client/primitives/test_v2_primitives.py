import pytest
from qiskit import ClassicalRegister, QuantumCircuit, QuantumRegister
from qiskit.circuit import Parameter
from qiskit.circuit.library import RZZGate
from qiskit.primitives import BaseEstimatorV2, BasePrimitiveJob, BaseSamplerV2
from qiskit.transpiler import generate_preset_pass_manager

from program_runtime import codec, errors
from program_runtime.client.job import RuntimeJob
from program_runtime.client.primitives import EstimatorV2, SamplerV2


def refusal(make):
    with pytest.raises(errors.InvalidValueError) as caught:
        make()
    return str(caught.value)


@pytest.fixture
def device(service, line):
    service.device._target = line
    return service.device


def test_they_are_qiskits_own_primitives(service):
    assert isinstance(SamplerV2(service.simulator), BaseSamplerV2)
    assert isinstance(EstimatorV2(service.simulator), BaseEstimatorV2)
    assert issubclass(RuntimeJob, BasePrimitiveJob)
    for name in BasePrimitiveJob.__abstractmethods__:
        assert callable(getattr(RuntimeJob, name))


def test_a_sampler_submits_what_the_current_client_submits(service, bell, turned):
    turned.measure_all()
    sampler = SamplerV2(service.simulator, {"default_shots": 100})
    assert sampler.run([bell, (turned, [[0, 1], [2, 3]], 7)], shots=9) == "job 1"
    program, inputs, options, callback, more = service.runs[0]
    assert program == "sampler"
    assert inputs["options"] == {"default_shots": 100}
    assert inputs["version"] == 2
    assert inputs["support_qiskit"] is True
    assert options == {"backend": "aer_simulator", "log_level": "WARNING"}
    assert (callback, more) == (None, {"result_decoder": None})
    pubs = codec.decode(codec.encode(inputs))["pubs"]
    assert [pub[2] for pub in pubs] == [9, 7]
    assert pubs[0][1].shape == (0,)
    assert pubs[1][1].tolist() == [[0, 1], [2, 3]]
    assert pubs[1][0].num_parameters == 2


def test_an_estimator_submits_what_the_current_client_submits(service, turned):
    estimator = EstimatorV2(service.simulator, {"resilience_level": 0})
    estimator.run([(turned, [["ZZ"], ["XI"]], [0, 1]), (turned, "ZZ", [0, 1], 0.5)])
    inputs = codec.decode(codec.encode(service.inputs))
    assert inputs["resilience_level"] == 0
    first, second = inputs["pubs"]
    assert first[1] == [[{"ZZ": 1.0}], [{"XI": 1.0}]]
    assert second[1] == {"ZZ": 1.0}
    assert (first[3], second[3]) == (None, 0.5)


def test_the_options_and_the_place_can_be_looked_at(service, bell):
    for kind in (SamplerV2, EstimatorV2):
        primitive = kind(service.simulator)
        assert primitive.backend() is service.simulator
        assert primitive.mode is None
        primitive.options.default_shots = 3
        assert primitive.options.to_inputs()["options"] == {"default_shots": 3}
    SamplerV2(service.simulator, {"environment": {"callback": print}}).run([bell])
    assert service.runs[0][3] is print


def test_everything_about_a_samplers_pubs_is_said_at_once(service, bell, turned):
    said = refusal(
        lambda: SamplerV2(service.simulator).run(
            [bell, (bell, [1, 2]), (turned, {"a": 1}), (QuantumCircuit(5), None, 6000)],
            shots=5001,
        )
    )
    assert said == (
        "The primitive can not run this.\n"
        "  pubs[1]: has 2 values a set, its circuit 0 parameters\n"
        "  pubs[2]: The number of values (1) does not match the number of parameters "
        "(2) for the circuit.\n"
        "  shots: 5001 is over the limit of 'aer_simulator', 5000\n"
        "  pubs[3]: measures none of its 5 qubits "
        "(Add measurements, for example with circuit.measure_all().)\n"
        "  pubs[3]: has 5 qubits, 'aer_simulator' has 4\n"
        "  pubs[3].shots: 6000 is over the limit of 'aer_simulator', 5000"
    )
    assert service.runs == []


def test_everything_about_an_estimators_pubs_is_said_at_once(service, turned):
    said = refusal(
        lambda: EstimatorV2(service.simulator).run(
            [
                (turned, "ZZZ", [0, 1]),
                (turned, "ZZ", [1]),
                (turned, [], [0, 1]),
                (turned, "ZZ", [0, 1], 0),
            ]
        )
    )
    assert said == (
        "The primitive can not run this.\n"
        "  pubs[0]: The number of qubits of the circuit (2) does not match the number "
        "of qubits of the ()-th observable (3).\n"
        "  pubs[1]: has 1 values a set, its circuit 2 parameters\n"
        "  pubs[2]: has no observables\n"
        "  pubs[3].precision: 0 is no number above 0"
    )


@pytest.mark.parametrize("shots", [0, -1, 1.5])
def test_shots_are_counted_from_one(service, bell, shots):
    said = refusal(lambda: SamplerV2(service.simulator).run([bell], shots=shots))
    assert said.endswith(f"shots: {shots} is no whole number from 1 on")


def test_a_precision_is_above_zero(service, turned):
    estimator = EstimatorV2(service.simulator)
    said = refusal(lambda: estimator.run([(turned, "ZZ", [0, 1])], precision=0))
    assert said.endswith("precision: 0 is no number above 0")


def test_default_shots_are_held_against_the_backend(service, bell):
    sampler = SamplerV2(service.simulator, {"default_shots": 5001})
    assert "5001 is over the limit" in refusal(lambda: sampler.run([bell]))


def test_a_circuit_is_no_list_of_pubs(service, bell):
    sampler = SamplerV2(service.simulator)
    assert refusal(lambda: sampler.run(bell)).endswith(
        "pubs: is one circuit, where a list of pubs belongs (Write run([circuit]).)"
    )
    assert refusal(lambda: sampler.run([])).endswith("pubs: there are none")
    assert refusal(lambda: sampler.run([3, bell, ("bell", [1])])) == (
        "The primitive can not run this.\n"
        "  pubs[0]: begins with a int, no QuantumCircuit\n"
        "  pubs[2]: begins with a str, no QuantumCircuit"
    )


def test_registers_must_be_able_to_be_attributes(service):
    circuit = QuantumCircuit(QuantumRegister(1), ClassicalRegister(1, "class"))
    circuit.add_register(ClassicalRegister(0, "empty"), ClassicalRegister(1, "a b"))
    circuit.measure(0, 0)
    assert refusal(lambda: SamplerV2(service.simulator).run([circuit])) == (
        "The primitive can not run this.\n"
        "  pubs[0]: has a classical register 'class', which is no Python name\n"
        "  pubs[0]: has the classical register 'empty' of no bits\n"
        "  pubs[0]: has a classical register 'a b', which is no Python name"
    )


def test_a_device_takes_only_what_it_has(device):
    circuit = QuantumCircuit(3)
    for qubit in range(3):
        circuit.h(qubit)
    circuit.h(0)
    circuit.cx(0, 2)
    circuit.cx(0, 1)
    circuit.measure_all()
    hint = (
        "(Transpile it first: generate_preset_pass_manager(backend=backend, "
        "optimization_level=1).run(circuit).)"
    )
    assert refusal(lambda: SamplerV2(device).run([circuit])) == (
        "The primitive can not run this.\n"
        f"  pubs[0]: uses 'cx' on qubits (0, 2), where the device has none {hint}\n"
        "  pubs[0]: uses 'h' on qubits (0,), (1,), (2,), where the device has none "
        f"{hint}"
    )


def test_the_blocks_of_a_branch_are_looked_into(device):
    circuit = QuantumCircuit(3, 1)
    circuit.measure(0, 0)
    with circuit.if_test((circuit.clbits[0], 1)):
        circuit.h(2)
    said = refusal(lambda: SamplerV2(device).run([circuit]))
    assert "uses 'h' on qubits (2,)" in said
    assert "uses 'if_else' on qubits (2,)" in said


def test_a_long_list_of_places_is_cut(device):
    circuit = QuantumCircuit(3)
    circuit.cz([0, 1, 2, 0], [1, 2, 0, 2])
    said = refusal(lambda: EstimatorV2(device).run([(circuit, "ZZZ")]))
    assert "(0, 1), (0, 2), (1, 2) and 1 more" in said


def test_a_transpiled_circuit_runs_on_a_device(device, bell):
    circuit = generate_preset_pass_manager(target=device.target).run(bell)
    SamplerV2(device).run([circuit])
    assert service_of(device).options["backend"] == "fake_line"


def service_of(backend):
    return backend.service


@pytest.fixture
def fractional(device):
    device.target.add_instruction(RZZGate(Parameter("t")), {(0, 1): None})
    return device


def test_a_device_turns_two_qubits_by_at_most_a_right_angle(fractional):
    angle, other = Parameter("angle"), Parameter("other")
    circuit = QuantumCircuit(2)
    circuit.rzz(angle, 0, 1)
    circuit.rzz(angle + other, 0, 1)
    circuit.rzz(0.5, 0, 1)
    estimator = EstimatorV2(fractional)
    estimator.run([(circuit, "ZZ", [[1, 0.5], [0, 0]])])
    circuit.rzz(-1, 0, 1)
    said = refusal(lambda: estimator.run([(circuit, "ZZ", [[1, 0], [3, 0.25]])]))
    hint = "(Add or take off whole turns, or transpile without fractional gates.)"
    assert said == (
        "The primitive can not run this.\n"
        f"  pubs[0]: uses 'rzz' by 3 (angle=3); devices do 0 to pi/2 {hint}\n"
        "  pubs[0]: uses 'rzz' by 3.25 (angle=3, other=0.25); devices do 0 to pi/2 "
        f"{hint}\n"
        f"  pubs[0]: uses 'rzz' by -1; devices do 0 to pi/2 {hint}"
    )


def test_the_angles_in_a_branch_are_looked_at(fractional):
    circuit = QuantumCircuit(2, 1)
    circuit.measure(0, 0)
    with circuit.if_test((circuit.clbits[0], 1)):
        circuit.rzz(2, 0, 1)
    assert "uses 'rzz' by 2;" in refusal(lambda: SamplerV2(fractional).run([circuit]))


def test_a_circuit_larger_than_a_device_is_said_to_be_so_alone(device):
    circuit = QuantumCircuit(4)
    circuit.measure_all()
    assert refusal(lambda: SamplerV2(device).run([circuit])) == (
        "The primitive can not run this.\n  pubs[0]: has 4 qubits, 'fake_line' has 3"
    )
