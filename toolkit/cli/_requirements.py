"""What commands that build say of a project's requirements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from toolkit.bundle import ProjectLock
    from toolkit.cli._output import Output
    from toolkit.publish.service import ReleaseWriter

upgrade = click.option(
    "--upgrade",
    is_flag=True,
    help="Resolve the requirements anew, to the newest versions.",
)


def tell(lock: ProjectLock | None, out: Output) -> None:
    """Say what is locked; nothing where the base is enough."""
    if lock is None:
        return
    count = len(lock.lock.pins)
    done = "resolved" if lock.resolved else "unchanged"
    out.say(f"requirements.lock: {count} package{'s' * (count != 1)}, {done}")
    if lock.conflicts:
        out.say("needs an environment of its own: " + ", ".join(lock.conflicts))


def build(lock: ProjectLock | None, api: ReleaseWriter, out: Output) -> None:
    """Have the service install what is locked, with a line for each of its steps."""
    if lock is None:
        return
    from toolkit.publish import requirements  # noqa: PLC0415

    requirements.build_on_service(lock, api, on_wait=out.say)
    out.say("the environment is ready")


def as_json(lock: ProjectLock | None) -> dict[str, Any] | None:
    """Return what is locked as JSON values."""
    if lock is None:
        return None
    return {
        "digest": lock.lock.digest(),
        "environment": str(lock.lock.kind),
        "packages": lock.lock.versions(),
        "resolved": lock.resolved,
        "conflicts": list(lock.conflicts),
    }
