"""Can the stored services be read, and is there what they name?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from program_runtime.client import profiles
from program_runtime.errors import InvalidValueError
from toolkit.doctor.diagnosis import Diagnosis, problem, warning

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["check"]

_NAME = "stored services"
_ASIDE = "`qrt doctor --fix` sets it aside; then run `qrt login` again."


def check(config_dir: Path, *, fix: bool) -> Iterator[Diagnosis]:
    """Look at the file of the services and at the files that it names.

    Args:
        config_dir: Its folder.
        fix: Set a file aside that can not be read. Nothing in it is lost.
    """
    path = config_dir / profiles.FILE_NAME
    try:
        stored = profiles.load(config_dir)
    except InvalidValueError as err:
        yield _set_aside(path) if fix else problem(_NAME, err.message, _ASIDE)
        return
    except OSError as err:
        yield problem(_NAME, f"{path} can not be read: {err.strerror}")
        return
    for name, profile in stored.items():
        if profile.verify and not profile.verify.exists():
            yield problem(
                _NAME,
                f"{name} trusts {profile.verify}, which does not exist",
                f"`qrt login {profile.url} --name {name} --verify FILE`",
            )
        if profile.data_dir is not None and not profile.data_dir.exists():
            yield warning(
                _NAME,
                f"{name} is of {profile.data_dir}, which does not exist",
                f"`qrt logout {name}` forgets it.",
            )


def _set_aside(path: Path) -> Diagnosis:
    """Rename it to a name that is free."""
    number, aside = 1, path.with_suffix(".damaged")
    while aside.exists():
        number += 1
        aside = path.with_suffix(f".damaged-{number}")
    try:
        path.rename(aside)
    except OSError as err:
        message = f"{path} can not be read, and not be set aside: {err.strerror}"
        return problem(_NAME, message, "Ask its owner.")
    message = f"{path} could not be read; it is {aside.name} now"
    return Diagnosis(name=_NAME, message=message, fixed=True)
