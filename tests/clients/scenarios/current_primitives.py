"""The primitives of the current client: both generations, and the executor itself."""

import os
import warnings

import numpy as np
from checks import check, equal, near, raises
from qiskit import QuantumCircuit, transpile
from qiskit.circuit import Parameter
from qiskit.quantum_info import SparsePauliOp, Statevector
from qiskit_ibm_runtime import (
    EstimatorV2,
    Executor,
    QiskitRuntimeService,
    QuantumProgram,
    SamplerV2,
    executor_estimator,
    executor_sampler,
)
from qiskit_ibm_runtime.exceptions import IBMInputValueError, RuntimeJobFailureError

warnings.simplefilter("ignore", DeprecationWarning)
URL = os.environ["ROOT"] + "/experimental/api/v1"
WAIT_S = 180
SHOTS = 4000
ROOM = 6 / np.sqrt(SHOTS)


def bell():
    circuit = QuantumCircuit(2)
    circuit.h(0)
    circuit.cx(0, 1)
    circuit.measure_all()
    return circuit


def ansatz():
    theta = Parameter("theta")
    circuit = QuantumCircuit(2)
    circuit.ry(theta, 0)
    circuit.cx(0, 1)
    return circuit


def isa(circuit, backend):
    return transpile(circuit, backend, optimization_level=1, seed_transpiler=7)


def one_probability(angle):
    return float(np.sin(angle / 2) ** 2)


def sampler(backend, kind):
    circuit = ansatz()
    circuit.measure_all()
    isa_circuit = isa(circuit, backend)
    angles = np.array([[0.0], [0.7], [np.pi]])
    [bells, curve] = (
        kind(mode=backend)
        .run([isa(bell(), backend), (isa_circuit, angles)], shots=SHOTS)
        .result(timeout=WAIT_S)
    )
    counts = bells.data.meas.get_counts()
    equal(sum(counts.values()), SHOTS)
    noisy = not backend.simulator
    room = 0.15 if noisy else ROOM
    near(counts["00"] / SHOTS, 0.5, room)
    assert noisy or set(counts) == {"00", "11"}, counts
    equal(curve.data.meas.shape, (3,))
    for place, [angle] in enumerate(angles):
        ones = curve.data.meas[place].get_counts().get("11", 0)
        near(ones / SHOTS, one_probability(angle), room)


def estimator(backend, kind):
    isa_circuit = isa(ansatz(), backend)
    operators = [SparsePauliOp("ZZ"), SparsePauliOp(["IZ", "XX"], [1.0, 0.5])]
    placed = [operator.apply_layout(isa_circuit.layout) for operator in operators]
    angles = np.array([[0.3], [1.1], [2.0]])
    pub = (isa_circuit, [[operator] for operator in placed], angles)
    [found] = kind(mode=backend).run([pub], precision=0.02).result(timeout=WAIT_S)
    equal(np.shape(found.data.evs), (2, 3))
    equal(np.shape(found.data.stds), (2, 3))
    for row, operator in enumerate(operators):
        for column, [angle] in enumerate(angles):
            state = Statevector(ansatz().assign_parameters([angle]))
            exact = state.expectation_value(operator).real
            room = 0.12 if backend.simulator else 0.35
            near(found.data.evs[row][column], exact, room)


def executor(backend):
    program = QuantumProgram(shots=SHOTS)
    program.append_circuit_item(isa(bell(), backend))
    with_parameter = ansatz()
    with_parameter.measure_all()
    program.append_circuit_item(
        isa(with_parameter, backend), circuit_arguments=np.array([[0.0], [np.pi]])
    )
    result = Executor(mode=backend).run(program).result(timeout=WAIT_S)
    bits, curve = result[0]["meas"], result[1]["meas"]
    equal((bits.shape, bits.dtype), ((SHOTS, 2), bool))
    near(bits[:, 0].mean(), 0.5, 0.15)
    equal(curve.shape, (2, SHOTS, 2))
    assert curve[0].mean() < 0.15, curve.mean(axis=(1, 2))
    assert curve[1].mean() > 0.85, curve.mean(axis=(1, 2))


def options(backend):
    with check("shots and seed of the options"):
        made = SamplerV2(mode=backend)
        made.options.default_shots = 123
        made.options.simulator.seed_simulator = 11
        circuit = isa(bell(), backend)
        runs = [made.run([circuit]) for _ in range(2)]
        bits = [run.result(timeout=WAIT_S)[0].data.meas for run in runs]
        equal(bits[0].num_shots, 123)
        assert np.array_equal(bits[0].array, bits[1].array)
    with check("tags and time limit of the options"):
        made = SamplerV2(mode=backend)
        made.options.environment.job_tags = ["of-options"]
        made.options.max_execution_time = 100
        job = made.run([isa(bell(), backend)], shots=10)
        job.result(timeout=WAIT_S)
        equal(SERVICE.job(job.job_id()).tags, ["of-options"])
    with check("the inputs of a primitive"):
        inputs = job.inputs
        equal((inputs["version"], inputs["pubs"][0][2]), (2, 10))
        equal(inputs["pubs"][0][0], isa(bell(), backend))
    with check("a private job of a primitive is refused in words"):
        made = SamplerV2(mode=backend)
        made.options.environment.private = True
        with raises(Exception, "private: is not kept here"):
            made.run([isa(bell(), backend)], shots=10)
    with check("a circuit that is not of the backend's gates is refused"):
        with raises(IBMInputValueError, "is not supported by the target system"):
            SamplerV2(mode=DEVICE).run([bell()])
    with check("a circuit with control flow"):
        circuit = QuantumCircuit(2, 2)
        circuit.x(0)
        circuit.measure(0, 0)
        with circuit.if_test((circuit.clbits[0], 1)):
            circuit.x(1)
        circuit.measure(1, 1)
        job = SamplerV2(mode=backend).run([isa(circuit, backend)], shots=100)
        equal(job.result(timeout=WAIT_S)[0].data.c.get_counts(), {"11": 100})
    with check("what a program refuses is told by the job"):
        job = SERVICE._run(
            "sampler",
            {"pubs": [[bell(), None, -5]], "version": 2},
            options={"backend": backend},
        )
        with raises(RuntimeJobFailureError, "-5"):
            job.result(timeout=WAIT_S)


def dry_runs():
    circuit = isa(bell(), DEVICE)
    for name, kind in (("SamplerV2", SamplerV2), ("Sampler", executor_sampler.Sampler)):
        with check("a dry run of " + name):
            job = kind(mode=DEVICE).run([circuit], shots=10, dry_run=True)
            equal(job.backend().name, "mock_manila")
            equal(job.result(timeout=WAIT_S)[0].data.meas.num_shots, 10)
    with check("jobs on mocks are listed for who asks"):
        for listed, query in ((False, {}), (True, {"include_mocks": True})):
            ids = [found.job_id() for found in SERVICE.jobs(limit=50, **query)]
            equal(job.job_id() in ids, listed)


SERVICE = QiskitRuntimeService(token=os.environ["TOKEN"], url=URL, instance="auto")
IDEAL, DEVICE = SERVICE.backend("aer_simulator"), SERVICE.backend("fake_manila")
for backend in (IDEAL, DEVICE):
    where = " on " + backend.name
    with check("SamplerV2" + where):
        sampler(backend, SamplerV2)
    with check("EstimatorV2" + where):
        estimator(backend, EstimatorV2)
    with check("Sampler of the executor" + where):
        sampler(backend, executor_sampler.Sampler)
    with check("Estimator of the executor" + where):
        estimator(backend, executor_estimator.Estimator)
    with check("Executor" + where):
        executor(backend)
options(IDEAL)
dry_runs()
