"""The options of a primitive's job: each is honoured, or a warning names it."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

log = logging.getLogger(__name__)

# Values that are mappings themselves.
_LEAVES = frozenset({"noise_model", "layer_noise_model", "environment", "job_tags"})


class Options:
    """A tree of options that knows which of them were looked at.

    Args:
        tree: Options by name, nested; None is the same as not given.

    Example:
        >>> options = Options({"execution": {"rep_delay": 0.1}})
        >>> options.take("default_shots", 4096)
        4096
        >>> options.warnings()
        ['The option execution.rep_delay is not known here: it has no effect.']
    """

    def __init__(self, tree: Mapping[str, Any] | None = None) -> None:
        self._left = dict(_leaves(tree or {}, ""))
        self._warnings: list[str] = []

    def take(self, path: str, default: Any = None) -> Any:
        """Return an option's value and tick it off.

        Args:
            path: Names with dots between them.
            default: What holds when the option is not given.
        """
        return self._left.pop(path, default)

    def take_all(self, prefix: str) -> dict[str, Any]:
        """Return the options below a name, and tick them off."""
        start = f"{prefix}."
        found = [path for path in self._left if path.startswith(start)]
        return {path.removeprefix(start): self._left.pop(path) for path in found}

    def warn(self, message: str) -> None:
        """Say what is not done as it was asked for, in the log and in the result."""
        if message not in self._warnings:
            log.warning(message)
            self._warnings.append(message)

    def ignore(self, path: str, reason: str) -> None:
        """Warn that an option has no effect, if it is given and asks for something."""
        value = self.take(path)
        if value is not None and value is not False:
            self.warn(f"The option {path} has no effect: {reason}.")

    def warnings(self) -> list[str]:
        """Return all that was warned of, and of each option that nobody took."""
        for path in sorted(self._left):
            self.warn(f"The option {path} is not known here: it has no effect.")
        self._left.clear()
        return self._warnings


def _leaves(tree: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Any]]:
    for name, value in tree.items():
        path = f"{prefix}{name}"
        if isinstance(value, dict) and name not in _LEAVES:
            yield from _leaves(value, f"{path}.")
        elif value is not None:
            yield path, value
