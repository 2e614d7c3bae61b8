"""What a child builds around itself before it knows its job."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from program_runtime.execution.confinement.level import Level

__all__ = ["Walls"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Walls:
    """The same for every job that a waiting child may get.

    Example:
        >>> walls = Walls(level=Level.NONE)
        >>> Walls.parse(walls.document()) == walls
        True
    """

    level: Level
    disk_bytes: int = 1024 * 1024 * 1024
    """Size of the file system that the job may write to."""
    disk_files: int = 65_536
    """How many files and folders it may hold."""
    network: bool = False
    """Whether the machine's network, loopback included, is open to the program."""
    uid: int | None = None
    """User and group that the program becomes; ``None``: it stays who it is."""
    readable: tuple[str, ...] = ()
    """Folders that every program may read besides the interpreter's own."""

    def document(self) -> dict[str, Any]:
        """Return the walls as JSON values."""
        return asdict(self)

    @classmethod
    def parse(cls, content: dict[str, Any]) -> Walls:
        """Read what ``document`` wrote."""
        return cls(
            **{
                **content,
                "level": Level(content["level"]),
                "readable": tuple(content["readable"]),
            }
        )
