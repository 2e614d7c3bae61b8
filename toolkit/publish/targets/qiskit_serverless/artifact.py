"""The tar that a gateway unpacks into a job's working directory."""

from __future__ import annotations

import hashlib
import io
import json
import tarfile
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from program_runtime import bundle
from toolkit.checks import distributions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from importlib.resources.abc import Traversable

    from program_runtime.bundle import BundleInfo
    from toolkit.project.project import Project

__all__ = ["ENTRYPOINT", "OURS", "Artifact", "build_artifact", "release_json"]

ENTRYPOINT = "main.py"
OURS = "qiskit-program-toolkit"
"""It travels in the artifact."""
_PACKAGE = "program_runtime"
_RUNTIME = (
    "__init__.py",
    "backends",
    "codec",
    "errors.py",
    "escapes.py",
    "execution/__init__.py",
    "execution/child/__init__.py",
    "execution/child/failure.py",
    "execution/child/loader.py",
    "metadata",
    "program",
)
"""What of our package a program needs; the gateway's image does not have it."""

_DIGITS = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """A tar of the same bytes whenever it is built of the same project."""

    content: bytes
    filename: str
    """Holds both digests: what is uploaded can be told from what a gateway holds."""
    bundle_mark: str
    """The part of the name that says which bundle it is."""
    files: tuple[str, ...]


def build_artifact(project: Project, built: BundleInfo) -> Artifact:
    """Put entry point, runtime and the bundle's files into one tar.

    Args:
        project: The project.
        built: Its bundle.
    """
    program = bundle.read_bundle(built.path)
    files = {
        ENTRYPOINT: _entrypoint(),
        "release.json": json.dumps(release_json(project, built), indent=1).encode(),
        **{f"program/{name}": content for name, content in program.items()},
        **dict(_runtime()),
    }
    content = _tar(files)
    mark = f"qrt-{built.digest.removeprefix('sha256:')[:_DIGITS]}"
    digest = hashlib.sha256(content).hexdigest()[:_DIGITS]
    return Artifact(
        content=content,
        filename=f"{mark}-{digest}.tar",
        bundle_mark=mark,
        files=tuple(sorted(files)),
    )


def release_json(project: Project, built: BundleInfo) -> dict[str, Any]:
    """Say what the entry point needs to know of the release."""
    program = project.metadata
    return {
        "name": program.name,
        "version": program.version,
        "digest": built.digest,
        "parameters": program.spec.get("parameters") or {},
        "max_execution_time": program.max_execution_time,
        "requirements": [
            text
            for text in project.requirements
            if distributions.requirement_name(text) != OURS
        ],
    }


def _entrypoint() -> bytes:
    return Path(__file__).with_name("entrypoint.py").read_bytes()


def _runtime() -> Iterator[tuple[str, bytes]]:
    root = resources.files(_PACKAGE)
    for part in _RUNTIME:
        yield from _sources(root.joinpath(part), f"runtime/{_PACKAGE}/{part}")


def _sources(node: Traversable, name: str) -> Iterator[tuple[str, bytes]]:
    if node.is_file():
        if name.endswith((".py", ".json")):
            yield name, node.read_bytes()
        return
    for child in node.iterdir():
        yield from _sources(child, f"{name}/{child.name}")


def _tar(files: Mapping[str, bytes]) -> bytes:
    """Write the files in the order of their names, without times and owners."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name in sorted(files):
            member = tarfile.TarInfo(name)
            member.size = len(files[name])
            archive.addfile(member, io.BytesIO(files[name]))
    return buffer.getvalue()
