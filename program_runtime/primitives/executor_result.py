"""The executor's result, in the version of its inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from program_runtime.primitives.executor_tensors import write_tensor

if TYPE_CHECKING:
    from program_runtime.primitives.executor_chunks import Part
    from program_runtime.primitives.executor_program import QuantumProgram
    from program_runtime.primitives.executor_run import Outcome
    from program_runtime.primitives.executor_versions import Version

__all__ = ["write_result"]


def write_result(
    program: QuantumProgram, outcome: Outcome, version: Version
) -> dict[str, Any]:
    """Turn what came out into its wire form.

    Args:
        program: What ran.
        outcome: What came out of it.
        version: The version of the inputs.
    """
    unknown = {"scheduler_timing": None, "stretch_values": None}
    result: dict[str, Any] = {
        "schema_version": version.name,
        "data": [
            {
                "results": {
                    name: write_tensor(array, compressed=version.compressed)
                    for name, array in arrays.items()
                },
                "metadata": unknown if version.echoes else None,
            }
            for arrays in outcome.arrays
        ],
        "metadata": {
            "chunk_timing": [
                {
                    "start": span.start.isoformat(),
                    "stop": span.stop.isoformat(),
                    "parts": [_part(part, program, version) for part in span.parts],
                }
                for span in outcome.spans
            ]
        },
    }
    if version.echoes:
        result["passthrough_data"] = program.passthrough
    if version.has_roles:
        result["semantic_role"] = program.role
    return result


def _part(part: Part, program: QuantumProgram, version: Version) -> dict[str, Any]:
    told: dict[str, Any] = {"idx_item": part.item, "size": part.size}
    if version.has_roles:
        told["permutation"] = list(range(len(program.items[part.item].shape)))
        told["element_range"] = [part.start, part.stop, 1]
    return told
