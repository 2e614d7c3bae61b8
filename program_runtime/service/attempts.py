"""Wrong tokens use up an address's tries: guessing gets slow, and cheap for us."""

from __future__ import annotations

import ipaddress
import math
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Attempts", "origin_of"]

_NETWORK_BITS = 64
"""What one IPv6 client gets from its provider: all of it counts as one address."""


@dataclass(slots=True)
class _Bucket:
    left: float
    since: float
    told: float = -math.inf


class Attempts:
    """A bucket of tries for each address; each failure takes one, time gives back.

    Requests that were under way together may all fail before the first is counted,
    so a bucket can owe a few tries. Its debt is bounded, and with it how long an
    address has to wait.

    Args:
        burst: So many failures in a row are free.
        per_s: So many tries come back each second.
        debt: The most that an address can owe.
        addresses: So many are remembered; the one that failed longest ago makes room.
        quiet_s: An address is news again only after so long.
        clock: Seconds that only grow.
    """

    def __init__(
        self,
        *,
        burst: float = 20.0,
        per_s: float = 1.0,
        debt: float = 10.0,
        addresses: int = 4096,
        quiet_s: float = 60.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._burst = burst
        self._per_s = per_s
        self._debt = debt
        self._addresses = addresses
        self._quiet_s = quiet_s
        self._clock = clock
        self._buckets: OrderedDict[str, _Bucket] = OrderedDict()

    def wait_s(self, origin: str) -> float:
        """Return how long an address has to wait for its next try; 0: not at all."""
        left = self._left(origin)
        return 0.0 if left >= 1 else (1 - left) / self._per_s

    def failed(self, origin: str) -> bool:
        """Take a try from an address.

        Returns:
            Whether it has none left, and this is news.
        """
        now = self._clock()
        left = max(self._left(origin) - 1, -self._debt)
        bucket = self._buckets.setdefault(origin, _Bucket(left, now))
        self._buckets.move_to_end(origin)
        if len(self._buckets) > self._addresses:
            self._buckets.popitem(last=False)
        bucket.left, bucket.since = left, now
        if left >= 1 or now - bucket.told < self._quiet_s:
            return False
        bucket.told = now
        return True

    def __len__(self) -> int:
        return len(self._buckets)

    def _left(self, origin: str) -> float:
        bucket = self._buckets.get(origin)
        if bucket is None:
            return self._burst
        passed_s = self._clock() - bucket.since
        return min(bucket.left + passed_s * self._per_s, self._burst)


def origin_of(host: str | None) -> str:
    """Return what counts as one address.

    The address is that of the connection: headers that name another one can be
    written by anybody.

    >>> origin_of("2001:db8:1:2:3:4:5:6")
    '2001:db8:1:2::/64'
    >>> origin_of("::ffff:192.0.2.7")
    '192.0.2.7'
    """
    try:
        address = ipaddress.ip_address((host or "").partition("%")[0])
    except ValueError:
        return host or ""
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ipaddress.ip_network((address, _NETWORK_BITS), strict=False))
