"""The job as a child receives it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from program_runtime.execution.limits import Limits

if TYPE_CHECKING:
    from collections.abc import Sequence

    from program_runtime.execution.child.job_channel import JobChannel
    from program_runtime.execution.job_folders import JobFolders
    from program_runtime.execution.spec import JobSpec

__all__ = ["Assignment", "encode_assignment", "receive_inputs"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """What the supervisor tells; inputs and checkpoint follow in own frames."""

    job_id: str
    program_dir: str
    work_dir: str
    files: tuple[str, ...]
    """Of the program; their contents follow in this order."""
    parameters: dict[str, Any]
    backend: str
    brokered: bool
    shots: int | None
    seed: int | None
    qpy: int | None
    log_level: str
    overlay: tuple[str, ...]
    alone: bool
    import_only: bool
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
        content["files"] = tuple(content["files"])
        return cls(**content)


def receive_inputs(
    channel: JobChannel, job: Assignment
) -> tuple[bytearray, str | None] | None:
    """Take the frames with the inputs, and the checkpoint if there is one.

    Args:
        channel: From the supervisor.
        job: What they are for.

    Returns:
        Encoded inputs and checkpoint; ``None`` if the supervisor hung up.
    """
    inputs = channel.receive()
    checkpoint = channel.receive() if job.has_checkpoint else None
    if inputs is None or (job.has_checkpoint and checkpoint is None):
        return None
    return inputs[1], None if checkpoint is None else checkpoint[1].decode()


def encode_assignment(
    spec: JobSpec, folders: JobFolders, files: Sequence[str]
) -> bytes:
    """Write the first frame of a job.

    Args:
        spec: The job.
        folders: Where the child finds the job's own folders.
        files: Names of the program's files, in the order in which they follow.

    Returns:
        JSON text.
    """
    content = {
        "job_id": spec.job_id,
        "program_dir": folders.program,
        "work_dir": folders.work,
        "files": list(files),
        "parameters": dict(spec.parameters),
        "backend": spec.backend,
        "brokered": spec.brokered,
        "shots": spec.shots,
        "seed": spec.seed,
        "qpy": spec.qpy,
        "log_level": spec.log_level,
        "overlay": [str(folder.absolute()) for folder in spec.overlay],
        "alone": spec.alone,
        "import_only": spec.import_only,
        "has_checkpoint": spec.restored is not None,
        "limits": asdict(spec.limits),
    }
    return json.dumps(content).encode()
