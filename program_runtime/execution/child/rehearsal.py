"""What a child does while it waits: touch what a job will need.

A forked child shares its memory with the zygote, and the first use of every page costs
a fault. A rehearsal takes that time before a job is there: 10 ms become 2 ms.
"""

from __future__ import annotations

import inspect
import sys
from typing import Final

from program_runtime.execution.child.failure import describe

__all__ = ["rehearse"]

_SCHEMA: Final = {"type": "object", "properties": {"n": {"type": "integer"}}}
_PROGRAM: Final = "def main(backend, user_messenger, n=1):\n    return n\n"


class _NullSink:
    """Takes messages nowhere."""

    restored: str | None = None
    stop_requested = False

    def send(self, kind: str, text: str) -> None:
        """Drop a message."""


def rehearse() -> None:
    """Go once through what every job does, with a backend if one is imported."""
    from program_runtime.codec import decode, encode  # noqa: PLC0415
    from program_runtime.metadata import validate_inputs  # noqa: PLC0415
    from program_runtime.program import ProgramBackend, UserMessenger  # noqa: PLC0415

    inputs = decode(b'{"n": 1}')
    validate_inputs(_SCHEMA, inputs)
    if "qiskit_aer" in sys.modules:
        from program_runtime import backends  # noqa: PLC0415

        ProgramBackend(backends.load("aer_simulator"))
    names: dict[str, object] = {}
    exec(compile(_PROGRAM, "program.py", "exec"), names)  # noqa: S102 - our own text
    main = names["main"]
    if callable(main):
        inspect.signature(main).bind(None, None, **inputs)
    UserMessenger(_NullSink()).publish({"n": 1})
    encode({"n": 1.5}, name="result")
    describe(ValueError("a rehearsal"))
