"""What differs between the versions of the executor's inputs and results.

The official client names the version that it writes in ``schema_version`` and takes
the result in the same one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from program_runtime.errors import BadInputsError, Problem

__all__ = ["VERSIONS", "Version", "version_named"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of the schema."""

    name: str
    newest_samplex: int | None = None
    """Newest format of a samplex in it; None is whatever the library reads."""
    circuits_inside: bool = False
    """Each item holds its circuit; later all circuits are in one payload."""
    compressed: bool = False
    """Tensors and circuits are compressed, and tensors have any type of number."""
    echoes: bool = True
    """Results carry ``passthrough_data``, and metadata of each item."""
    has_roles: bool = True
    """Results carry ``semantic_role``, and chunks say which elements they held."""


VERSIONS: Final = {
    version.name: version
    for version in (
        Version(name="v2.0", compressed=True),
        Version(name="v1.1", newest_samplex=4),
        Version(name="v1.0", newest_samplex=3),
        Version(name="v0.2", newest_samplex=2, circuits_inside=True, has_roles=False),
        Version(
            name="v0.1",
            newest_samplex=1,
            circuits_inside=True,
            has_roles=False,
            echoes=False,
        ),
    )
}


def version_named(name: str) -> Version:
    """Find a version.

    Args:
        name: Such as ``"v2.0"``.

    Raises:
        BadInputsError: This executor does not know it; the message names those that
            it knows.
    """
    version = VERSIONS.get(name)
    if version is None:
        message = f"the version is {name!r}, known are {', '.join(VERSIONS)}"
        hint = "update the service, or send an older version"
        raise BadInputsError(
            "The executor does not know this version of its inputs.",
            problems=[Problem(path="schema_version", message=message, hint=hint)],
        )
    return version
