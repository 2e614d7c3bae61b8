"""A tape: what backends were asked, and what they answered."""

from __future__ import annotations

from dataclasses import dataclass, field
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from toolkit.harness.cassettes.call import Recording

__all__ = ["Cassette"]

_RECORD = (
    "Record it anew if that is meant: qrt test -- --record, or qrt run --record FILE."
)


@dataclass(frozen=True, kw_only=True)
class Cassette:
    """Recordings, in the order in which they were asked for."""

    name: str = "the tape"
    """Of its file."""
    backends: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """What each backend said of itself, by name."""
    recordings: Mapping[str, list[Recording]] = field(default_factory=dict)
    """By the backend's name."""
    qiskit: str = field(default_factory=lambda: version("qiskit"))
    """The version of Qiskit that made the circuits."""

    def advice(self) -> str:
        """Say what to do about a circuit that is not on the tape."""
        here = version("qiskit")
        if here == self.qiskit:
            return _RECORD
        return (
            f"The tape is of Qiskit {self.qiskit}, this is {here}, whose transpiler "
            f"may make other circuits. {_RECORD}"
        )
