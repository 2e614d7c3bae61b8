"""The job as a child receives it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from program_runtime.execution.limits import Limits

if TYPE_CHECKING:
    from pathlib import Path

    from program_runtime.execution.spec import JobSpec

__all__ = ["Assignment", "encode_assignment"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """What the supervisor tells; inputs and checkpoint follow in own frames."""

    job_id: str
    program_dir: str
    work_dir: str
    parameters: dict[str, Any]
    backend: str
    shots: int | None
    seed: int | None
    log_level: str
    overlay: tuple[str, ...]
    has_checkpoint: bool
    limits: Limits

    @classmethod
    def parse(cls, payload: bytes | bytearray) -> Assignment:
        """Read what ``encode_assignment`` wrote.

        Args:
            payload: Of a frame from the supervisor, which is trusted.

        Returns:
            The job.
        """
        content = json.loads(payload)
        content["limits"] = Limits(**content["limits"])
        content["overlay"] = tuple(content["overlay"])
        return cls(**content)


def encode_assignment(spec: JobSpec, work_dir: Path) -> bytes:
    """Write the first frame of a job.

    Args:
        spec: The job.
        work_dir: The private folder that the program starts in.

    Returns:
        JSON text.
    """
    content = {
        "job_id": spec.job_id,
        "program_dir": str(spec.program_dir.absolute()),
        "work_dir": str(work_dir),
        "parameters": dict(spec.parameters),
        "backend": spec.backend,
        "shots": spec.shots,
        "seed": spec.seed,
        "log_level": spec.log_level,
        "overlay": [str(folder.absolute()) for folder in spec.overlay],
        "has_checkpoint": spec.restored is not None,
        "limits": asdict(spec.limits),
    }
    return json.dumps(content).encode()
