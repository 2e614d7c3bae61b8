"""What a service and this client agree on, known from the first answer on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from program_runtime import errors
from program_runtime.codec import wire

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Handshake"]

_UPDATE = "pip install -U qiskit-program-toolkit"


class Handshake:
    """The versions that a service speaks, held against our own.

    Each answer of a service says them in a header: what was heard once is compared
    again only when it changes, as after an update of the service.

    Args:
        url: Of the service, for messages.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._heard: str | None = None
        self._theirs: wire.Wire | None = None

    @property
    def known(self) -> bool:
        """Whether the service has said anything, in a header or when it was asked."""
        return self._theirs is not None

    def hear(self, header: str | None) -> None:
        """Take notice of an answer's header.

        Raises:
            IncompatibleVersionsError: The service speaks none of our versions.
        """
        if header is None or header == self._heard:
            return
        theirs = wire.Wire.parse(header)
        self._check(theirs)
        self._heard, self._theirs = header, theirs

    def read(self, versions: Mapping[str, Any]) -> None:
        """Take notice of the document of a service that has said nothing in headers.

        Raises:
            IncompatibleVersionsError: The service speaks none of our versions.
        """
        if self._theirs is not None:
            return
        newest = versions.get("qpy")
        theirs = wire.Wire(
            api=_range(versions.get("api")),
            qpy=wire.Range(newest, newest) if isinstance(newest, int) else None,
        )
        self._check(theirs)
        self._theirs = theirs

    def target(self) -> wire.Target | None:
        """Return for whom to write circuits; None for a service that reads ours."""
        theirs = self._theirs.qpy if self._theirs is not None else None
        if theirs is None or theirs.max >= wire.NEWEST_WRITTEN:
            return None
        return wire.Target(theirs.max, "the service")

    def results_qpy(self) -> int | None:
        """Return the newest QPY that we read, where the service would write a newer."""
        theirs = self._theirs.qpy if self._theirs is not None else None
        ours = wire.qpy_here()
        if theirs is None or ours is None:
            return None
        if min(theirs.max, wire.NEWEST_WRITTEN) <= ours.max:
            return None
        return ours.max

    def _check(self, theirs: wire.Wire) -> None:
        ours = wire.own()
        for what, spoken, known in (
            ("interface", theirs.api, ours.api),
            ("encoding", theirs.codec, ours.codec),
        ):
            if spoken is None or known is None or spoken.meets(known):
                continue
            we_are_old = spoken.min > known.max
            raise errors.IncompatibleVersionsError(
                f"The service at {self._url} speaks version {spoken} of the {what}, "
                f"this client speaks {known}.",
                hint=f"Update this side: {_UPDATE}"
                if we_are_old
                else f"Update the service, on its machine: {_UPDATE}",
            )


def _range(value: Any) -> wire.Range | None:
    try:
        return wire.Range(int(value["min"]), int(value["max"]))
    except (TypeError, KeyError, ValueError):
        return None
