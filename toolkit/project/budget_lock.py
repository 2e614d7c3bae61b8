"""``budget.lock``: what was measured last, for which source.

Publishing does not run a program; it believes what was measured, if that was this very
program with these very inputs.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, fields
from typing import TYPE_CHECKING, Any, Final

from toolkit.errors import BudgetError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = ["LOCK", "Lock", "digest_of", "read_lock", "write_lock"]

LOCK: Final = "budget.lock"
_FORM: Final = 1
_NO_MATTER: Final = frozenset({"program.json", "pyproject.toml", "requirements.lock"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """What one run on a project's own inputs asked for."""

    program: str
    """`digest_of` the program that ran."""
    backend: str
    sample: str | None
    """The sample inputs that it ran on; None for the program's defaults."""
    counts: Mapping[str, float | None]
    """Of the whole run, by the names of the budget."""
    missing: str | None = None
    """Why there is no ``qpu_s``."""
    remedy: str | None = None
    """What to do about that."""


def digest_of(
    files: Mapping[str, Path], parameters: Mapping[str, Any], sample: Path | None
) -> str:
    """Tell a program from every other that could ask for something else.

    Metadata and texts do not matter, so that a new version number leaves a measurement
    valid; the parameters do, for their defaults.

    Args:
        files: Those of the bundle, by name.
        parameters: The schema of the inputs.
        sample: The file of the sample inputs.
    """
    found = hashlib.sha256(json.dumps(parameters, sort_keys=True).encode())
    for name, path in sorted(files.items()):
        if name not in _NO_MATTER and not name.endswith(".md"):
            content = hashlib.sha256(path.read_bytes()).hexdigest()
            found.update(f"\n{name} {content}".encode())
    if sample is not None:
        content = hashlib.sha256(sample.read_bytes()).hexdigest()
        found.update(f"\nsample {sample.stem} {content}".encode())
    return f"sha256:{found.hexdigest()}"


def write_lock(root: Path, lock: Lock) -> None:
    """Write the file.

    Args:
        root: The project's folder.
        lock: What to write.
    """
    text = json.dumps({"form": _FORM, **asdict(lock)}, indent=2)
    (root / LOCK).write_text(f"{text}\n", encoding="utf-8")


def read_lock(root: Path) -> Lock | None:
    """Read the file; None if there is none.

    Args:
        root: The project's folder.

    Raises:
        BudgetError: It is not of the form that `write_lock` writes.
    """
    try:
        found = json.loads((root / LOCK).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError) as error:
        raise _unreadable(str(error)) from error
    if not isinstance(found, dict) or found.pop("form", None) != _FORM:
        raise _unreadable("it is of another form")
    if found.keys() != {each.name for each in fields(Lock)}:
        raise _unreadable("it is of another form")
    if not isinstance(found["counts"], dict):
        raise _unreadable("its counts are no object")
    return Lock(**found)


def _unreadable(why: str) -> BudgetError:
    return BudgetError(f"{LOCK} can not be read: {why}.", hint="Renew it: qrt budget")
