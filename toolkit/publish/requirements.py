"""What a project requires, resolved against a service and installed there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from program_runtime.environments import BaseEnvironment
from program_runtime.errors import ApiError, BadRequirementsError
from toolkit import bundle, errors

if TYPE_CHECKING:
    from collections.abc import Callable

    from toolkit.bundle import ProjectLock
    from toolkit.project.project import Project
    from toolkit.publish.service import ReleaseReader, ReleaseWriter

__all__ = ["build_on_service", "lock_for"]

_WAIT_S: Final = 10.0
_NOT_FOUND: Final = 404


def lock_for(
    project: Project,
    api: ReleaseReader,
    *,
    upgrade: bool = False,
    on_resolve: Callable[[], None] | None = None,
) -> ProjectLock | None:
    """Lock what the project requires beyond what the service's base has.

    Args:
        project: The project; its ``requirements.lock`` is written if it must be.
        api: The service.
        upgrade: Resolve anew, to the newest versions.
        on_resolve: Called before uv is.

    Returns:
        None if the base is enough.

    Raises:
        BadRequirementsError: They can not be resolved.
    """
    if not project.requirements:
        return None
    return bundle.prepare_lock(
        project, base=_base_of(api), upgrade=upgrade, on_resolve=on_resolve
    )


def build_on_service(
    lock: ProjectLock,
    api: ReleaseWriter,
    *,
    on_wait: Callable[[str], None] | None = None,
) -> None:
    """Have the service build the environment of a lock, and wait until it is there.

    Args:
        lock: From `lock_for`.
        api: The service.
        on_wait: Called with each new message while it builds.

    Raises:
        FindingsError: The service can not or will not build it; says why.
    """
    said = None
    while True:
        answer = _asked(lock, api)
        if answer["state"] != "building":
            return
        if on_wait is not None and answer["message"] != said:
            said = answer["message"]
            on_wait(str(said))


def _base_of(api: ReleaseReader) -> BaseEnvironment | None:
    """Ask the service; one that is too old to tell may well have what is here."""
    try:
        return BaseEnvironment.parse(api.base_environment())
    except ApiError as err:
        if err.status == _NOT_FOUND:
            return None
        raise


def _asked(lock: ProjectLock, api: ReleaseWriter) -> dict[str, Any]:
    try:
        return api.build_environment(
            lock.lock.digest(), lock.lock.text(), wait_s=_WAIT_S
        )
    except BadRequirementsError as err:
        raise errors.FindingsError(
            err.summary, problems=err.problems, hint=err.hint
        ) from err
    except ApiError as err:
        if err.status != _NOT_FOUND:
            raise
        raise errors.FindingsError(
            "This service is too old for releases with requirements of their own.",
            hint="Do with the base environment, or have its operator update it.",
        ) from err
