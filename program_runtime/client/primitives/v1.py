"""What the V1 primitives have in common: where they run, and their options."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from program_runtime import errors
from program_runtime.client.primitives.options import Options
from program_runtime.client.primitives.place import place_of
from program_runtime.client.session import Session

if TYPE_CHECKING:
    from collections.abc import Mapping

    from program_runtime.client.backend import IBMBackend
    from program_runtime.client.primitives.place import Place

__all__ = ["V1Primitive", "require_resilience"]


class V1Primitive:
    """A place to run, and options that each run may change for itself."""

    version = 1

    def __init__(
        self,
        backend: IBMBackend | str | Session | None = None,
        session: Session | None = None,
        options: Options | Mapping[str, Any] | None = None,
    ) -> None:
        self._place = _place(backend, session)
        self._options = Options.of(options)

    @property
    def options(self) -> Options:
        """The options of all its runs; change them as you like."""
        return self._options

    @property
    def session(self) -> Session | None:
        """The session it runs in."""
        return self._place.session

    def set_options(self, **fields: Any) -> None:
        """Change options.

        Raises:
            InvalidValueError: It lists everything that is wrong.
        """
        self._options = self._options.overridden(fields)


def require_resilience(options: Options, *, most: int) -> None:
    """Refuse a resilience level that the program does not have.

    Raises:
        InvalidValueError: It names those that it has.
    """
    level = options.resilience_level
    if level is not None and level > most:
        raise errors.InvalidValueError(
            f"resilience_level: {level} is no level that this primitive has here.",
            hint=f"It has 0 to {most}.",
        )


def _place(backend: Any, session: Any) -> Place:
    if session is None:
        return place_of(backend)
    if not isinstance(session, Session):
        raise errors.InvalidValueError(
            f"session: {session!r} is no session.",
            hint="Give a Session or a Batch; a backend goes in as backend=.",
        )
    name = backend if backend is None else getattr(backend, "name", backend)
    if name is not None and name != session.backend():
        device = session.device()
        if device is None or name != device.name:
            raise errors.InvalidValueError(
                f"The backend is {name!r}, the session is on {session.backend()!r}.",
                hint="Leave the backend out.",
            )
    return place_of(session)
