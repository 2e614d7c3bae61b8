"""What a release needs beyond the base environment: locks, what is installed, uv."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from program_runtime.environments.base import (
        BaseEnvironment,
        Distribution,
        installed_base,
    )
    from program_runtime.environments.fitting import conflicts, fits, unmet
    from program_runtime.environments.lock import (
        LOCK_NAME,
        Kind,
        Lock,
        Pin,
        parse_lock,
        read_lock,
    )

__all__ = [
    "LOCK_NAME",
    "BaseEnvironment",
    "Distribution",
    "Kind",
    "Lock",
    "Pin",
    "conflicts",
    "fits",
    "installed_base",
    "parse_lock",
    "read_lock",
    "unmet",
]

_HOMES: Final = {
    "LOCK_NAME": "lock",
    "BaseEnvironment": "base",
    "Distribution": "base",
    "Kind": "lock",
    "Lock": "lock",
    "Pin": "lock",
    "conflicts": "fitting",
    "fits": "fitting",
    "installed_base": "base",
    "parse_lock": "lock",
    "read_lock": "lock",
    "unmet": "fitting",
}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{home}"), name)
