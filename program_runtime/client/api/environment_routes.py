"""Routes about what is installed where programs run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

if TYPE_CHECKING:
    from program_runtime.client.api.transport import Transport

__all__ = ["EnvironmentRoutes"]


class EnvironmentRoutes:
    """What programs find, and what releases require besides."""

    transport: Transport

    def base_environment(self) -> dict[str, Any]:
        """What every program finds: Python, platform, packages."""
        return dict(self.transport.request("GET", "/environment").json())

    def build_environment(
        self, digest: str, lock: str, *, wait_s: float = 0
    ) -> dict[str, Any]:
        """Have the environment of a lock built; repeat it to see how far it is.

        Args:
            digest: Of the lock.
            lock: Its text.
            wait_s: How long the answer may be held back.

        Returns:
            ``state`` is ``ready``, or ``building`` with a ``message``.

        Raises:
            BadRequirementsError: It can not be built.
        """
        answer = self.transport.request(
            "PUT",
            f"/environments/{quote(digest, safe='')}",
            params={"wait": wait_s},
            data=lock.encode(),
            headers={"Content-Type": "text/plain"},
            wait_s=wait_s,
        )
        return dict(answer.json())
