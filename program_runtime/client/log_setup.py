"""The logger ``program_runtime`` as the environment wants it.

``PROGRAM_RUNTIME_LOG_LEVEL`` and ``PROGRAM_RUNTIME_LOG_FILE``, or the variables of the
official clients, ``QISKIT_IBM_RUNTIME_LOG_LEVEL`` and ``QISKIT_IBM_RUNTIME_LOG_FILE``.
Where none is set the logger is as Python makes it: its parent's level and handlers.
"""

from __future__ import annotations

import logging
import os
from pathlib import Path

__all__ = ["follow_environment"]

_PREFIXES = ("PROGRAM_RUNTIME", "QISKIT_IBM_RUNTIME")
_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")
_FORMAT = "%(module)s.%(funcName)s:%(levelname)s:%(asctime)s: %(message)s"

_logger = logging.getLogger("program_runtime")
_done: list[bool] = []


def follow_environment() -> None:
    """Set level and handler, once a process; what a program set later stays."""
    if _done:
        return
    _done.append(True)
    level, path = _variable("LOG_LEVEL"), _variable("LOG_FILE")
    if not level and not path:
        return
    handler, failure = _handler(path)
    handler.setFormatter(logging.Formatter(_FORMAT))
    _logger.addHandler(handler)
    # As the original: what has a place of its own is not written twice.
    _logger.propagate = False
    if level:
        known = level.upper() in _LEVELS
        _logger.setLevel(level.upper() if known else logging.WARNING)
        if not known:
            _logger.warning(
                "%r is no log level, WARNING is used; levels: %s.",
                level,
                ", ".join(_LEVELS),
            )
    if failure:
        _logger.warning("%s", failure)


def _variable(name: str) -> str:
    found = (os.environ.get(f"{prefix}_{name}", "").strip() for prefix in _PREFIXES)
    return next(filter(None, found), "")


def _handler(path: str) -> tuple[logging.Handler, str | None]:
    """The file's handler; standard error's, and why, where the file can not be had."""
    if not path:
        return logging.StreamHandler(), None
    try:
        Path(path).touch(mode=0o600)
        return logging.FileHandler(path, encoding="utf-8"), None
    except OSError as err:
        failure = f"The log file {path} can not be written: {err.strerror}."
        return logging.StreamHandler(), failure
