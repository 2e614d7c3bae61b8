"""What the V2 primitives have in common: where they run, and their jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from qiskit.primitives import BasePrimitiveJob

from program_runtime.client.job import RuntimeJob
from program_runtime.client.primitives import fit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from program_runtime.client.backend import IBMBackend
    from program_runtime.client.primitives.options_v2 import (
        EstimatorOptions,
        SamplerOptions,
    )
    from program_runtime.client.primitives.place import Place
    from program_runtime.client.session import Session

__all__ = ["V2Primitive"]

_Options = TypeVar("_Options", bound="SamplerOptions | EstimatorOptions")

# It has the methods; deriving from the class would make each import of the client
# one of Qiskit.
BasePrimitiveJob.register(RuntimeJob)


class V2Primitive(Generic[_Options]):
    """A place to run, and the options of all runs."""

    version = 2

    def __init__(self, place: Place, options: _Options) -> None:
        self._place = place
        self._options = options

    @property
    def options(self) -> _Options:
        """The options of all its runs; change them as you like."""
        return self._options

    @property
    def mode(self) -> Session | None:
        """The session or batch it runs in."""
        return self._place.session

    def backend(self) -> IBMBackend | None:
        """The backend it runs on; None where the service chooses."""
        return self._place.backend()

    def _submit(
        self, program_id: str, pubs: Sequence[Any], backend: IBMBackend | None
    ) -> RuntimeJob:
        """Submit pubs that were checked."""
        fit.require_shots(self._options.default_shots, backend)
        return self._place.run(program_id, {"pubs": pubs}, self._options)
