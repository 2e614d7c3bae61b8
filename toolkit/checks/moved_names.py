"""Names of Qiskit and its runtime that only moved: the same thing, elsewhere."""

from __future__ import annotations

__all__ = ["DROP_INS", "RENAMED_METHODS"]

RENAMED_METHODS = {"bind_parameters": "assign_parameters", "cnot": "cx"}
"""Methods of circuits whose calls stay as they are under the new name."""


def _moved(old: str, new: str, names: str) -> dict[str, str]:
    return {f"{old}.{name}": f"{new}.{name}" for name in names.split()}


_PROGRAM_SIDE = "ProgramBackend ResultDecoder UserMessenger"

DROP_INS = {
    "qiskit.circuit.bit": "qiskit.circuit",
    "qiskit.circuit.qpy_serialization": "qiskit.qpy",
    "qiskit.circuit.register": "qiskit.circuit",
    "qiskit.providers.aer": "qiskit_aer",
    "qiskit.providers.aer.library": "qiskit_aer.library",
    "qiskit.providers.aer.noise": "qiskit_aer.noise",
    "qiskit.quantum_info.synthesis": "qiskit.synthesis",
    "qiskit.tools.visualization": "qiskit.visualization",
    "qiskit_ibm_runtime.program": "program_runtime",
    **_moved("qiskit", "qiskit_aer", "Aer"),
    **_moved("qiskit.circuit.bit", "qiskit.circuit", "Bit"),
    **_moved("qiskit.circuit.qpy_serialization", "qiskit.qpy", "dump load"),
    **_moved("qiskit.circuit.register", "qiskit.circuit", "Register"),
    **_moved(
        "qiskit.extensions",
        "qiskit.circuit.library",
        "HamiltonianGate Initialize UnitaryGate",
    ),
    **_moved(
        "qiskit.providers.aer",
        "qiskit_aer",
        "Aer AerError AerJob AerProvider AerSimulator QasmSimulator "
        "StatevectorSimulator UnitarySimulator library noise",
    ),
    **_moved(
        "qiskit.providers.aer.library",
        "qiskit_aer.library",
        "SaveAmplitudes SaveDensityMatrix SaveExpectationValue SaveProbabilities "
        "SaveState SaveStatevector SaveUnitary SetDensityMatrix SetStatevector",
    ),
    **_moved(
        "qiskit.providers.aer.noise",
        "qiskit_aer.noise",
        "NoiseModel QuantumError ReadoutError amplitude_damping_error "
        "coherent_unitary_error depolarizing_error kraus_error mixed_unitary_error "
        "pauli_error phase_amplitude_damping_error phase_damping_error reset_error "
        "thermal_relaxation_error",
    ),
    **_moved(
        "qiskit.providers.aer.backends",
        "qiskit_aer",
        "AerSimulator QasmSimulator StatevectorSimulator UnitarySimulator",
    ),
    **_moved(
        "qiskit.providers.aer.noise.errors",
        "qiskit_aer.noise",
        "QuantumError ReadoutError amplitude_damping_error depolarizing_error "
        "pauli_error phase_damping_error reset_error thermal_relaxation_error",
    ),
    **_moved(
        "qiskit.providers.aer.primitives", "qiskit_aer.primitives", "Estimator Sampler"
    ),
    **_moved(
        "qiskit.providers.ibmq.runtime",
        "program_runtime",
        f"{_PROGRAM_SIDE} RuntimeDecoder RuntimeEncoder",
    ),
    **_moved(
        "qiskit.quantum_info",
        "qiskit.synthesis",
        "OneQubitEulerDecomposer TwoQubitBasisDecomposer XXDecomposer",
    ),
    **_moved(
        "qiskit.quantum_info.synthesis",
        "qiskit.synthesis",
        "OneQubitEulerDecomposer TwoQubitBasisDecomposer XXDecomposer",
    ),
    **_moved("qiskit.tools", "qiskit.utils", "parallel_map"),
    **_moved("qiskit.tools.parallel", "qiskit.utils", "parallel_map"),
    **_moved(
        "qiskit.tools.visualization",
        "qiskit.visualization",
        "circuit_drawer dag_drawer plot_bloch_multivector plot_bloch_vector "
        "plot_circuit_layout plot_error_map plot_gate_map plot_histogram "
        "plot_state_city plot_state_hinton plot_state_paulivec plot_state_qsphere",
    ),
    **_moved("qiskit_ibm_runtime.program", "program_runtime", _PROGRAM_SIDE),
    **_moved(
        "qiskit_ibm_runtime.program.program_backend",
        "program_runtime",
        "ProgramBackend",
    ),
    **_moved(
        "qiskit_ibm_runtime.program.result_decoder", "program_runtime", "ResultDecoder"
    ),
    **_moved(
        "qiskit_ibm_runtime.program.user_messenger", "program_runtime", "UserMessenger"
    ),
    **_moved(
        "qiskit_ibm_runtime.utils", "program_runtime", "RuntimeDecoder RuntimeEncoder"
    ),
}
"""Name -> the name of the same thing today: what `qrt check --fix` may write."""
