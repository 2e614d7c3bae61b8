"""What a store or a rule says no to.

A refusal is raised before anything was written: the caller may go on.

::

    Refusal
    ├── NotFoundError    there is no such user, program, release, job, ...
    └── ConflictError    what is there does not allow it; ``reason`` says what
"""

from __future__ import annotations

from typing import Literal

from program_runtime.errors import ProgramRuntimeError

Kind = Literal["user", "program", "release", "job", "session", "blob"]

Reason = Literal[
    "event_sequence",
    "invalid_state",
    "name_taken",
    "session_backend",
    "session_closed",
    "too_many_sessions",
    "user_exists",
    "version_exists",
]


class Refusal(ProgramRuntimeError):  # noqa: N818 - the two below carry the suffix
    """Something was asked for that can not be; nothing was changed."""

    code = "refused"


class NotFoundError(Refusal):
    """There is nothing of this name; ``kind`` says of what kind it would be."""

    code = "not_found"

    def __init__(self, message: str, *, kind: Kind, hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.kind: Kind = kind


class ConflictError(Refusal):
    """What is there already does not allow it; ``reason`` is for machines."""

    code = "conflict"

    def __init__(
        self, message: str, *, reason: Reason, hint: str | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.reason: Reason = reason
