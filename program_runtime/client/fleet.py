"""Choose among the backends of a service."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from program_runtime import errors
from program_runtime.client.backend import IBMBackend

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from program_runtime.client.api import ServiceApi

__all__ = ["choose", "least_busy", "named"]


def choose(
    api: ServiceApi,
    name: str | None = None,
    *,
    simulator: bool | None = None,
    operational: bool | None = None,
    min_num_qubits: int | None = None,
    filters: Callable[[IBMBackend], bool] | None = None,
) -> list[IBMBackend]:
    """The backends that fit every condition that is not None."""
    backends = (
        IBMBackend(entry["name"], api, facts=entry)
        for entry in api.backends()
        if (name is None or name in _names(entry))
        and (simulator is None or bool(entry.get("simulator")) == simulator)
        and (operational is None or _is_online(entry) == operational)
        and (min_num_qubits is None or _has_qubits(entry, min_num_qubits))
    )
    return [backend for backend in backends if filters is None or filters(backend)]


def named(api: ServiceApi, name: str) -> IBMBackend:
    """The backend with this name or alias.

    Raises:
        BackendNotFoundError: None has it; the hint has the closest.
    """
    entries = api.backends()
    for entry in entries:
        if name in _names(entry):
            return IBMBackend(entry["name"], api, facts=entry)
    known = [known for entry in entries for known in _names(entry)]
    close = difflib.get_close_matches(name, known, n=1)
    hint = f"Did you mean {close[0]!r}?" if close else f"Known: {', '.join(known)}."
    raise errors.BackendNotFoundError(f"There is no backend {name!r}.", hint=hint)


def least_busy(
    api: ServiceApi,
    *,
    simulator: bool | None = None,
    min_num_qubits: int | None = None,
    filters: Callable[[IBMBackend], bool] | None = None,
) -> IBMBackend:
    """The backend on which the fewest jobs wait.

    Raises:
        BackendNotFoundError: No backend that takes jobs fits.
    """
    fitting = choose(
        api,
        simulator=simulator,
        operational=True,
        min_num_qubits=min_num_qubits,
        filters=filters,
    )
    if not fitting:
        raise errors.BackendNotFoundError(
            "No backend that takes jobs fits these conditions.",
            hint="backends() lists them all.",
        )
    return min(fitting, key=lambda backend: backend.queue_length)


def _names(entry: Mapping[str, Any]) -> list[str]:
    return [entry["name"], *(entry.get("aliases") or ())]


def _has_qubits(entry: Mapping[str, Any], least: int) -> bool:
    """A simulator without a fixed size is listed without one, and fits."""
    qubits = entry.get("qubits")
    return qubits is None or int(qubits) >= least


def _is_online(entry: Mapping[str, Any]) -> bool:
    return bool((entry.get("status") or {}).get("name") == "online")
