"""What the checks look at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

    from program_runtime.client.secret import Secret

__all__ = ["Situation", "Way"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How the commands of this user reach their service."""

    name: str
    """What the user calls it."""
    origin: str
    """Who chose it."""
    url: str | None = None
    """None for the service of this machine, which is found by its data directory."""
    token: Secret | None = None
    trust: bool | str = True
    """Whom to trust with https: a file, or whom this machine trusts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """A user on a machine."""

    data_dir: Path
    config_dir: Path
    way: Way | None
    """None where it could not be decided, which the caller has found already."""
    isolation: str = "auto"
    """The level that the user's settings ask for."""
    port: int = 8000
    """The one that `qrt serve` would listen on; 0 lets the system choose."""
    variables: Collection[str] = ()
    """The names in the environment."""
    known_variables: Collection[str] = ()
    """Those that commands read."""
    fix: bool = False
    """Mend what can be mended without a question."""
