"""What of this machine a program sees in its private root."""

from __future__ import annotations

import functools
import os
from collections import deque
from typing import TYPE_CHECKING, Final

from program_runtime.execution.confinement.interpreter import interpreter_folders

if TYPE_CHECKING:
    from collections.abc import Iterable

    from program_runtime.execution.confinement.walls import Walls

__all__ = ["plan"]

_SYSTEM: Final = (
    "/usr",
    "/bin",
    "/sbin",
    "/etc/alternatives",  # system libraries are links into it on Debian
    "/etc/ld.so.cache",
    "/etc/localtime",
)
_FOR_NETWORK: Final = (
    "/etc/hosts",
    "/etc/pki/ca-trust/extracted",
    "/etc/pki/tls/certs",
    "/etc/resolv.conf",
    "/etc/ssl/certs",
)
_NEVER_WHOLE: Final = frozenset(
    {"/dev", "/dev/shm", "/etc", "/proc", "/program", "/tmp"}  # noqa: S108 - names
)
"""A program has its own; single parts of the machine's can be shown there."""

_MOST_LINKS: Final = 40
"""As in the kernel."""


def plan(walls: Walls) -> tuple[list[str], dict[str, str]]:
    """List what to show, so that every name means the same inside as outside.

    The answer is kept: a process that asks before it forks spares its children the
    search, which takes longer than all the mounting.

    Args:
        walls: Which folders can be read and whether there is a network.

    Returns:
        Real files and folders, none beneath another one, and symbolic links by their
        place with what they say. What does not exist is left out.
    """
    return _plan(walls.readable, network=walls.network)


@functools.lru_cache(maxsize=64)
def _plan(
    readable: tuple[str, ...], *, network: bool
) -> tuple[list[str], dict[str, str]]:
    libraries = [f"/{name}" for name in os.listdir("/") if name.startswith("lib")]  # noqa: PTH208 - names
    found: set[str] = set()
    links: dict[str, str] = {}
    for name in (
        *_SYSTEM,
        *libraries,
        *(_FOR_NETWORK if network else ()),
        *interpreter_folders(),
        *readable,
    ):
        real = _follow(name, links)
        if real is not None and real not in _NEVER_WHOLE:
            found.add(real)
    sources = sorted(path for path in found if not _is_below(path, found))
    return sources, {
        place: meaning
        for place, meaning in links.items()
        if not _is_below(place, found)
    }


def _follow(name: str, links: dict[str, str]) -> str | None:
    """Find what a name stands for; the links on the way are added to ``links``."""
    place = ""
    parts = _parts(name)
    followed = 0
    while parts:
        part = parts.popleft()
        if part == "..":
            place = place.rpartition("/")[0]
            continue
        below, place = place, f"{place}/{part}"
        try:
            meaning = os.readlink(place)  # noqa: PTH115 - ten times faster so
        except FileNotFoundError:
            return None
        except OSError:  # no link
            continue
        followed += 1
        if followed > _MOST_LINKS:
            return None
        links[place] = meaning
        place = "" if meaning.startswith("/") else below
        parts.extendleft(reversed(_parts(meaning)))
    # The root itself is never shown, whoever asks for it.
    return place or None


def _parts(path: str) -> deque[str]:
    return deque(part for part in path.split("/") if part not in {"", "."})


def _is_below(path: str, others: Iterable[str]) -> bool:
    return any(path.startswith(f"{other}/") for other in others)
