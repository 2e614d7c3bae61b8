"""All routes of a service in one class."""

from __future__ import annotations

from typing import TYPE_CHECKING

from program_runtime.client.api.account_routes import AccountRoutes
from program_runtime.client.api.environment_routes import EnvironmentRoutes
from program_runtime.client.api.job_routes import JobRoutes
from program_runtime.client.api.program_routes import ProgramRoutes
from program_runtime.client.api.session_routes import SessionRoutes
from program_runtime.client.api.transport import Transport

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from program_runtime.client.api.handshake import Handshake
    from program_runtime.client.profiles import Profile
    from program_runtime.client.secret import Secret

__all__ = ["ServiceApi"]


class ServiceApi(
    AccountRoutes, ProgramRoutes, EnvironmentRoutes, JobRoutes, SessionRoutes
):
    """All routes of one service, over one session. Threads may share it.

    Making one sends nothing.

    Args:
        url: Where the service is.
        token: The caller's token; a few routes need none.
        verify: False trusts any certificate; a path names the trusted authority.
        proxies: Proxies by scheme, beside those of the environment.
        relocate: Says where the service is now, when it does not answer.
        instance: The service's instance, for it to refuse when it is another's.

    Raises:
        InvalidValueError: The url or the token can not be one.
    """

    def __init__(
        self,
        url: str,
        token: Secret | str | None = None,
        *,
        verify: bool | str = True,
        proxies: Mapping[str, str] | None = None,
        relocate: Callable[[], Profile] | None = None,
        instance: str | None = None,
    ) -> None:
        self.transport = Transport(
            url,
            token,
            verify=verify,
            proxies=proxies,
            relocate=relocate,
            instance=instance,
        )

    @property
    def url(self) -> str:
        """Where the service is."""
        return self.transport.url

    def meet(self) -> Handshake:
        """What is known of the service's versions; see :meth:`Transport.meet`."""
        return self.transport.meet()

    def close(self) -> None:
        """Give the connections back."""
        self.transport.close()
