"""Options of the executor: what the backend honours, and a warning for what not."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from qiskit.providers import BackendV2

__all__ = ["RunOptions", "read_options"]

_LOG = logging.getLogger(__name__)

# What the official client sends when its user said nothing.
_UNSAID: Final[Mapping[str, Any]] = {
    "init_qubits": True,
    "rep_delay": None,
    "scheduler_timing": False,
    "stretch_values": False,
}
_FOR_BACKENDS: Final = ("init_qubits", "rep_delay")
_SEED: Final = "seed_simulator"


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    """How circuits are run."""

    for_backend: Mapping[str, Any] = field(default_factory=dict)
    """Passed to every call of the backend's ``run``."""
    seed: int | None = None
    """Makes twirling and shots repeatable."""
    drawing_seed: int | None = None
    """Makes twirling alone repeatable."""


def read_options(given: Mapping[str, Any], backend: BackendV2) -> RunOptions:
    """Sort the options; one line in the job's log names each that has no effect.

    Args:
        given: As the client sent them.
        backend: What it does not know, it can not honour.
    """
    known = backend.options
    for_backend, experimental = {}, dict(given.get("experimental") or {})
    seed = _seed(experimental.pop(_SEED, None), backend)
    for name, value in given.items():
        if name == "experimental" or _UNSAID.get(name) == value:
            continue
        if name in _FOR_BACKENDS and hasattr(known, name):
            for_backend[name] = value
        else:
            _warn(name, value, f"{backend.name!r} does not know it")
    for name, value in experimental.items():
        _warn(f"experimental.{name}", value, "the executor does not know it")
    return RunOptions(for_backend=for_backend, seed=seed)


def _seed(value: object, backend: BackendV2) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        _warn(f"experimental.{_SEED}", value, "expected a whole number from 0 up")
        return None
    if not hasattr(backend.options, _SEED):
        _warn(f"experimental.{_SEED}", value, f"{backend.name!r} has none")
        return None
    return value


def _warn(name: str, value: object, reason: str) -> None:
    shown = repr(value)
    shown = shown if len(shown) <= 80 else f"{shown[:77]}..."  # noqa: PLR2004
    _LOG.warning("Option %s=%s has no effect: %s.", name, shown, reason)
