"""Mock backends: what a dry run of the official client runs on.

Each stands for a backend that is simulated here anyway, and gives real results where
IBM's mocks give random ones. A device has none: a dry run must not get to it.
"""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from program_runtime.backends.info import BackendInfo

__all__ = ["SOURCE", "mock_name", "mock_of", "mocks_of", "twin_name"]

SOURCE = "mock"
_PREFIX = "mock_"
_FIRST_WORD = re.compile(r"^[^_]+")
_SIMULATED = ("builtin", "fake")


def mock_name(name: str) -> str:
    """Return the name that the official client gives the mock of a backend.

    >>> mock_name("fake_manila")
    'mock_manila'
    """
    return _FIRST_WORD.sub("mock", name)


def mock_of(info: BackendInfo) -> BackendInfo | None:
    """Return the mock of a backend; None if it has none."""
    if info.source not in _SIMULATED:
        return None
    return dataclasses.replace(
        info,
        name=mock_name(info.name),
        aliases=tuple(map(mock_name, info.aliases)),
        description=f"For dry runs: stands for {info.name}, and is simulated.",
        source=SOURCE,
    )


def mocks_of(infos: Iterable[BackendInfo]) -> list[BackendInfo]:
    """Return the mocks of all backends that have one."""
    return [mock for mock in map(mock_of, infos) if mock is not None]


def twin_name(name: str, infos: Iterable[BackendInfo]) -> str | None:
    """Return the name of the backend that a mock stands for; None if it is no mock."""
    if not name.startswith(_PREFIX):
        return None
    for info in infos:
        mock = mock_of(info)
        if mock is not None and name in (mock.name, *mock.aliases):
            return info.name
    return None
