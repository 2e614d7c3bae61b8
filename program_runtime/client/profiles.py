"""Profiles: the services that this user knows, with their tokens.

One JSON file of mode 0600 in the user's configuration folder::

    {"current": "lab",
     "profiles": {"lab": {"url": "https://lab.example", "token": "qrt_..."}}}
"""

from __future__ import annotations

import json
import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from program_runtime import errors
from program_runtime.client import file_lock
from program_runtime.client.secret import Secret

__all__ = ["FILE_NAME", "Profile", "current", "delete", "load", "save"]

FILE_NAME = "profiles.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One service: its name here, where it is and the token for it."""

    name: str
    url: str
    token: Secret
    data_dir: Path | None = None
    """The data directory, when the service runs on this machine."""
    verify: Path | None = None
    """The file of whom to trust, when the service has an authority of its own."""

    @property
    def trust(self) -> bool | str:
        """What an https client verifies the service by."""
        return str(self.verify) if self.verify is not None else True


def load(config_dir: Path) -> dict[str, Profile]:
    """All profiles by name; none when the file does not exist.

    Raises:
        InvalidValueError: The file is damaged.
    """
    path = config_dir / FILE_NAME
    entries = _read(path).get("profiles", {})
    try:
        return {name: _parse(name, entry) for name, entry in entries.items()}
    except (AttributeError, KeyError, TypeError) as err:
        raise _damaged(path) from err


def current(config_dir: Path) -> str | None:
    """The name of the profile that ``qrt login`` chose last, if it still exists."""
    content = _read(config_dir / FILE_NAME)
    name = content.get("current")
    return name if name in content.get("profiles", {}) else None


def save(config_dir: Path, profile: Profile, *, make_current: bool = False) -> Path:
    """Write ``profile`` over one of the same name.

    Args:
        config_dir: The folder of the file; made when it is missing.
        profile: What to write.
        make_current: Also make it the one that is used when none is named.

    Returns:
        The file that now holds it.

    Raises:
        InvalidValueError: The file is damaged.
    """
    path = config_dir / FILE_NAME
    with file_lock.hold(path.with_suffix(".lock")):
        content = _read(path)
        content.setdefault("profiles", {})[profile.name] = _entry(profile)
        if make_current:
            content["current"] = profile.name
        _write(path, content)
    return path


def delete(config_dir: Path, name: str) -> bool:
    """Forget a profile; whether there was one.

    Raises:
        InvalidValueError: The file is damaged.
    """
    path = config_dir / FILE_NAME
    if not path.exists():
        return False
    with file_lock.hold(path.with_suffix(".lock")):
        content = _read(path)
        if content.get("profiles", {}).pop(name, None) is None:
            return False
        if content.get("current") == name:
            del content["current"]
        _write(path, content)
    return True


def _entry(profile: Profile) -> dict[str, str]:
    entry = {"url": profile.url, "token": profile.token.reveal()}
    if profile.data_dir is not None:
        entry["data_dir"] = str(profile.data_dir)
    if profile.verify is not None:
        entry["verify"] = str(profile.verify)
    return entry


def _parse(name: str, entry: dict[str, str]) -> Profile:
    folder, authority = entry.get("data_dir"), entry.get("verify")
    return Profile(
        name=name,
        url=entry["url"],
        token=Secret(entry["token"]),
        data_dir=Path(folder) if folder else None,
        verify=Path(authority) if authority else None,
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError:
        # Not chained: the text of the cause would show a piece of the file, with
        # a token in it perhaps.
        raise _damaged(path) from None
    if not isinstance(content, dict) or not isinstance(
        content.get("profiles", {}), dict
    ):
        raise _damaged(path)
    return content


def _damaged(path: Path) -> errors.InvalidValueError:
    return errors.InvalidValueError(
        f"The profiles in {path} can not be read.",
        hint="Mend the file, or delete it and run `qrt login` again.",
    )


def _write(path: Path, content: dict[str, Any]) -> None:
    """Replace the file in one step; mkstemp makes it 0600 from its first byte."""
    text = json.dumps(content, indent=2, sort_keys=True) + "\n"
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".profiles-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
