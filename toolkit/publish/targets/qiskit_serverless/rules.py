"""What a gateway would refuse, or take and then fail with: found before the upload."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from packaging.requirements import InvalidRequirement, Requirement
from packaging.version import InvalidVersion, Version

from toolkit.checks import Severity, distributions
from toolkit.checks.finding import Code, Finding
from toolkit.publish.targets.qiskit_serverless import arguments
from toolkit.publish.targets.qiskit_serverless.artifact import OURS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from toolkit.project.project import Project
    from toolkit.publish.targets.qiskit_serverless.artifact import Artifact

__all__ = ["CODES", "examine_artifact", "examine_project"]

VERSION = Code("QRS101", Severity.ERROR, "version that a gateway refuses")
NOT_ALLOWED = Code("QRS102", Severity.ERROR, "requirement that a gateway does not have")
OTHER_VERSION = Code("QRS103", Severity.ERROR, "requirement in another version")
TIME = Code("QRS104", Severity.ERROR, "longer than a gateway lets a job run")
TOO_LARGE = Code("QRS105", Severity.ERROR, "artifact over the limit")
NO_EFFECT = Code("QRS106", Severity.WARNING, "has no effect on a gateway")
NO_SCHEMA = Code("QRS107", Severity.WARNING, "schema that a gateway can not hold")
CODES = (
    VERSION,
    NOT_ALLOWED,
    OTHER_VERSION,
    TIME,
    TOO_LARGE,
    NO_EFFECT,
    NO_SCHEMA,
)

ARTIFACT_BYTES = 50 * 1024 * 1024
"""What its official client sends; the gateway itself does not look."""

_TIME_S = 24 * 60 * 60
_IMAGE = frozenset(
    {"numpy", "qiskit", "qiskit-ibm-runtime", "requests", "rustworkx", "scipy"}
)
"""What every gateway's image has beside its list; the entry point looks at versions."""
_NOTHING = {
    "checkpoint": "A gateway keeps no checkpoints: a job begins anew.",
    "restored": "It is always None: a gateway keeps no checkpoints.",
    "stop_requested": "It is always False: a gateway can only kill a job.",
}


def examine_project(project: Project, allowed: Sequence[str]) -> Iterator[Finding]:
    """Hold a project against a gateway.

    Args:
        project: The project.
        allowed: What the gateway's functions may depend on, as ``name==version``.
    """
    yield from _version(project.metadata.version)
    yield from _requirements(project.requirements, allowed)
    limit = project.metadata.max_execution_time
    if limit is not None and limit > _TIME_S:
        yield TIME.finding(
            f"max_execution_time is {limit} s, a gateway ends jobs after {_TIME_S} s",
            hint="Lower it.",
            path="program.json",
        )
    if (
        arguments.arguments_schema(project.metadata.spec.get("parameters") or {})
        is None
    ):
        yield NO_SCHEMA.finding(
            "the schema of the inputs is too large for a gateway",
            hint="Wrong inputs are found when the job runs, not before.",
            path="program.json",
        )


def examine_artifact(
    artifact: Artifact, sources: Mapping[str, bytes]
) -> Iterator[Finding]:
    """Hold what would be uploaded against a gateway.

    Args:
        artifact: What would be uploaded.
        sources: The files of the program by name.
    """
    size = len(artifact.content)
    if size > ARTIFACT_BYTES:
        yield TOO_LARGE.finding(
            f"the artifact has {size} bytes, the limit is {ARTIFACT_BYTES} bytes",
            hint="Leave data out with .qrtignore.",
        )
    for name, content in sorted(sources.items()):
        if name.endswith(".py"):
            yield from _without_effect(name, content)


def _version(version: str) -> Iterator[Finding]:
    try:
        Version(version)
    except InvalidVersion:
        yield VERSION.finding(
            f"{version!r} is no version as Python packages have them",
            hint="Write 1.2.0, 1.2.0-rc.1 or 1.2.0+local.",
            path="program.json $.version",
        )


def _requirements(
    requirements: Sequence[str], allowed: Sequence[str]
) -> Iterator[Finding]:
    offered = {
        distributions.normalise(found.name): found
        for found in map(Requirement, allowed)
    }
    for text in requirements:
        try:
            needed = Requirement(text)
        except InvalidRequirement:
            continue  # `qrt check` says so
        name = distributions.normalise(needed.name)
        if needed.marker is not None and not needed.marker.evaluate():
            continue
        if name in offered:
            yield from _fits(text, needed, offered[name])
        elif name not in {*_IMAGE, OURS}:
            names = ", ".join(sorted({*offered, *_IMAGE}))
            yield NOT_ALLOWED.finding(
                f"{text!r}: this gateway does not have {needed.name}",
                hint=f"It has: {names}.",
                path="pyproject.toml",
            )


def _fits(text: str, needed: Requirement, offered: Requirement) -> Iterator[Finding]:
    versions = [clause.version for clause in offered.specifier]
    if not all(needed.specifier.contains(v, prereleases=True) for v in versions):
        yield OTHER_VERSION.finding(
            f"{text!r}: this gateway has {offered}",
            hint=f"Widen the requirement to include {', '.join(versions)}.",
            path="pyproject.toml",
        )


def _without_effect(name: str, content: bytes) -> Iterator[Finding]:
    """Find the first use of each part of the messenger that does nothing there."""
    try:
        tree = ast.parse(content)
    except (SyntaxError, ValueError):
        return  # `qrt check` says so
    first: dict[str, int] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in _NOTHING:
            line = min(node.lineno, first.get(node.attr, node.lineno))
            first[node.attr] = line
    for attribute, line in sorted(first.items(), key=lambda item: item[1]):
        yield NO_EFFECT.finding(
            f"{attribute} has no effect on a gateway",
            hint=_NOTHING[attribute],
            path=name,
            line=line,
        )
