"""What is to be run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from program_runtime.execution.limits import Limits

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["JobSpec"]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSpec:
    """One run of one program.

    Example:
        >>> from pathlib import Path
        >>> JobSpec(
        ...     job_id="job_1",
        ...     program_dir=Path("hello"),
        ...     inputs=b"{}",
        ...     backend="aer_simulator",
        ... ).log_level
        'WARNING'
    """

    job_id: str
    program_dir: Path
    """The unpacked release: the folder that holds ``program.py``. Its files go over the
    channel to the child, which runs a copy of its own."""
    inputs: bytes | Path
    """The encoded inputs, a JSON object; a path is streamed to the child."""
    backend: str
    brokered: bool = False
    """Whether the backend is a device, reached through the broker alone."""
    parameters: Mapping[str, Any] = field(default_factory=dict)
    """The JSON Schema that the decoded inputs must meet."""
    shots: int | None = None
    seed: int | None = None
    qpy: int | None = None
    """The newest QPY format that the caller reads, if it is older than ours."""
    log_level: str = "WARNING"
    limits: Limits = field(default_factory=Limits)
    restored: str | None = None
    """The encoded text of the last checkpoint of an earlier run."""
    network: bool = False
    """Whether the program may use the machine's network, loopback included."""
    session: str | None = None
    """Jobs with the same word here share a process, one after another, and with it what
    their program keeps in memory; only for programs that are trusted with that."""
    overlay: tuple[Path, ...] = ()
    """Folders with the release's own requirements, behind all that is installed: no
    package there hides one of the base."""
    alone: bool = False
    """The overlay is in place of all that is installed, our own package included."""
    import_only: bool = False
    """Import the program and call nothing: does it find all that it needs?"""
