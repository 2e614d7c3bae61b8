"""The V2 sampler: outcomes of shots."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qiskit.primitives import BaseSamplerV2

from program_runtime.client.primitives import pubs as checked
from program_runtime.client.primitives import v2
from program_runtime.client.primitives.options_v2 import SamplerOptions
from program_runtime.client.primitives.place import place_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from qiskit.primitives.containers.sampler_pub import SamplerPubLike

    from program_runtime.client.backend import IBMBackend
    from program_runtime.client.job import RuntimeJob
    from program_runtime.client.session import Session

__all__ = ["SamplerV2"]


class SamplerV2(v2.V2Primitive[SamplerOptions], BaseSamplerV2):
    """Samples circuits on a service and returns the outcome of each shot.

    It is one of Qiskit's ``BaseSamplerV2``: any code that takes one takes this.

    Args:
        mode: A backend of a service or its name, a :class:`Session` or a
            :class:`Batch`; by default the session whose ``with`` block this is.
        options: :class:`SamplerOptions`, or a dict of them.

    Raises:
        InvalidValueError: There is nowhere to run, or an option is invalid.
    """

    def __init__(
        self,
        mode: IBMBackend | Session | str | None = None,
        options: SamplerOptions | Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(place_of(mode), SamplerOptions.of(options))

    def run(
        self, pubs: Iterable[SamplerPubLike], *, shots: int | None = None
    ) -> RuntimeJob:
        """Run pubs.

        Args:
            pubs: Circuits, or tuples ``(circuit, parameter_values, shots)``.
            shots: The shots of pubs that name none; else ``default_shots``.

        Returns:
            The job, whose result is a ``PrimitiveResult``.

        Raises:
            InvalidValueError: It lists everything that does not fit; no job was made.
        """
        backend = self.backend()
        made = checked.sampler_pubs(pubs, shots, backend)
        return self._submit("sampler", made, backend)
