"""Names that Qiskit and its runtime no longer have, and what replaces them."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from toolkit.checks import import_scan
from toolkit.checks.finding import Code, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from toolkit.checks.context import CheckContext
    from toolkit.checks.finding import Finding

__all__ = ["CODES", "REMOVED_IMPORTS", "check", "replacement"]

REMOVED = Code("QRT140", Severity.WARNING, "An import was removed from Qiskit")
REMOVED_METHOD = Code("QRT141", Severity.WARNING, "A method was removed from Qiskit")

CODES = (REMOVED, REMOVED_METHOD)

_RUN = "backend.run(transpile(circuit, backend)), or backend.sampler()"
_SAMPLER = "backend.sampler(), or qiskit.primitives.StatevectorSampler"
_ESTIMATOR = "backend.estimator(), or qiskit.primitives.StatevectorEstimator"
_READOUT = "mthree for readout mitigation"
_BACKEND = "the backend that main is given, a qiskit.providers.BackendV2"
_PULSE = "gates and the Target's instruction durations; pulse control is gone"

REMOVED_IMPORTS = {
    "qiskit.Aer": "qiskit_aer.Aer, or the backend that main is given",
    "qiskit.BasicAer": "qiskit.providers.basic_provider.BasicProvider",
    "qiskit.IBMQ": "the backend that main is given",
    "qiskit.algorithms": "scipy.optimize with backend.estimator(), or the "
    "distribution qiskit-algorithms",
    "qiskit.aqua": "qiskit.quantum_info and scipy.optimize",
    "qiskit.assembler": _RUN,
    "qiskit.chemistry": "the distribution qiskit-nature",
    "qiskit.circuit.bit": "qiskit.circuit.Bit",
    "qiskit.circuit.classicalfunction": "qiskit.circuit.library.PhaseOracleGate",
    "qiskit.circuit.library.SquareRoot": "a circuit of your own",
    "qiskit.circuit.library.standard_gates.MSGate": "qiskit.circuit.library.RXXGate",
    "qiskit.circuit.qpy_serialization": "qiskit.qpy",
    "qiskit.circuit.register": "qiskit.circuit.Register",
    "qiskit.compiler.assemble": _RUN,
    "qiskit.compiler.schedule": _PULSE,
    "qiskit.compiler.sequence": _PULSE,
    "qiskit.assemble": _RUN,
    "qiskit.execute": _RUN,
    "qiskit.execute_function": _RUN,
    "qiskit.extensions": "qiskit.circuit.library",
    "qiskit.finance": "the distribution qiskit-finance",
    "qiskit.ignis": _READOUT,
    "qiskit.ml": "the distribution qiskit-machine-learning",
    "qiskit.opflow": "qiskit.quantum_info.SparsePauliOp",
    "qiskit.optimization": "the distribution qiskit-optimization",
    "qiskit.primitives.BackendEstimator": "qiskit.primitives.BackendEstimatorV2",
    "qiskit.primitives.BackendSampler": "qiskit.primitives.BackendSamplerV2",
    "qiskit.primitives.Estimator": _ESTIMATOR,
    "qiskit.primitives.Sampler": _SAMPLER,
    "qiskit.primitives.BaseEstimator": "qiskit.primitives.BaseEstimatorV2",
    "qiskit.primitives.BaseSampler": "qiskit.primitives.BaseSamplerV2",
    "qiskit.providers.BackendV1": _BACKEND,
    "qiskit.providers.BaseBackend": _BACKEND,
    "qiskit.providers.BaseProvider": _BACKEND,
    "qiskit.providers.Provider": _BACKEND,
    "qiskit.providers.ProviderV1": _BACKEND,
    "qiskit.providers.aer": "qiskit_aer",
    "qiskit.providers.basebackend": _BACKEND,
    "qiskit.providers.basicaer": "qiskit.providers.basic_provider",
    "qiskit.providers.ibmq": "the backend that main is given",
    "qiskit.providers.models": "the backend's target",
    "qiskit.pulse": _PULSE,
    "qiskit.qobj": _RUN,
    "qiskit.quantum_info.OneQubitEulerDecomposer": "qiskit.synthesis",
    "qiskit.quantum_info.PauliTable": "qiskit.quantum_info.PauliList",
    "qiskit.quantum_info.StabilizerTable": "qiskit.quantum_info.StabilizerState",
    "qiskit.quantum_info.synthesis": "qiskit.synthesis",
    "qiskit.result.CorrelatedReadoutMitigator": _READOUT,
    "qiskit.result.LocalReadoutMitigator": _READOUT,
    "qiskit.result.mitigation": _READOUT,
    "qiskit.scheduler": _PULSE,
    "qiskit.test": "unittest or pytest",
    "qiskit.test.mock": "a backend whose name begins with fake_: `qrt backends`",
    "qiskit.tools": "qiskit.visualization and qiskit.utils",
    "qiskit.transpiler.passes.RZXCalibrationBuilder": _PULSE,
    "qiskit.transpiler.passes.Unroller": "qiskit.transpiler.passes.BasisTranslator",
    "qiskit.transpiler.passes.calibration": _PULSE,
    "qiskit.util": "qiskit.utils",
    "qiskit.utils.QuantumInstance": _SAMPLER,
    "qiskit.utils.algorithm_globals": "a seed among the inputs",
    "qiskit.utils.backend_utils": _RUN,
    "qiskit.utils.measurement_error_mitigation": _READOUT,
    "qiskit.utils.mitigation": _READOUT,
    "qiskit.utils.run_circuits": _RUN,
    "qiskit.validation": "jsonschema, or the schemas of program.json",
    "qiskit_ibm_runtime.IBMEstimator": "program_runtime.Estimator",
    "qiskit_ibm_runtime.ParameterNamespace": "program_runtime.ParameterNamespace",
    "qiskit_ibm_runtime.RuntimeJob": "program_runtime.RuntimeJob",
    "qiskit_ibm_runtime.program": "program_runtime",
    "qiskit_ibm_runtime.RuntimeProgram": "program_runtime.RuntimeProgram",
    "qiskit_ibm_runtime.utils.RuntimeDecoder": "program_runtime.RuntimeDecoder",
    "qiskit_ibm_runtime.utils.RuntimeEncoder": "program_runtime.RuntimeEncoder",
}

_REMOVED_METHODS = {
    "bind_parameters": "assign_parameters",
    "c_if": "`with circuit.if_test((bits, value)):`",
}


def replacement(dotted: str) -> str | None:
    """Tell what replaces a removed name, for it and everything below it."""
    parts = dotted.split(".")
    for length in range(len(parts), 1, -1):
        found = REMOVED_IMPORTS.get(".".join(parts[:length]))
        if found:
            return found
    return None


def check(context: CheckContext) -> Iterator[Finding]:
    """Report imports and calls of what is gone."""
    for module in context.modules:
        if module.tree is None:
            continue
        seen: set[str] = set()
        for imported in import_scan.imports(module.tree):
            instead = None if imported.level else replacement(imported.dotted)
            if instead and not imported.guarded and imported.dotted not in seen:
                seen.add(imported.dotted)
                yield REMOVED.finding(
                    f"{imported.dotted} no longer exists.",
                    path=module.path,
                    line=imported.line,
                    hint=f"Use {instead}.",
                )
        yield from _methods(module.tree, module.path)


def _methods(tree: ast.Module, path: str) -> Iterator[Finding]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            instead = _REMOVED_METHODS.get(node.func.attr)
            if instead:
                yield REMOVED_METHOD.finding(
                    f"The method {node.func.attr} no longer exists.",
                    path=path,
                    line=node.lineno,
                    hint=f"Use {instead}.",
                )
