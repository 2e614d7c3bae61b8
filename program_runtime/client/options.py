"""What a caller may ask of one run, beside the program's own inputs."""

from __future__ import annotations

import dataclasses
import difflib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from program_runtime import errors
from program_runtime.client import durations

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from program_runtime.client.backend import IBMBackend

__all__ = ["RuntimeOptions"]

_LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
_IMAGE = re.compile(r"[a-zA-Z0-9]+([/.\-_][a-zA-Z0-9]+)*:[a-zA-Z0-9._-]+")


@dataclass(slots=True)
class RuntimeOptions:
    """Options of one run.

    >>> RuntimeOptions(backend="aer_simulator", log_level="info").to_request()
    {'backend': 'aer_simulator', 'log_level': 'INFO'}
    """

    backend: str | IBMBackend | None = None
    """The backend or its name; the service chooses when there is none."""
    image: str | None = None
    """The environment to run in, ``name:tag``; the service says which it has."""
    log_level: str | None = None
    """The program's log level: DEBUG, INFO, WARNING, ERROR or CRITICAL."""
    instance: str | None = None
    """The service's instance; another one is refused, never ignored."""
    job_tags: list[str] | None = None
    """Tags to find the job by."""
    max_execution_time: float | None = None
    """Seconds that the job may run."""
    session_time: int | str | None = None
    """Seconds, or ``"2h 30m"``, that a session started by this run may last."""
    shots: int | None = None
    """What the program's backend uses when the program names no shots."""
    seed: int | None = None
    """Seed of the simulator, for a run that can be repeated."""

    @classmethod
    def of(cls, options: RuntimeOptions | Mapping[str, Any] | None) -> RuntimeOptions:
        """Options from a dict too.

        Raises:
            InvalidValueError: The dict holds a name that is no option.
        """
        if isinstance(options, RuntimeOptions):
            return options
        given = dict(options or {})
        known = [field.name for field in dataclasses.fields(cls)]
        problems = [_unknown(name, known) for name in given if name not in known]
        if problems:
            raise errors.InvalidValueError("Unknown options.", problems=problems)
        return cls(**given)

    @property
    def backend_name(self) -> str | None:
        """The backend's name."""
        if self.backend is None or isinstance(self.backend, str):
            return self.backend
        return str(self.backend.name)

    def validate(self) -> None:
        """Check every field.

        Raises:
            InvalidValueError: It lists all that is wrong.
        """
        problems = list(self._problems())
        if problems:
            raise errors.InvalidValueError("Invalid options.", problems=problems)

    def to_request(self) -> dict[str, Any]:
        """The part of a job request that these options make.

        Raises:
            InvalidValueError: An option is invalid.
        """
        self.validate()
        session_s = self.session_time
        request = {
            "backend": self.backend_name,
            "runtime": self.image,
            "log_level": self.log_level and self.log_level.upper(),
            "tags": self.job_tags,
            "max_execution_time": self.max_execution_time,
            "session_time": session_s and durations.to_seconds(session_s),
            "shots": self.shots,
            "seed": self.seed,
        }
        return {name: value for name, value in request.items() if value is not None}

    def _problems(self) -> Iterator[errors.Problem]:
        if not _is_text_or_none(getattr(self.backend, "name", self.backend)):
            yield _problem("backend", f"{self.backend!r} is no backend and no name")
        if self.image is not None and not _matches(_IMAGE, self.image):
            yield _problem("image", f"{self.image!r} is no image", "Write name:tag.")
        if self.log_level is not None and not (
            isinstance(self.log_level, str) and self.log_level.upper() in _LOG_LEVELS
        ):
            allowed = ", ".join(_LOG_LEVELS)
            yield _problem("log_level", f"{self.log_level!r} is none of {allowed}")
        if not _is_text_or_none(self.instance):
            yield _problem("instance", f"{self.instance!r} is no instance's name")
        if self.job_tags is not None and not _is_list_of_texts(self.job_tags):
            yield _problem("job_tags", f"{self.job_tags!r} is no list of strings")
        if self.session_time is not None:
            yield from _session_time_problems(self.session_time)
        if not _is_positive_or_none(self.max_execution_time):
            message = f"{self.max_execution_time!r} is no number of seconds above 0"
            yield _problem("max_execution_time", message)
        for name, least in (("shots", 1), ("seed", 0)):
            value = getattr(self, name)
            if value is not None and not _is_whole(value, least):
                yield _problem(name, f"{value!r} is no whole number from {least} on")


def _unknown(name: str, known: list[str]) -> errors.Problem:
    close = difflib.get_close_matches(str(name), known, n=1)
    hint = f"Did you mean {close[0]!r}?" if close else f"Options: {', '.join(known)}."
    return _problem(str(name), "is no option", hint)


def _session_time_problems(value: object) -> Iterator[errors.Problem]:
    try:
        durations.to_seconds(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        hint = "Write seconds, or a text such as '2h 30m'."
        yield _problem("session_time", f"{value!r} is no duration", hint)


def _problem(path: str, message: str, hint: str | None = None) -> errors.Problem:
    return errors.Problem(path=path, message=message, hint=hint)


def _is_text_or_none(value: object) -> bool:
    return value is None or isinstance(value, str)


def _matches(pattern: re.Pattern[str], value: object) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _is_list_of_texts(value: object) -> bool:
    return isinstance(value, (list, tuple)) and all(
        isinstance(item, str) for item in value
    )


def _is_positive_or_none(value: object) -> bool:
    return value is None or (
        isinstance(value, (int, float)) and not isinstance(value, bool) and value > 0
    )


def _is_whole(value: object, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= least
