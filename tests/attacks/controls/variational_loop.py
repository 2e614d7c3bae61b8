"""A small variational loop: hydrogen's two-qubit Hamiltonian with an estimator."""

from qiskit.circuit.library import real_amplitudes
from qiskit.quantum_info import SparsePauliOp
from qiskit_aer.primitives import EstimatorV2
from scipy.optimize import minimize

CONTROL = {"expects": True}

HYDROGEN = SparsePauliOp.from_list(
    [
        ("II", -1.052373245772859),
        ("IZ", 0.39793742484318045),
        ("ZI", -0.39793742484318045),
        ("ZZ", -0.01128010425623538),
        ("XX", 0.18093119978423156),
    ]
)
GROUND = -1.857275


def main(backend, user_messenger):
    ansatz = real_amplitudes(2, reps=1)
    estimator = EstimatorV2()

    def energy(values):
        found = float(estimator.run([(ansatz, HYDROGEN, values)]).result()[0].data.evs)
        user_messenger.publish(found)
        return found

    start = [0.1] * ansatz.num_parameters
    best = minimize(energy, start, method="COBYLA", options={"maxiter": 80})
    return bool(abs(best.fun - GROUND) < 0.01)
