"""Where ``latest`` was before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from program_runtime.service.domain.versions import is_prerelease, version_key
from toolkit.errors import NothingBeforeError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["version_before"]


def version_before(
    program: str, releases: Iterable[Mapping[str, Any]], current: str
) -> str:
    """Return the highest version below the current one that has been ``latest``.

    A release that was only tried was never called by anyone, and is passed over.

    Args:
        program: The program's name, for the error.
        releases: Its releases, as the service describes them.
        current: The version that ``latest`` points at.

    Raises:
        NothingBeforeError: There is none.
    """
    below = [
        str(release["version"])
        for release in releases
        # A service of before this was noted says nothing of it.
        if release.get("was_latest", True)
        and version_key(str(release["version"])) < version_key(current)
    ]
    finished = [version for version in below if not is_prerelease(version)]
    found = max(finished or below, key=version_key, default=None)
    if found is None:
        raise NothingBeforeError(
            f"No release of {program} before {current} has been the latest.",
            hint=f"`qrt programs releases {program}` lists all; name one: "
            f"qrt programs rollback {program} VERSION",
        )
    return found
