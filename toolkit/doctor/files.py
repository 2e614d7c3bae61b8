"""Who may read and change what is stored on this machine?"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from toolkit.doctor.diagnosis import Diagnosis, problem, warning

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from toolkit.doctor.situation import Situation

__all__ = ["check"]

_FILE_MODE, _FOLDER_MODE = 0o600, 0o700
# What others may not have. Who may only pass through a folder learns nothing in it.
_USE, _LOOK, _CHANGE = 0o077, 0o066, 0o022
_DATA: Mapping[str, int] = {
    ".": _LOOK,
    "db.sqlite3*": _USE,
    "owner.token": _USE,
    "service.json": _USE,
    "tls/*.key": _USE,
}
_CONFIGURATION: Mapping[str, int] = {
    ".": _CHANGE,
    "profiles.json": _USE,
    "config.toml": _CHANGE,
}


def check(situation: Situation) -> Iterator[Diagnosis]:
    """Look at the two folders, and at the files in them that hold secrets."""
    folders = (
        ("data directory", situation.data_dir, _DATA),
        ("config directory", situation.config_dir, _CONFIGURATION),
    )
    for name, folder, rules in folders:
        if folder.is_dir():
            yield from _look(name, folder, rules, fix=situation.fix)
        elif situation.fix:
            yield _make(name, folder)
        else:
            yield Diagnosis(name=name, message=f"{folder}, not made yet")


def _make(name: str, folder: Path) -> Diagnosis:
    try:
        folder.mkdir(mode=_FOLDER_MODE, parents=True)
    except OSError as err:
        message = f"{folder} can not be made: {err.strerror}"
        return problem(name, message, "Mend the rights of the folders above it.")
    return Diagnosis(name=name, message=f"{folder}, made for you alone", fixed=True)


def _look(
    name: str, folder: Path, rules: Mapping[str, int], *, fix: bool
) -> Iterator[Diagnosis]:
    found = [
        diagnosis
        for pattern, denied in rules.items()
        for path in ([folder] if pattern == "." else sorted(folder.glob(pattern)))
        for diagnosis in (_owner(name, path), _mode(name, path, denied, fix=fix))
        if diagnosis is not None
    ]
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        message = f"{folder} can not be read and written by you"
        found.append(problem(name, message, "Mend its rights, or name another folder."))
    yield from found or [Diagnosis(name=name, message=f"{folder}, yours alone")]


def _owner(name: str, path: Path) -> Diagnosis | None:
    owner, you = path.stat().st_uid, os.geteuid()
    if owner == you:
        return None
    message = f"{path} belongs to user {owner}, and you are user {you}"
    return warning(name, message, "Run qrt as the user who owns it, or change that.")


def _mode(name: str, path: Path, denied: int, *, fix: bool) -> Diagnosis | None:
    mode = stat.S_IMODE(path.stat().st_mode)
    if not mode & denied:
        return None
    wanted = _FOLDER_MODE if path.is_dir() else _FILE_MODE
    may = "change" if mode & _CHANGE else "read"
    if not fix:
        message = f"{path} has the mode {mode:04o}: other users can {may} it"
        return problem(name, message, f"`qrt doctor --fix` makes it {wanted:04o}.")
    try:
        path.chmod(wanted)
    except OSError as err:
        message = f"{path} has the mode {mode:04o}, which can not be changed"
        return problem(name, f"{message}: {err.strerror}", "Ask its owner.")
    message = f"{path} had the mode {mode:04o}, now it has {wanted:04o}"
    return Diagnosis(name=name, message=message, fixed=True)
