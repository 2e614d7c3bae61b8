"""Does a lock fit here? Judged by what it says, and then by what was installed."""

from __future__ import annotations

from email.parser import HeaderParser
from typing import TYPE_CHECKING, Final

from program_runtime import environments
from program_runtime.environments import Kind
from program_runtime.errors import BadRequirementsError, Problem
from program_runtime.metadata.problems import bounded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from program_runtime.environments import BaseEnvironment, Lock

__all__ = ["check_after", "check_before"]

_HEAD_BYTES: Final = 256 * 1024


def check_before(lock: Lock, base: BaseEnvironment) -> None:
    """Refuse a lock that can not work here, before anything is downloaded.

    Raises:
        BadRequirementsError: With all reasons.
    """
    found = []
    if lock.python != base.python:
        found.append(f"is for Python {lock.python}, programs run on {base.python}")
    if lock.kind is Kind.OVERLAY:
        # What the base has is not installed again, whatever version was locked: it
        # does if it is what the others need.
        said = [("it", requirement) for requirement in lock.requires]
        there = {**lock.versions(), **base.versions()}
    else:
        said = [("a program", requirement) for requirement in base.runs.values()]
        there = lock.versions()
    found += environments.unmet(said, there, python=base.python)
    if found:
        raise _refused(found)


def check_after(lock: Lock, packages: Path, there: Mapping[str, str]) -> None:
    """Refuse packages that are not what the lock names, or do not go together.

    Args:
        lock: What was to be installed.
        packages: Where it was.
        there: Name to version of all that a program will find.

    Raises:
        BadRequirementsError: With all reasons.
    """
    needed = list(_needed(packages))
    found = environments.unmet(needed, there, python=lock.python)
    if found:
        raise _refused(found)


def _needed(packages: Path) -> Iterator[tuple[str, str]]:
    """Yield who requires what; of a stranger's file no more is read than its head."""
    for about in sorted(packages.glob("*.dist-info/METADATA")):
        with about.open("rb") as file:
            text = file.read(_HEAD_BYTES).decode("utf-8", "replace")
        head, end, _ = text.replace("\r\n", "\n").partition("\n\n")
        if not end and about.stat().st_size > _HEAD_BYTES:
            name = about.parent.name
            raise _refused([f"{name} says more than {_HEAD_BYTES:,} bytes of itself"])
        said = HeaderParser().parsestr(head)
        for requirement in said.get_all("Requires-Dist", []):
            if "extra" not in requirement.partition(";")[2]:
                yield str(said["Name"]), requirement


def _refused(found: Sequence[str]) -> BadRequirementsError:
    problems = (Problem(path=environments.LOCK_NAME, message=each) for each in found)
    return BadRequirementsError(
        "The release's lock does not fit this service:",
        problems=bounded(problems),
        hint="`qrt publish --upgrade` resolves the requirements against this service.",
    )
