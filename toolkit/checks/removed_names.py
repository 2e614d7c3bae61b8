"""The table of names that Qiskit and its runtime no longer have.

They are what programs for Qiskit 0.x and 1.x, Qiskit Aer and the runtimes of those
years import; a test holds that none of them is there today, and that all that is named
in their place is.
"""

from __future__ import annotations

from toolkit.checks.moved_names import RENAMED_METHODS

__all__ = ["REMOVED_IMPORTS", "REMOVED_METHODS"]

_RUN = "backend.run(transpile(circuit, backend)), or backend.sampler()"
_SAMPLER = "backend.sampler(), or qiskit.primitives.StatevectorSampler"
_ESTIMATOR = "backend.estimator(), or qiskit.primitives.StatevectorEstimator"
_READOUT = "mthree for readout mitigation"
_BACKEND = "the backend that main is given, a qiskit.providers.BackendV2"
_GIVEN = "the backend that main is given"
_PULSE = "gates and the Target's instruction durations; pulse control is gone"
_FAKE = "a backend whose name begins with fake_: `qrt backends`"
_OWN_CIRCUIT = "a circuit of your own"
_DURATIONS = "a *ScheduleAnalysis pass with PadDelay or PadDynamicalDecoupling"
_TRANSPILE = "qiskit.transpile"
_QASM = "qiskit.qasm2 or qiskit.qasm3"

REMOVED_IMPORTS = {
    "qiskit.Aer": "qiskit_aer.Aer, or the backend that main is given",
    "qiskit.BasicAer": "qiskit.providers.basic_provider.BasicProvider",
    "qiskit.IBMQ": _GIVEN,
    "qiskit.QuantumProgram": "qiskit.QuantumCircuit",
    "qiskit.__qiskit_version__": "qiskit.__version__",
    "qiskit.algorithms": "scipy.optimize with backend.estimator(), or the "
    "distribution qiskit-algorithms",
    "qiskit.aqua": "qiskit.quantum_info and scipy.optimize",
    "qiskit.assemble": _RUN,
    "qiskit.assembler": _RUN,
    "qiskit.available_backends": _GIVEN,
    "qiskit.chemistry": "the distribution qiskit-nature",
    "qiskit.circuit.bit": "qiskit.circuit.Bit",
    "qiskit.circuit.classicalfunction": "qiskit.circuit.library.PhaseOracleGate",
    "qiskit.circuit.library.SquareRoot": _OWN_CIRCUIT,
    "qiskit.circuit.library.standard_gates.MSGate": "qiskit.circuit.library.RXXGate",
    "qiskit.circuit.qpy_serialization": "qiskit.qpy",
    "qiskit.circuit.register": "qiskit.circuit.Register",
    "qiskit.compile": _TRANSPILE,
    "qiskit.compiler.assemble": _RUN,
    "qiskit.compiler.schedule": _PULSE,
    "qiskit.compiler.sequence": _PULSE,
    "qiskit.converters.ast_to_dag": _QASM,
    "qiskit.execute": _RUN,
    "qiskit.execute_function": _RUN,
    "qiskit.extensions": "qiskit.circuit.library",
    "qiskit.finance": "the distribution qiskit-finance",
    "qiskit.get_backend": _GIVEN,
    "qiskit.ignis": _READOUT,
    "qiskit.load_qasm_file": "qiskit.qasm2.load",
    "qiskit.ml": "the distribution qiskit-machine-learning",
    "qiskit.namespace": "the packages by their own names",
    "qiskit.opflow": "qiskit.quantum_info.SparsePauliOp",
    "qiskit.optimization": "the distribution qiskit-optimization",
    "qiskit.primitives.BackendEstimator": "qiskit.primitives.BackendEstimatorV2",
    "qiskit.primitives.BackendSampler": "qiskit.primitives.BackendSamplerV2",
    "qiskit.primitives.BaseEstimator": "qiskit.primitives.BaseEstimatorV2",
    "qiskit.primitives.BaseSampler": "qiskit.primitives.BaseSamplerV2",
    "qiskit.primitives.Estimator": _ESTIMATOR,
    "qiskit.primitives.Sampler": _SAMPLER,
    "qiskit.providers.BackendConfigurationError": "qiskit.QiskitError",
    "qiskit.providers.BackendPropertyError": "qiskit.QiskitError",
    "qiskit.providers.BackendV1": _BACKEND,
    "qiskit.providers.BackendV2Converter": _BACKEND,
    "qiskit.providers.BaseBackend": _BACKEND,
    "qiskit.providers.BaseJob": "qiskit.providers.JobV1",
    "qiskit.providers.BaseProvider": _BACKEND,
    "qiskit.providers.Provider": _BACKEND,
    "qiskit.providers.ProviderV1": _BACKEND,
    "qiskit.providers.aer": "qiskit_aer",
    "qiskit.providers.backend.BackendV1": _BACKEND,
    "qiskit.providers.backend_compat": _BACKEND,
    "qiskit.providers.basebackend": _BACKEND,
    "qiskit.providers.basicaer": "qiskit.providers.basic_provider",
    "qiskit.providers.convert_to_target": "the backend's target",
    "qiskit.providers.fake_provider.ConfigurableFakeBackend": (
        "qiskit.providers.fake_provider.GenericBackendV2"
    ),
    "qiskit.providers.fake_provider.Fake": _FAKE,
    "qiskit.providers.ibmq": _GIVEN,
    "qiskit.providers.models": "the backend's target",
    "qiskit.providers.provider": _BACKEND,
    "qiskit.pulse": _PULSE,
    "qiskit.qasm.Qasm": _QASM,
    "qiskit.qasm.pi": "math.pi",
    "qiskit.qobj": _RUN,
    "qiskit.quantum_info.OneQubitEulerDecomposer": (
        "qiskit.synthesis.OneQubitEulerDecomposer"
    ),
    "qiskit.quantum_info.PauliTable": "qiskit.quantum_info.PauliList",
    "qiskit.quantum_info.StabilizerTable": "qiskit.quantum_info.StabilizerState",
    "qiskit.quantum_info.TwoQubitBasisDecomposer": (
        "qiskit.synthesis.TwoQubitBasisDecomposer"
    ),
    "qiskit.quantum_info.XXDecomposer": "qiskit.synthesis.XXDecomposer",
    "qiskit.quantum_info.basis_state": "qiskit.quantum_info.Statevector.from_label",
    "qiskit.quantum_info.decompose_clifford": "qiskit.synthesis.synth_clifford_full",
    "qiskit.quantum_info.pauli_group": "qiskit.quantum_info.pauli_basis",
    "qiskit.quantum_info.projector": "numpy.outer",
    "qiskit.quantum_info.random_pauli_table": "qiskit.quantum_info.random_pauli_list",
    "qiskit.quantum_info.random_stabilizer_table": (
        "qiskit.quantum_info.random_pauli_list"
    ),
    "qiskit.quantum_info.synthesis": "qiskit.synthesis",
    "qiskit.quantum_info.two_qubit_cnot_decompose": (
        "qiskit.synthesis.TwoQubitBasisDecomposer"
    ),
    "qiskit.result.BaseReadoutMitigator": _READOUT,
    "qiskit.result.CorrelatedReadoutMitigator": _READOUT,
    "qiskit.result.LocalReadoutMitigator": _READOUT,
    "qiskit.result.mitigation": _READOUT,
    "qiskit.schedule": _PULSE,
    "qiskit.scheduler": _PULSE,
    "qiskit.sequence": _PULSE,
    "qiskit.test": "unittest or pytest",
    "qiskit.test.mock": _FAKE,
    "qiskit.tools": "qiskit.visualization and qiskit.utils",
    "qiskit.tools.jupyter": "qiskit.visualization",
    "qiskit.tools.monitor": "user_messenger.publish, which shows how far a job is",
    "qiskit.tools.parallel": "qiskit.utils.parallel_map",
    "qiskit.tools.visualization": "qiskit.visualization",
    "qiskit.transpiler.fencedobjs": "the property set itself",
    "qiskit.transpiler.passes.ALAPSchedule": _DURATIONS,
    "qiskit.transpiler.passes.ASAPSchedule": _DURATIONS,
    "qiskit.transpiler.passes.AlignMeasures": _DURATIONS,
    "qiskit.transpiler.passes.BIPMapping": "qiskit.transpiler.passes.SabreLayout",
    "qiskit.transpiler.passes.CXCancellation": (
        "qiskit.transpiler.passes.InverseCancellation"
    ),
    "qiskit.transpiler.passes.CXDirection": "qiskit.transpiler.passes.GateDirection",
    "qiskit.transpiler.passes.CheckCXDirection": (
        "qiskit.transpiler.passes.CheckGateDirection"
    ),
    "qiskit.transpiler.passes.CrosstalkAdaptiveSchedule": _DURATIONS,
    "qiskit.transpiler.passes.DynamicalDecoupling": (
        "qiskit.transpiler.passes.PadDynamicalDecoupling"
    ),
    "qiskit.transpiler.passes.LinearFunctionsSynthesis": (
        "qiskit.transpiler.passes.HighLevelSynthesis"
    ),
    "qiskit.transpiler.passes.NoiseAdaptiveLayout": (
        "qiskit.transpiler.passes.VF2Layout"
    ),
    "qiskit.transpiler.passes.PulseGates": _PULSE,
    "qiskit.transpiler.passes.RZXCalibrationBuilder": _PULSE,
    "qiskit.transpiler.passes.StochasticSwap": "qiskit.transpiler.passes.SabreSwap",
    "qiskit.transpiler.passes.Unroller": "qiskit.transpiler.passes.BasisTranslator",
    "qiskit.transpiler.passes.ValidatePulseGates": _PULSE,
    "qiskit.transpiler.passes.calibration": _PULSE,
    "qiskit.transpiler.runningpassmanager": "qiskit.transpiler.PassManager",
    "qiskit.transpiler.synthesis": "qiskit.synthesis",
    "qiskit.unroll": "qiskit.transpiler",
    "qiskit.util": "qiskit.utils",
    "qiskit.utils.QuantumInstance": _SAMPLER,
    "qiskit.utils.algorithm_globals": "a seed among the inputs",
    "qiskit.utils.arithmetic": _OWN_CIRCUIT,
    "qiskit.utils.backend_utils": _RUN,
    "qiskit.utils.circuit_utils": _OWN_CIRCUIT,
    "qiskit.utils.entangler_map": "qiskit.circuit.library.n_local",
    "qiskit.utils.get_entangler_map": "qiskit.circuit.library.n_local",
    "qiskit.utils.has_aer": "qiskit.utils.optionals.HAS_AER",
    "qiskit.utils.has_ibmq": "qiskit.utils.optionals",
    "qiskit.utils.measurement_error_mitigation": _READOUT,
    "qiskit.utils.mitigation": _READOUT,
    "qiskit.utils.name_unnamed_args": "the arguments by their names",
    "qiskit.utils.run_circuits": _RUN,
    "qiskit.utils.summarize_circuits": "the circuit's own depth() and count_ops()",
    "qiskit.utils.validation": "checks of your own, or the schemas of program.json",
    "qiskit.validation": "jsonschema, or the schemas of program.json",
    "qiskit.visualization.pulse": _PULSE,
    "qiskit.visualization.pulse_drawer": _PULSE,
    "qiskit.visualization.pulse_v2": _PULSE,
    "qiskit.visualization.qcstyle": "qiskit.visualization.circuit_drawer and its style",
    "qiskit_aer.PulseSimulator": _PULSE,
    "qiskit_aer.extensions": "qiskit_aer.library",
    "qiskit_aer.pulse": _PULSE,
    "qiskit_ibm_runtime.IBMEstimator": "program_runtime.Estimator",
    "qiskit_ibm_runtime.IBMRuntimeService": "program_runtime.QiskitRuntimeService",
    "qiskit_ibm_runtime.IBMSampler": "program_runtime.Sampler",
    "qiskit_ibm_runtime.ParameterNamespace": "program_runtime.ParameterNamespace",
    "qiskit_ibm_runtime.RuntimeJob": "program_runtime.RuntimeJob",
    "qiskit_ibm_runtime.RuntimeProgram": "program_runtime.RuntimeProgram",
    "qiskit_ibm_runtime.SamplerV1": "program_runtime.Sampler",
    "qiskit_ibm_runtime.exceptions.RuntimeDuplicateProgramError": (
        "program_runtime.RuntimeDuplicateProgramError"
    ),
    "qiskit_ibm_runtime.ibm_estimator": "program_runtime.Estimator",
    "qiskit_ibm_runtime.ibm_runtime_service": "program_runtime.QiskitRuntimeService",
    "qiskit_ibm_runtime.ibm_sampler": "program_runtime.Sampler",
    "qiskit_ibm_runtime.program": "program_runtime",
    "qiskit_ibm_runtime.runtime_job": "program_runtime.RuntimeJob",
    "qiskit_ibm_runtime.runtime_program": "program_runtime.RuntimeProgram",
    "qiskit_ibm_runtime.utils.RuntimeDecoder": "program_runtime.RuntimeDecoder",
    "qiskit_ibm_runtime.utils.RuntimeEncoder": "program_runtime.RuntimeEncoder",
}
"""Name -> what to use instead; it counts for everything below the name, too.

``Fake`` stands for every name that begins so: there were 120 of them.
"""

REMOVED_METHODS = {
    **RENAMED_METHODS,
    "c_if": "`with circuit.if_test((bits, value)):`",
    "cu1": "cp",
    "cu3": "cu",
    "fredkin": "cswap",
    "iden": "id",
    "mct": "mcx",
    "qasm": "qiskit.qasm2.dumps(circuit)",
    "squ": "append(UnitaryGate(matrix), [qubit])",
    "toffoli": "ccx",
    "u1": "p",
    "u2": "u(pi / 2, phi, lam, qubit)",
    "u3": "u",
}
