"""What a published release holds, as far as the caller may know."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeGuard

from program_runtime import bundle
from program_runtime.errors import (
    BadBundleError,
    NotAuthorizedError,
    RuntimeProgramNotFound,
)
from program_runtime.metadata import parse_metadata
from toolkit.bundle import build_bundle, prepare_lock
from toolkit.bundle.comparison import ReleaseContent
from toolkit.project import load_project

if TYPE_CHECKING:
    from collections.abc import Mapping

    from toolkit.publish.service import ReleaseReader

__all__ = ["content_of_bundle", "content_of_project", "published_content"]


def content_of_bundle(path: Path) -> ReleaseContent:
    """Read a bundle that was just built.

    Raises:
        BadBundleError: It is none.
    """
    files = bundle.read_bundle(path)
    metadata = parse_metadata(files["program.json"])
    return ReleaseContent(metadata=metadata, files=files)


def content_of_project(folder: Path) -> ReleaseContent:
    """Read what a project would be published as.

    Raises:
        ProjectError: It can not be used.
        BundleError: Its files can not be a bundle.
    """
    with tempfile.TemporaryDirectory(prefix="qrt-") as temporary:
        project = load_project(folder)
        built = build_bundle(project, Path(temporary), lock=prepare_lock(project))
        return content_of_bundle(built.path)


def published_content(
    api: ReleaseReader, release: Mapping[str, Any], *, near: Path | None = None
) -> tuple[ReleaseContent, str | None]:
    """Read a release of the service: all of it, or its metadata alone.

    Args:
        api: The service.
        release: The release, as the service describes it.
        near: An archive that may be the same, which saves the download.

    Returns:
        What is known of the release; and why its files are not, or None.

    Raises:
        BadMetadataError: Its metadata are not understood.
    """
    metadata = parse_metadata(release["metadata"], strict_version=False)
    name, version = str(release["program_id"]), str(release["version"])
    if _is_same(near, release):
        return ReleaseContent(metadata=metadata, files=bundle.read_bundle(near)), None
    with tempfile.TemporaryDirectory(prefix="qrt-") as folder:
        archive = Path(folder) / "bundle.zip"
        try:
            api.download_bundle(name, version, archive)
            if bundle.digest_file(archive) != release["digest"]:
                missing = f"the bundle of {name} {version} arrived damaged"
            else:
                files = bundle.read_bundle(archive)
                return ReleaseContent(metadata=metadata, files=files), None
        except NotAuthorizedError:
            missing = f"the bundle of {name} {version} is for its owner to read"
        except (RuntimeProgramNotFound, BadBundleError) as err:
            missing = f"the bundle of {name} {version} can not be read: {err.message}"
    return ReleaseContent(metadata=metadata), missing


def _is_same(near: Path | None, release: Mapping[str, Any]) -> TypeGuard[Path]:
    if near is None or not near.is_file():
        return False
    return bool(bundle.digest_file(near) == release["digest"])
