"""An account, and the way to its service once one is needed."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from program_runtime.client.accounts import Account
    from program_runtime.client.api import ServiceApi
    from program_runtime.client.profiles import Profile

__all__ = ["Connection"]


class Connection:
    """An account whose service is looked for when the first call needs it."""

    def __init__(self, account: Account) -> None:
        self._account = account

    @property
    def channel(self) -> str:
        """``local``, ``server``, or the name that IBM's clients have for a server."""
        return self._account.channel

    @functools.cached_property
    def api(self) -> ServiceApi:
        """The service's HTTP interface; on ``local`` this finds or starts it."""
        # Here and not above: the HTTP library takes a quarter of a second.
        from program_runtime.client.api import ServiceApi  # noqa: PLC0415

        account = self._account
        if account.url is None:
            found = self._find_local()
            return ServiceApi(
                found.url,
                found.token,
                verify=found.trust,
                relocate=self._find_local,
                instance=account.instance,
            )
        return ServiceApi(
            account.url,
            account.token,
            verify=account.trust,
            proxies=account.proxies,
            instance=account.instance,
        )

    def _find_local(self) -> Profile:
        from program_runtime.client import local  # noqa: PLC0415 - HTTP, as above

        return local.ensure_local_service(
            self._account.data_dir, config_dir=self._account.config_dir
        )

    def __repr__(self) -> str:
        where = self._account.url or self._account.data_dir
        return f"<{type(self).__name__}({self.channel!r}, {str(where)!r})>"
