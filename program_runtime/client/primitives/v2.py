"""What the V2 primitives have in common: the job that they return."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qiskit.primitives import BasePrimitiveJob

from program_runtime.client.job import RuntimeJob

if TYPE_CHECKING:
    from collections.abc import Sequence

    from program_runtime.client.primitives.options_v2 import (
        EstimatorOptions,
        SamplerOptions,
    )
    from program_runtime.client.primitives.place import Place

__all__ = ["submit"]

# It has the methods; deriving from the class would make each import of the client
# one of Qiskit.
BasePrimitiveJob.register(RuntimeJob)


def submit(
    place: Place,
    program_id: str,
    pubs: Sequence[Any],
    options: SamplerOptions | EstimatorOptions,
) -> RuntimeJob:
    """Submit pubs that were checked."""
    return place.run(
        program_id,
        {"pubs": pubs, **options.to_inputs()},
        options.to_runtime_options(),
        callback=options.environment.callback,
    )
