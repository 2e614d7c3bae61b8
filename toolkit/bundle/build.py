"""Build the bundle of a project: the same files make the same bytes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from program_runtime import bundle
from program_runtime.environments import LOCK_NAME
from program_runtime.errors import BadBundleError
from toolkit.bundle import collection
from toolkit.errors import BundleError

if TYPE_CHECKING:
    from program_runtime.bundle import BundleInfo, BundleLimits
    from toolkit.bundle.lock import ProjectLock
    from toolkit.project.project import Project

__all__ = ["build_bundle", "bundle_name"]


def bundle_name(project: Project) -> str:
    """Name the archive: ``<program>-<version>.zip``."""
    return f"{project.metadata.name}-{project.metadata.version}.zip"


def build_bundle(
    project: Project,
    out_dir: Path,
    *,
    limits: BundleLimits | None = None,
    lock: ProjectLock | None = None,
) -> BundleInfo:
    """Build the bundle and inspect it as the service will.

    Args:
        project: The project.
        out_dir: Where to write ``<program>-<version>.zip``; made if missing.
        limits: What the service takes; its defaults if not given.
        lock: What it requires, from `prepare_lock`; without one, a file of its name
            stays out.

    Returns:
        Path, digest, size and names of the files.

    Raises:
        BundleError: A file can not be in a bundle, or the service would refuse the
            archive; lists every problem, and leaves no archive behind.
    """
    out_dir = Path(out_dir).absolute()
    limits = limits or bundle.BundleLimits()
    files = collection.collect_files(project)
    files.pop(LOCK_NAME, None)
    if lock is not None:
        files[LOCK_NAME] = project.root / LOCK_NAME
    target = out_dir / bundle_name(project)
    _leave_out_archives(files, project, out_dir)
    out_dir.mkdir(parents=True, exist_ok=True)
    try:
        info = bundle.write_bundle(files, target, limits=limits)
        bundle.inspect_bundle(target, limits=limits)
    except BadBundleError as err:
        target.unlink(missing_ok=True)
        summary = f"The bundle of {project.metadata.name} would be refused"
        raise BundleError(
            f"{summary}:" if err.problems else f"{summary}: {err.summary}",
            problems=err.problems,
            hint=err.hint,
        ) from err
    return info


def _leave_out_archives(
    files: dict[str, Path], project: Project, out_dir: Path
) -> None:
    """Drop earlier bundles, which would make each build differ from the last."""
    prefix = f"{project.metadata.name}-"
    for name, path in list(files.items()):
        if (
            path.parent == out_dir
            and path.suffix == ".zip"
            and path.name.startswith(prefix)
        ):
            del files[name]
