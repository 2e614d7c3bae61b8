"""What is known about a backend before it is loaded."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["BackendInfo"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BackendInfo:
    """One line of the catalog."""

    name: str
    simulator: bool
    description: str
    source: str
    """``builtin``, ``fake``, the object reference of an entry point, or
    ``provider:`` and the name of one."""
    aliases: tuple[str, ...] = ()
    num_qubits: int | None = None
    """None where only the loaded backend knows: a simulator's size is that of
    the memory it finds."""
    brokered: bool = False
    """Whether programs reach it through the broker: a device with credentials."""
