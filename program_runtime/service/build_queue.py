"""How many environments may wait to be built."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from program_runtime.service.api.errors import RETRY_AFTER_S, HttpRefusal

if TYPE_CHECKING:
    from program_runtime.environments import Lock
    from program_runtime.service.environments import Environments

__all__ = ["MOST_WAITING", "check_queue"]

MOST_WAITING: Final = 32


def check_queue(environments: Environments, lock: Lock) -> None:
    """Refuse one more build where too many are under way; who waits for one goes on.

    Args:
        environments: Of the service.
        lock: Its environment is not there.

    Raises:
        HttpRefusal: It would be one too many.
    """
    if environments.is_known(lock) or environments.waiting < MOST_WAITING:
        return
    raise HttpRefusal(
        503,
        "too_many_builds",
        f"{MOST_WAITING} environments are being built or wait for it.",
        hint="Try it again in a while.",
        headers={"Retry-After": str(RETRY_AFTER_S)},
    )
