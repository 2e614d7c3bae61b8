"""Links to one payload of one job: nobody can guess them, and they end soon.

Retired official clients fetch what a link in an answer names without saying who they
are, so the link itself has to be the permission.
"""

from __future__ import annotations

import base64
import hmac
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from program_runtime.service.signing_key import SigningKey

__all__ = ["LIFETIME_S", "SignedLinks"]

LIFETIME_S = 600.0
"""A client follows a link at once."""
_PURPOSE = "link to a payload"
_PARTS = 4


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
        named = f"{job_id}.{seq}.{int(self._clock() + LIFETIME_S)}"
        return f"{named}.{self._signature(named)}"

    def read(self, link: str) -> tuple[str, int] | None:
        """Return the job and the event's number; None if it is not valid, or over."""
        named, _, signature = link.rpartition(".")
        if not link.isascii() or link.count(".") != _PARTS - 1:
            return None
        if not hmac.compare_digest(signature, self._signature(named)):
            return None
        job_id, seq, ends = named.split(".")
        return (job_id, int(seq)) if self._clock() < int(ends) else None

    def _signature(self, named: str) -> str:
        signature = self._key.sign(_PURPOSE, named.encode())
        return base64.urlsafe_b64encode(signature).rstrip(b"=").decode()
