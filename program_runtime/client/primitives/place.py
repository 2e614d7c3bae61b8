"""Where a primitive runs: a backend alone, or in a session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from program_runtime import errors
from program_runtime.client.session import Session, open_session

if TYPE_CHECKING:
    from collections.abc import Mapping

    from program_runtime.client.backend import IBMBackend
    from program_runtime.client.decoders import Decoder
    from program_runtime.client.job import RuntimeJob
    from program_runtime.client.primitives.options import Options
    from program_runtime.client.primitives.options_v2 import (
        EstimatorOptions,
        SamplerOptions,
    )
    from program_runtime.client.service import QiskitRuntimeService

__all__ = ["Place", "place_of"]

_HINT = (
    "Give a backend of the service, service.backend(name), or a Session or Batch; or "
    "make the primitive inside `with Session(...):`."
)


@dataclass(frozen=True, slots=True)
class Place:
    """A backend of a service, and the session if there is one."""

    service: QiskitRuntimeService
    named: IBMBackend | str | None
    session: Session | None = None

    def backend(self) -> IBMBackend | None:
        """The backend; None where the service chooses.

        Raises:
            BackendNotFoundError: The service has none of that name.
        """
        if self.session is not None:
            return self.session.device()
        if isinstance(self.named, str):
            return self.service.backend(self.named)
        return self.named

    def run(
        self,
        program_id: str,
        inputs: Mapping[str, Any],
        options: Options | SamplerOptions | EstimatorOptions,
        decoder: Decoder | None = None,
    ) -> RuntimeJob:
        """Submit a job of inputs that were checked, and of options."""
        inputs = {**inputs, **options.to_inputs()}
        said = options.to_runtime_options()
        callback = options.environment.callback
        if self.session is not None:
            return self.session.run(
                program_id, inputs, said, callback, result_decoder=decoder
            )
        backend = self.backend()
        if backend is not None:
            said["backend"] = backend.name
        return self.service.run(
            program_id, inputs, said, callback, result_decoder=decoder
        )


def place_of(mode: Any) -> Place:
    """Where a primitive runs that was made with ``mode``.

    Args:
        mode: A backend of a service or its name, a session or batch, or None for
            the session whose ``with`` block this is.

    Raises:
        InvalidValueError: It is none of these.
    """
    around = open_session()
    if mode is None:
        if around is None:
            raise errors.InvalidValueError("No backend and no session.", hint=_HINT)
        mode = around
    if isinstance(mode, Session):
        return Place(mode.service, None, mode)
    service = None if isinstance(mode, str) else getattr(mode, "service", None)
    if not isinstance(mode, str) and service is None:
        raise errors.InvalidValueError(
            f"{mode!r} is neither a backend of a service nor a session.", hint=_HINT
        )
    if around is not None:
        _check_same(mode if isinstance(mode, str) else mode.name, around)
        return Place(around.service, None, around)
    if service is None:
        from program_runtime.client.service import (  # noqa: PLC0415 - a session has it
            QiskitRuntimeService,
        )

        service = QiskitRuntimeService()
    return Place(service, mode)


def _check_same(name: str, session: Session) -> None:
    """A primitive for another backend would leave the session without a word."""
    device = session.device()
    if device is not None and name in (device.name, session.backend()):
        return
    # An alias, perhaps.
    if device is None or session.service.backend(name).name != device.name:
        there = None if device is None else device.name
        raise errors.InvalidValueError(
            f"The primitive is for the backend {name!r}, the session around it is on "
            f"{there!r}.",
            hint="Leave the backend out, or make the primitive outside the session.",
        )
