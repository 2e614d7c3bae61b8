"""What a job ran, on this machine: its source as a project, and whether it fits."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from program_runtime import bundle
from program_runtime.service.versions import packages
from toolkit.errors import BundleError, NotRepeatableError
from toolkit.project import load_project

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from toolkit.project import Project
    from toolkit.provenance.record import JobRecord

__all__ = ["other_versions", "project_of", "runs_the_release"]

_OF_NUMBERS = ("python", "qiskit", "qiskit-aer", "numpy", "scipy")


def project_of(record: JobRecord, folder: Path) -> Project:
    """Unpack the source that a job ran.

    Args:
        record: The job.
        folder: Where to; absent or empty.

    Returns:
        The project in it.

    Raises:
        NotRepeatableError: The source is not there, or not for the caller to read.
    """
    content = record.part("bundle.zip")
    program = record.job["program"]
    name = f"{program['id']}@{program['version']}"
    if content is None:
        raise NotRepeatableError(
            f"The source of {name} is not yours to read, or it is gone.",
            hint="Name the folder of its project: `qrt run DIR --from-job JOB`.",
        )
    with tempfile.TemporaryDirectory(prefix="qrt-") as place:
        archive = Path(place) / "bundle.zip"
        archive.write_bytes(content)
        bundle.unpack_bundle(archive, folder)
    return load_project(folder)


def runs_the_release(record: JobRecord, project: Project) -> bool:
    """Whether a project makes the bundle that a job ran, byte by byte."""
    from toolkit.bundle import build_bundle  # noqa: PLC0415 - only for a local project

    with tempfile.TemporaryDirectory(prefix="qrt-") as place:
        try:
            built = build_bundle(project, Path(place))
        except BundleError:
            return False
    return bool(built.digest == record.job["program"]["digest"])


def other_versions(
    job: Mapping[str, Any], here: Mapping[str, str] | None = None
) -> dict[str, tuple[str, str]]:
    """Return what a job ran with that is another version here: then, and now.

    Args:
        job: The job as the service describes it.
        here: The versions to compare with; those of this Python if not given.
    """
    now = packages() if here is None else here
    then = (job.get("conditions") or {}).get("versions") or {}
    return {
        name: (then[name], now[name])
        for name in _OF_NUMBERS
        if name in then and name in now and then[name] != now[name]
    }
