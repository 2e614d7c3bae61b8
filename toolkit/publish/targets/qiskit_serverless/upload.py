"""What an upload would do, found out without changing anything; and doing it."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from packaging.requirements import InvalidRequirement, Requirement

from program_runtime import bundle
from program_runtime.errors import ApiError, NotAuthorizedError, Problem
from toolkit import checks, errors
from toolkit.bundle import build_bundle
from toolkit.checks import distributions
from toolkit.publish.targets.qiskit_serverless import arguments, rules
from toolkit.publish.targets.qiskit_serverless.artifact import (
    ENTRYPOINT,
    build_artifact,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from toolkit.checks import Finding
    from toolkit.project.project import Project
    from toolkit.publish.targets.qiskit_serverless.artifact import Artifact
    from toolkit.publish.targets.qiskit_serverless.gateway import Gateway

__all__ = ["Upload", "UploadPlan", "plan_upload", "upload"]

_BAD_REQUEST = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadPlan:
    """What would be uploaded, and what stands in its way."""

    project: Project
    dependencies: tuple[str, ...]
    """What the gateway is told that the function needs, as ``name==version``."""
    findings: tuple[Finding, ...]
    current_version: str | None
    """The version that the gateway has now; None if it has no such function."""
    artifact: Artifact | None = None
    """None where findings stopped the plan before the build."""
    digest: str | None = None
    """Of the bundle."""
    unchanged: bool = False
    """The gateway has this artifact already."""
    conflict: bool = False
    """The gateway has this version, made of other files."""

    @property
    def errors(self) -> tuple[Finding, ...]:
        """The findings that stop the upload."""
        return tuple(f for f in self.findings if f.severity is checks.Severity.ERROR)

    @property
    def message(self) -> str:
        """What would happen, in a sentence."""
        program = self.project.metadata
        name = f"{program.name} {program.version}"
        if self.errors:
            count = len(self.errors)
            return f"There are {count} error{'s' * (count > 1)}; nothing was uploaded."
        if self.unchanged:
            return f"The gateway has {name} already: nothing to upload."
        if self.conflict:
            return f"The gateway has {name} with other content."
        if self.current_version is None:
            return f"{name} would be uploaded."
        return f"{name} would replace {self.current_version}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A function that the gateway holds."""

    program: str
    version: str
    digest: str
    created: bool
    """False when the gateway had it already."""


def plan_upload(
    project: Project, gateway: Gateway, *, out_dir: Path, strict: bool = False
) -> UploadPlan:
    """Find out what an upload would do; credentials first, then checks, then the build.

    Args:
        project: The project.
        gateway: Where it would go.
        out_dir: Where the bundle is built.
        strict: Let warnings stop it too.

    Raises:
        NotAuthorisedError: The gateway refuses the token.
        BundleError: The project's files can not be a bundle.
        ServiceUnreachableError: The gateway did not answer.
    """
    try:
        known = {entry["title"]: entry for entry in gateway.functions()}
    except NotAuthorizedError as err:
        raise errors.NotAuthorisedError(err.message, hint=err.hint) from err
    current = known.get(project.metadata.name, {})
    allowed = gateway.dependencies()
    plan = UploadPlan(
        project=project,
        dependencies=_dependencies(project.requirements, allowed),
        findings=(
            *checks.run_checks(project.root, strict=strict),
            *_strictly(rules.examine_project(project, allowed), strict=strict),
        ),
        current_version=current.get("version"),
    )
    if plan.errors:
        return plan
    return _build(plan, current, out_dir=out_dir, strict=strict)


def upload(
    plan: UploadPlan,
    gateway: Gateway,
    *,
    on_progress: Callable[[int, int], None] | None = None,
) -> Upload:
    """Upload what was planned; doing it twice is the same as once.

    Args:
        plan: From `plan_upload`.
        gateway: The same gateway.
        on_progress: Called with the bytes sent and the bytes in all.

    Raises:
        FindingsError: The plan has errors, or the gateway refused what was sent.
        ConflictError: The gateway has this version with other content.
        VerificationError: The gateway stored it under another name or version.
    """
    if plan.errors:
        raise errors.FindingsError(
            plan.message,
            problems=[*map(_problem, plan.errors)],
            hint="docs/checks.md and docs/qiskit-serverless.md explain the codes.",
        )
    if plan.conflict:
        raise errors.ConflictError(
            plan.message,
            hint='Raise "version" in program.json: the gateway keeps one release only, '
            "and callers should see that it is another.",
        )
    program = plan.project.metadata
    assert plan.artifact is not None  # noqa: S101 - a plan without errors has built it
    assert plan.digest is not None  # noqa: S101
    if not plan.unchanged:
        held = _send(plan, plan.artifact, gateway, on_progress)
        _verify(plan, held)
    return Upload(
        program=program.name,
        version=program.version,
        digest=plan.digest,
        created=not plan.unchanged,
    )


def _build(
    plan: UploadPlan, current: dict[str, Any], *, out_dir: Path, strict: bool
) -> UploadPlan:
    built = build_bundle(plan.project, out_dir)
    artifact = build_artifact(plan.project, built)
    sources = bundle.read_bundle(built.path)
    found = rules.examine_artifact(artifact, sources)
    held = str(current.get("artifact") or "")
    same_version = plan.current_version == plan.project.metadata.version
    stem = artifact.filename.removesuffix(".tar")
    return replace(
        plan,
        findings=(*plan.findings, *_strictly(found, strict=strict)),
        artifact=artifact,
        digest=built.digest,
        unchanged=same_version and stem in held,
        conflict=same_version and artifact.bundle_mark not in held,
    )


def _send(
    plan: UploadPlan,
    artifact: Artifact,
    gateway: Gateway,
    on_progress: Callable[[int, int], None] | None,
) -> dict[str, Any]:
    program = plan.project.metadata
    schema = arguments.arguments_schema(program.spec.get("parameters") or {})
    fields = {
        "title": program.name,
        "entrypoint": ENTRYPOINT,
        "arguments": "{}",
        "dependencies": json.dumps(plan.dependencies),
        "env_vars": "{}",
        "description": program.description,
        "version": program.version,
        "runner": "ray",
        **({"arguments_schema": schema} if schema is not None else {}),
    }
    try:
        return gateway.upload(
            fields, artifact.content, artifact.filename, on_progress=on_progress
        )
    except NotAuthorizedError as err:
        raise errors.NotAuthorisedError(err.message, hint=err.hint) from err
    except ApiError as err:
        if err.status != _BAD_REQUEST:
            raise
        raise errors.FindingsError(
            f"The gateway refused the upload: {err.message}", hint=err.hint
        ) from err


def _verify(plan: UploadPlan, held: dict[str, Any]) -> None:
    program = plan.project.metadata
    found = held.get("title"), held.get("version")
    if found != (program.name, program.version):
        raise errors.VerificationError(
            f"The gateway stored {found[0]} {found[1]}, but {program.name} "
            f"{program.version} was sent.",
            hint="Look at it with the gateway's own client.",
        )


def _dependencies(
    requirements: Sequence[str], allowed: Sequence[str]
) -> tuple[str, ...]:
    """Pick what the gateway's list has of the requirements, as it has it."""
    needed = set()
    for text in requirements:
        try:
            needed.add(distributions.normalise(Requirement(text).name))
        except InvalidRequirement:
            continue  # `qrt check` says so
    offered = ((Requirement(line), line) for line in allowed)
    return tuple(
        f"{found.name}{found.specifier}"
        for found, _ in offered
        if distributions.normalise(found.name) in needed
    )


def _strictly(found: Any, *, strict: bool) -> list[Finding]:
    if not strict:
        return list(found)
    return [replace(finding, severity=checks.Severity.ERROR) for finding in found]


def _problem(finding: Finding) -> Problem:
    line = f":{finding.line}" if finding.line else ""
    return Problem(
        path=f"{finding.path or 'project'}{line}",
        message=f"{finding.code} {finding.message}",
        hint=finding.hint,
    )
