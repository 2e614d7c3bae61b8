"""Publishing to a gateway of Qiskit Serverless, and submitting jobs there."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import click

from toolkit.cli import _progress, check
from toolkit.errors import ToolkitError, UsageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from toolkit.cli._output import Output
    from toolkit.cli._reference import Reference
    from toolkit.project import Project
    from toolkit.publish.targets.qiskit_serverless.gateway import Gateway
    from toolkit.publish.targets.qiskit_serverless.upload import UploadPlan


def refuse(options: Mapping[str, Any]) -> None:
    """Refuse options of the command line that mean nothing to a gateway.

    Args:
        options: Values by the name of their flag; what was not given is false.

    Raises:
        UsageError: One was given.
    """
    given = [flag for flag, value in options.items() if value]
    if given:
        raise UsageError(
            f"{', '.join(given)}: a gateway of Qiskit Serverless has no such thing.",
            hint="docs/qiskit-serverless.md says what it has.",
        )


def publish(
    project: Project,
    gateway: Gateway,
    out: Output,
    *,
    dry_run: bool,
    strict: bool,
    yes: bool,
) -> None:
    """Plan the upload, tell it, and do it unless it shall stay a plan.

    Raises:
        FindingsError: Something stands in the way.
        ToolkitError: A person said no.
    """
    from toolkit.publish.targets.qiskit_serverless import upload  # noqa: PLC0415

    plan = upload.plan_upload(
        project, gateway, out_dir=project.root / "dist", strict=strict
    )
    _tell(plan, gateway, out)
    if dry_run and not (plan.errors or plan.conflict):
        out.data({"dry_run": True, **_plan_json(plan, gateway)}, plan.message)
        return
    asks = out.asks and not (yes or plan.unchanged or plan.errors or plan.conflict)
    if asks and not click.confirm("Upload?", default=True, err=True):
        raise ToolkitError("Nothing was uploaded.")
    with _progress.Progress(out, "uploading") as progress:
        # A plan with errors is refused here, before anything is sent.
        done = upload.upload(plan, gateway, on_progress=progress)
    answer = {**dataclasses.asdict(done), "target": "qiskit-serverless"}
    out.data({**answer, "url": gateway.url}, f"{done.program}@{done.version}")
    how = f"qrt submit {done.program} --target qiskit-serverless"
    if not done.created:
        out.say(plan.message)
    out.say(f"{gateway.url} has it; run it with: {how}")


def submit(
    program: Reference,
    inputs: Mapping[str, Any],
    options: Mapping[str, Any],
    gateway: Gateway,
) -> dict[str, Any]:
    """Start a job.

    Args:
        program: The function.
        inputs: Values that were held against the schema, where there is one.
        options: ``backend``, ``shots`` and ``seed``.
        gateway: Where it shall run.

    Returns:
        The job in the form of our service.

    Raises:
        RuntimeProgramNotFound: The gateway has no such function.
        BadInputsError: The gateway refuses the inputs.
    """
    from program_runtime.errors import RuntimeProgramNotFound  # noqa: PLC0415
    from toolkit.cli import _groups  # noqa: PLC0415
    from toolkit.publish.targets.qiskit_serverless.arguments import (  # noqa: PLC0415
        encode_arguments,
    )

    backend = {name: options.get(name) for name in ("shots", "seed")}
    text = encode_arguments(inputs, {"name": options.get("backend"), **backend})
    try:
        job = gateway.run(program.name, text)
    except RuntimeProgramNotFound as err:
        known = [entry["title"] for entry in gateway.functions()]
        listed = f"The gateway has: {', '.join(known) or 'none'}."
        err.hint = _groups.did_you_mean(program.name, known) or listed
        raise
    return {
        "id": job["id"],
        "program": {"id": program.name},
        "backend": options.get("backend"),
        "state": {"status": "Queued"},
        "created": job.get("created"),
    }


def _tell(plan: UploadPlan, gateway: Gateway, out: Output) -> None:
    """Say what the plan found; errors come with the refusal."""
    for line in check.lines([f for f in plan.findings if f not in plan.errors]):
        out.say(line)
    out.say(f"{gateway.url} has: {plan.current_version or 'no such function'}")
    if plan.dependencies:
        out.say(f"dependencies: {', '.join(plan.dependencies)}")
    if plan.artifact is not None:
        count, size = len(plan.artifact.files), len(plan.artifact.content)
        out.say(f"artifact: {count} files, {size} bytes, {plan.artifact.filename}")


def _plan_json(plan: UploadPlan, gateway: Gateway) -> dict[str, Any]:
    artifact = plan.artifact
    return {
        "target": "qiskit-serverless",
        "url": gateway.url,
        "message": plan.message,
        "program": plan.project.metadata.name,
        "version": plan.project.metadata.version,
        "current_version": plan.current_version,
        "unchanged": plan.unchanged,
        "digest": plan.digest,
        "artifact": artifact.filename if artifact else None,
        "size": len(artifact.content) if artifact else None,
        "dependencies": list(plan.dependencies),
        "findings": check.as_json(plan.findings),
    }
