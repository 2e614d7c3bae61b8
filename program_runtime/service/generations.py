"""Which clients follow links: version 0.8 does not, all later ones do.

Requests say by a header which version sends them; a websocket does not. So what the
requests of a token said last holds for its websockets.
"""

from __future__ import annotations

import re
from collections import OrderedDict
from typing import TYPE_CHECKING

from program_runtime.service.domain import hash_token

if TYPE_CHECKING:
    from starlette.requests import HTTPConnection

__all__ = ["Generations", "says_it_takes_no_links"]

_HEADER = "x-qx-client-application"
_OLDEST = re.compile(r"qiskit-ibm-runtime,qiskit-terra/0\.8\.|qiskit/")
_REMEMBERED = 4096


def says_it_takes_no_links(application: str) -> bool:
    """Whether the header is one of version 0.8.

    >>> says_it_takes_no_links("qiskit-ibm-runtime,qiskit-terra/0.8.0,0.23.3")
    True
    >>> says_it_takes_no_links("qiskit-version-2/qiskit_ibm_runtime-0.11.3,...")
    False
    """
    return _OLDEST.match(application) is not None


class Generations:
    """Remembers the tokens whose clients follow no links."""

    def __init__(self) -> None:
        self._oldest: OrderedDict[str, None] = OrderedDict()

    def note(self, connection: HTTPConnection) -> None:
        """Learn from a request, if it says anything."""
        application = connection.headers.get(_HEADER)
        if application is None:
            return
        key = _key(connection)
        if says_it_takes_no_links(application):
            self._oldest[key] = None
            self._oldest.move_to_end(key)
            if len(self._oldest) > _REMEMBERED:
                self._oldest.popitem(last=False)
        else:
            self._oldest.pop(key, None)

    def takes_links(self, connection: HTTPConnection) -> bool:
        """Whether the client at the other end follows links in place of results."""
        self.note(connection)
        return _key(connection) not in self._oldest


def _key(connection: HTTPConnection) -> str:
    headers = connection.headers
    return hash_token(headers.get("x-access-token") or headers.get("authorization", ""))
