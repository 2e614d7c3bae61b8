"""Which requests are sent again when the way or the service fails."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import urllib3
from requests.adapters import BaseAdapter, HTTPAdapter

if TYPE_CHECKING:
    import requests

__all__ = ["RetryingAdapter"]

_CONNECTIONS = 32
_IDEMPOTENT = frozenset({"GET", "HEAD", "PUT", "PATCH", "DELETE"})

_RETRY = urllib3.Retry(
    total=5,
    connect=3,
    other=0,  # a certificate that is not trusted will not be trusted next time
    backoff_factor=0.1,
    status_forcelist=(502, 503, 504),
    allowed_methods=None,
    respect_retry_after_header=True,
    raise_on_status=False,
)
_RETRY_UNSENT = urllib3.Retry(
    total=3, connect=3, read=0, status=0, backoff_factor=0.1, raise_on_status=False
)


class RetryingAdapter(BaseAdapter):
    """Repeats what does no harm when it arrives twice; for the rest, connecting.

    A POST does no harm when it has an ``Idempotency-Key``.
    """

    def __init__(self) -> None:
        super().__init__()
        self._repeating = HTTPAdapter(max_retries=_RETRY, pool_maxsize=_CONNECTIONS)
        self._once = HTTPAdapter(max_retries=_RETRY_UNSENT)

    def send(  # type: ignore[override]  # by name, as a session calls it
        self, request: requests.PreparedRequest, **options: Any
    ) -> requests.Response:
        """Send over one of two pools of connections."""
        harmless = request.method in _IDEMPOTENT or "Idempotency-Key" in request.headers
        adapter = self._repeating if harmless else self._once
        return adapter.send(request, **options)

    def close(self) -> None:
        """Give the connections back."""
        self._repeating.close()
        self._once.close()
