import numpy as np
import pytest
from qiskit import QuantumCircuit
from qiskit.quantum_info import Operator, Pauli, SparsePauliOp

from program_runtime import errors
from program_runtime.client.primitives import Estimator, Options, Sampler
from program_runtime.client.primitives.results import SamplerResultDecoder
from program_runtime.client.session import Session


def refusal(make):
    with pytest.raises(errors.InvalidValueError) as caught:
        make()
    return str(caught.value)


def test_a_sampler_submits_what_the_retired_client_submitted(service, bell, turned):
    turned.measure_all()
    sampler = Sampler(service.simulator, options=Options(optimization_level=1))
    job = sampler.run([bell, turned], [[], [0.5, 1]], shots=10)
    assert job == "job 1"
    program, inputs, options, callback, more = service.runs[0]
    assert program == "sampler"
    assert inputs == {
        "circuits": [bell, turned],
        "parameters": [[], list(turned.parameters)],
        "parameter_values": [[], [0.5, 1.0]],
        "transpilation_settings": {
            "skip_transpilation": False,
            "optimization_settings": {"level": 1},
        },
        "resilience_settings": {},
        "run_options": {"shots": 10, "init_qubits": True},
    }
    assert options == {"backend": "aer_simulator", "log_level": "WARNING"}
    assert callback is None
    assert more == {"result_decoder": SamplerResultDecoder}
    assert sampler.options.execution.shots == 4000


def test_an_estimator_adds_the_observables(service, turned):
    energy = SparsePauliOp.from_list([("II", 1), ("IZ", 2)])
    estimator = Estimator("aer_simulator", session=Session(service, "aer_simulator"))
    estimator.run(turned, energy, [0, 1])
    assert service.inputs["observables"] == [energy]
    assert service.inputs["parameter_values"] == [[0.0, 1.0]]
    assert service.runs[0][0] == "estimator"


@pytest.mark.parametrize(
    "observable",
    ["ZZ", Pauli("ZZ"), Operator(Pauli("ZZ")), SparsePauliOp("ZZ")],
    ids=["label", "pauli", "operator", "sparse"],
)
def test_observables_of_many_kinds_become_sums_of_paulis(service, turned, observable):
    Estimator(service.simulator).run([turned], [observable], [[0, 1]])
    assert service.inputs["observables"][0].equiv(SparsePauliOp("ZZ"))


@pytest.mark.parametrize(
    "values",
    [[0, 1], [[0, 1]], np.array([0, 1]), np.array([[0, 1]]), [np.array([0, 1])]],
    ids=["set", "sets", "array", "matrix", "arrays"],
)
def test_values_of_one_circuit_come_in_many_shapes(service, turned, values):
    Estimator(service.simulator).run(turned, "ZZ", values)
    assert service.inputs["parameter_values"] == [[0.0, 1.0]]


def test_one_number_is_the_value_of_the_only_parameter(service, turned):
    circuit = turned.assign_parameters({"b": 0})
    Estimator(service.simulator).run(circuit, "ZZ", 0.5)
    assert service.inputs["parameter_values"] == [[0.5]]


@pytest.mark.parametrize(
    "given",
    [{"callback": print}, {"environment": {"callback": print}}],
    ids=["flat", "nested"],
)
def test_the_callback_of_a_run_reaches_the_service(service, bell, given):
    Sampler(service.simulator).run(bell, **given)
    assert service.runs[0][3] is print


def test_the_options_of_a_sampler_can_be_changed(service, bell):
    sampler = Sampler(service.simulator, options={"shots": 5})
    sampler.run(bell)
    sampler.set_options(shots=6, optimization_level=2)
    sampler.run(bell)
    sampler.options.execution.shots = 7
    sampler.run(bell)
    shots = [run[1]["run_options"]["shots"] for run in service.runs]
    assert shots == [5, 6, 7]
    assert sampler.session is None


def test_everything_about_a_samplers_arguments_is_said_at_once(service, bell, turned):
    big = QuantumCircuit(5)
    said = refusal(
        lambda: Sampler(service.simulator).run(
            [big, bell, turned], [[], [1], [float("nan"), 1], []]
        )
    )
    assert said == (
        "The primitive can not run this.\n"
        "  parameter_values: there are 4 sets, and 3 circuits\n"
        "  parameter_values[1]: has 1 values, its circuit 0 parameters\n"
        "  parameter_values[2]: [nan, 1] are no finite numbers\n"
        "  circuits[0]: has 5 qubits, 'aer_simulator' has 4\n"
        "  circuits[0]: measures none of its 5 qubits "
        "(Add measurements, for example with circuit.measure_all().)\n"
        "  circuits[2]: measures none of its 2 qubits "
        "(Add measurements, for example with circuit.measure_all().)"
    )
    assert service.runs == []


def test_everything_about_an_estimators_arguments_is_said_at_once(service, turned):
    said = refusal(
        lambda: Estimator(service.simulator).run(
            [turned, turned], ["XXX", "ZZ", "QQ"], [[1], "no"]
        )
    )
    assert said == (
        "The primitive can not run this.\n"
        "  parameter_values[0]: has 1 values, its circuit 2 parameters "
        "(They are a, b.)\n"
        "  parameter_values[1]: 'no' are no finite numbers\n"
        "  observables[2]: 'QQ' is no observable: Pauli string label \"QQ\" is not valid.\n"
        "  observables: there are 3, and 2 circuits\n"
        "  observables[0]: acts on 3 qubits, its circuit has 2"
    )


def test_missing_values_are_counted(service, turned):
    said = refusal(lambda: Estimator(service.simulator).run(turned, "ZZ"))
    assert "parameter_values[0]: has 0 values, its circuit 2 parameters" in said


def test_what_is_no_circuit_is_named(service):
    sampler = Sampler(service.simulator)
    assert "circuits[0]: is a int, no QuantumCircuit" in refusal(lambda: sampler.run(3))
    assert "circuits: there are none" in refusal(lambda: sampler.run([]))


def test_more_shots_than_the_backend_makes_are_refused(service, bell):
    said = refusal(lambda: Sampler(service.simulator).run(bell, shots=5001))
    assert said == (
        "Invalid options.\n  shots: 5001 is over the limit of 'aer_simulator', 5000"
    )


def test_a_resilience_level_that_the_program_has_not_is_refused(service, bell, turned):
    said = refusal(lambda: Sampler(service.simulator).run(bell, resilience_level=2))
    assert said == (
        "resilience_level: 2 is no level that this primitive has here. It has 0 to 1."
    )
    estimator = Estimator(service.simulator, options={"resilience_level": 3})
    assert "It has 0 to 2." in refusal(lambda: estimator.run(turned, "ZZ", [0, 1]))


def test_a_measurement_inside_a_branch_is_one(service):
    circuit = QuantumCircuit(1, 1)
    with circuit.if_test((circuit.clbits[0], 0)):
        circuit.measure(0, 0)
    Sampler(service.simulator).run(circuit)
    assert len(service.runs) == 1


def test_what_is_no_session_is_refused(service):
    said = refusal(lambda: Sampler(session=service.simulator))
    assert said.endswith("Give a Session or a Batch; a backend goes in as backend=.")


def test_a_backend_beside_a_session_must_be_the_sessions(service):
    session = Session(service, "ibmq_qasm_simulator")
    assert Sampler(service.simulator, session).session is session
    assert Sampler("ibmq_qasm_simulator", session).session is session
    assert refusal(lambda: Sampler(service.device, session)) == (
        "The backend is 'fake_line', the session is on 'ibmq_qasm_simulator'. "
        "Leave the backend out."
    )
