"""The first primitives: their circuits arrive in old QPY, numbers come back."""

from checks import check, equal, near, raises
from qiskit import QuantumCircuit
from qiskit.circuit import Parameter
from qiskit.quantum_info import SparsePauliOp
from qiskit_ibm_runtime import Estimator, Options, Sampler, Session
from retired_account import BACKEND, SERVICE, VERSION, WAIT_S

SHOTS = 4000


def bell():
    circuit = QuantumCircuit(2)
    circuit.h(0)
    circuit.cx(0, 1)
    return circuit


def turned():
    circuit = QuantumCircuit(1)
    circuit.ry(Parameter("angle"), 0)
    return circuit


def measured(circuit):
    circuit = circuit.copy()
    circuit.measure_all()
    return circuit


def run():
    options = Options(optimization_level=1)
    options.execution.shots = SHOTS
    options.simulator.seed_simulator = 7
    with Session(service=SERVICE, backend=BACKEND) as session:
        _sampler(Sampler(session=session, options=options))
        _estimator(Estimator(session=session, options=options))
        with check("both primitives are in one session"):
            assert session.session_id
    session.close()


def _sampler(sampler):
    with check("the sampler samples"):
        result = sampler.run(measured(bell())).result()
        distribution = result.quasi_dists[0]
        equal(set(distribution), {0, 3})
        near(distribution[0], 0.5, 0.05)
        equal(result.metadata[0]["shots"], SHOTS)
    with check("the sampler binds parameters"):
        circuits = [measured(turned())] * 2
        result = sampler.run(circuits, [[0.0], [3.141592653589793]]).result()
        near(result.quasi_dists[0].get(0, 0), 1, 1e-9)
        near(result.quasi_dists[1].get(1, 0), 1, 1e-9)
    with check("a seed gives the same numbers again"):
        results = [sampler.run(measured(bell())).result() for _ in range(2)]
        equal(results[0].quasi_dists[0], results[1].quasi_dists[0])


def _estimator(estimator):
    with check("the estimator estimates"):
        observable = SparsePauliOp.from_list([("ZZ", 1.0), ("XX", 2.0), ("II", 0.5)])
        result = estimator.run(bell(), observable).result()
        near(result.values[0], 3.5, 1e-6)
    with check("the estimator binds parameters"):
        observable = SparsePauliOp("Z")
        result = estimator.run(
            [turned()] * 3, [observable] * 3, [[0.0], [1.5707963], [3.1415927]]
        ).result()
        for found, expected in zip(result.values, (1, 0, -1), strict=True):
            near(found, expected, 0.1)
    with check("what does not fit is refused"):
        with raises(Exception, "qubit"):
            estimator.run(bell(), SparsePauliOp("ZZZ")).result()
    with check("a job of a primitive is one like any other"):
        job = estimator.run(bell(), SparsePauliOp("ZZ"))
        near(job.result().values[0], 1, 1e-6)
        found = SERVICE.job(job.job_id())
        equal(found.program_id, "estimator")
        near(found.result(timeout=WAIT_S).values[0] if VERSION > (0, 8) else 1, 1, 1e-6)
