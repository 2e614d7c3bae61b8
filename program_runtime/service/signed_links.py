"""Links to one payload of one job: nobody can guess them, and they end soon.

Retired official clients fetch what a link in an answer names without saying who they
are, so the link itself has to be the permission.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from program_runtime.service.signing_key import SigningKey

__all__ = ["LIFETIME_S", "SignedLinks"]

LIFETIME_S = 600.0
"""A client follows a link at once."""
_PURPOSE = "link to a payload"


class SignedLinks:
    """Makes links and takes back only its own.

    Args:
        key: Signs them.
        clock: Seconds since the epoch.
    """

    def __init__(
        self, key: SigningKey, *, clock: Callable[[], float] = time.time
    ) -> None:
        self._key = key
        self._clock = clock

    def make(self, job_id: str, seq: int) -> str:
        """Return what stands for one event of one job, fit for a path."""
        ends = int(self._clock() + LIFETIME_S)
        return self._key.seal(_PURPOSE, f"{job_id}.{seq}.{ends}")

    def read(self, link: str) -> tuple[str, int] | None:
        """Return the job and the event's number; None if it is not valid, or over."""
        named = self._key.unseal(_PURPOSE, link)
        if named is None:
            return None
        job_id, seq, ends = named.split(".")
        return (job_id, int(seq)) if self._clock() < int(ends) else None
