"""The lock of a release: pinned versions with hashes, and what they were made for.

It is a requirements file, as pip and uv read them, of which only the plainest form is
accepted: ``name==version`` with SHA-256 hashes. No option, no address and no path is:
where packages come from is the business of who installs them.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from program_runtime.errors import BadRequirementsError, Problem
from program_runtime.metadata.problems import MAX_PROBLEMS, bounded

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = [
    "LOCK_BYTES",
    "LOCK_NAME",
    "LOCK_PINS",
    "Kind",
    "Lock",
    "Pin",
    "normalise",
    "parse_lock",
    "read_lock",
]

LOCK_NAME: Final = "requirements.lock"
LOCK_BYTES: Final = 1024 * 1024
LOCK_PINS: Final = 300

_ADVICE: Final = "`qrt build --upgrade` makes it anew."
_PIN: Final = re.compile(
    r"([A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?)==([A-Za-z0-9][A-Za-z0-9.!+_-]{0,98})"
)
_HASH: Final = re.compile(r"--hash=(sha256:[0-9a-f]{64})")
_HEADER: Final = re.compile(r"#\s*(environment|python|platform|requires):\s*(.*)")
_OURS: Final = re.compile(rb"^# environment: ", re.MULTILINE)
_PYTHON: Final = re.compile(r"\d+\.\d+")
_PLATFORM: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,60}")
_SHOWN: Final = 60
_FIRST_LINE: Final = (
    "# Made by `qrt build` from the dependencies in pyproject.toml; "
    "`qrt build --upgrade` makes it anew."
)


class Kind(StrEnum):
    """How the packages come beside the base environment."""

    OVERLAY = "overlay"
    """Behind it: nothing here is there, too."""
    OWN = "own"
    """In its place: all that a program finds is here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pin:
    """One package at one version, and the files that it may come from."""

    name: str
    """Normalised: lower case, single hyphens."""
    version: str
    hashes: tuple[str, ...]
    """``sha256:`` and 64 hexadecimal digits, sorted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """All that is installed for a release, and nothing else.

    Example:
        >>> pin = Pin(name="six", version="1.17.0", hashes=("sha256:" + "0" * 64,))
        >>> lock = Lock(python="3.11", platform="x86_64-manylinux_2_28", pins=(pin,))
        >>> parse_lock(lock.text()) == lock
        True
    """

    python: str
    """The minor version that it was resolved for, such as ``3.11``."""
    platform: str
    """As uv calls it, such as ``x86_64-manylinux_2_28``."""
    pins: tuple[Pin, ...]
    """Sorted by name."""
    kind: Kind = Kind.OVERLAY
    requires: tuple[str, ...] = ()
    """The project's requirements that it was made from, sorted."""

    def text(self) -> str:
        """Return the file: equal locks have equal texts."""
        lines = [
            _FIRST_LINE,
            f"# environment: {self.kind}",
            f"# python: {self.python}",
            f"# platform: {self.platform}",
            *(f"# requires: {requirement}" for requirement in self.requires),
            *map(_pin_text, self.pins),
        ]
        return "".join(f"{line}\n" for line in lines)

    def digest(self) -> str:
        """Return ``sha256:`` and the digest of the text."""
        return f"sha256:{hashlib.sha256(self.text().encode()).hexdigest()}"

    def versions(self) -> dict[str, str]:
        """Return the version of each package by its name."""
        return {pin.name: pin.version for pin in self.pins}


def normalise(name: str) -> str:
    """Normalise a distribution's name as package indexes do.

    >>> normalise("Ruamel.yaml_Clib")
    'ruamel-yaml-clib'
    """
    return re.sub(r"[-_.]+", "-", name).lower()


def read_lock(folder: Path) -> Lock | None:
    """Read the lock in a folder.

    Args:
        folder: A project, or an unpacked release.

    Returns:
        None if there is none. A file of that name without our header is some other
        tool's, and means nothing here.

    Raises:
        BadRequirementsError: It can not be used.
        OSError: It can not be read.
    """
    try:
        with (folder / LOCK_NAME).open("rb") as file:
            content = file.read(LOCK_BYTES + 1)
    except FileNotFoundError:
        return None
    return parse_lock(content) if _OURS.search(content) else None


def parse_lock(source: str | bytes) -> Lock:
    """Read a lock that anybody may have written.

    Args:
        source: The content of the file.

    Returns:
        The lock; comments and order do not count.

    Raises:
        BadRequirementsError: It holds something else; lists all of it.
    """
    text = _decoded(source)
    problems: list[Problem] = []
    header: dict[str, list[str]] = {}
    pins: dict[str, Pin] = {}
    for number, line in _logical_lines(text):
        if len(problems) > MAX_PROBLEMS:
            break
        if line.startswith("#"):
            found = _HEADER.fullmatch(line)
            if found:
                header.setdefault(found[1], []).append(found[2].strip())
            continue
        pin = _pin(line)
        if isinstance(pin, str):
            problems.append(_problem(pin, number))
        elif pin.name in pins:
            problems.append(_problem(f"{pin.name} is pinned twice", number))
        else:
            pins[pin.name] = pin
    if len(pins) > LOCK_PINS:
        message = f"has {len(pins)} packages, at most {LOCK_PINS} are taken"
        problems.append(_problem(message))
    requires = header.get("requires", [])
    if len(requires) > LOCK_PINS:
        message = f"has {len(requires)} requirements, at most {LOCK_PINS} are taken"
        problems.append(_problem(message))
    kind, python, platform = _purpose(header, problems)
    if problems:
        raise _refused(bounded(problems))
    return Lock(
        python=python,
        platform=platform,
        kind=Kind(kind),
        requires=tuple(sorted(requires)),
        pins=tuple(pins[name] for name in sorted(pins)),
    )


def _pin_text(pin: Pin) -> str:
    hashes = "".join(f" \\\n    --hash={digest}" for digest in pin.hashes)
    return f"{pin.name}=={pin.version}{hashes}"


def _decoded(source: str | bytes) -> str:
    if len(source) > LOCK_BYTES:
        raise _refused([_problem(f"has more than {LOCK_BYTES:,} bytes")])
    try:
        return source if isinstance(source, str) else source.decode()
    except UnicodeDecodeError as err:
        raise _refused([_problem(f"is not UTF-8: {err}")]) from err


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """Join what is continued; the number is that of the first line, from 1."""
    first, held = 0, ""
    for number, line in enumerate(text.splitlines(), start=1):
        first = first if held else number
        held += line.strip().removesuffix("\\")
        if line.rstrip().endswith("\\") and not held.startswith("#"):
            held += " "
        elif held.strip():
            yield first, held.strip()
            held = ""
    if held.strip():
        yield first, held.strip()


def _pin(line: str) -> Pin | str:
    """Read one pin, or say what is wrong with it."""
    words = line.split()
    found = _PIN.fullmatch(words[0])
    if not found:
        shown = line if len(line) <= _SHOWN else f"{line[:_SHOWN]}..."
        return f"`{shown}` is no `name==version` with hashes"
    hashes = [_HASH.fullmatch(word) for word in words[1:]]
    if not hashes:
        return f"{words[0]} has no --hash=sha256:..."
    known = {match[1] for match in hashes if match}
    if None in hashes:
        return f"{words[0]} is followed by something that is no --hash=sha256:..."
    return Pin(name=normalise(found[1]), version=found[2], hashes=tuple(sorted(known)))


def _purpose(
    header: dict[str, list[str]], problems: list[Problem]
) -> tuple[str, str, str]:
    """Take kind, Python and platform, each said once."""
    forms = {
        "environment": re.compile("|".join(Kind)),
        "python": _PYTHON,
        "platform": _PLATFORM,
    }
    said = []
    for name, form in forms.items():
        values = header.get(name, [])
        if len(values) != 1 or not form.fullmatch(values[0]):
            problems.append(_problem(f"has no line `# {name}: ...`, or a wrong one"))
            said.append("")
        else:
            said.append(values[0])
    kind, python, platform = said
    return kind, python, platform


def _problem(message: str, line: int | None = None) -> Problem:
    return Problem(path=f"{LOCK_NAME}:{line}" if line else LOCK_NAME, message=message)


def _refused(problems: list[Problem]) -> BadRequirementsError:
    return BadRequirementsError(
        f"The lock {LOCK_NAME} can not be used:", problems=problems, hint=_ADVICE
    )
