"""Profiles: the services that this user knows, with their tokens.

One JSON file of mode 0600 in the user's configuration folder::

    {"current": "lab",
     "profiles": {"lab": {"url": "https://lab.example", "token": "qrt_..."}}}

``"token_in": "keyring"`` stands there instead of a token that the keyring holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from program_runtime import errors
from program_runtime.client import file_lock, keyring_tokens, private_json
from program_runtime.client.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping

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
    verify: Path | Literal[False] | None = None
    """The file of whom to trust, when the service has an authority of its own; False
    trusts anyone."""
    channel: str | None = None
    """The channel that it was saved for."""
    instance: str | None = None
    """The service's instance, as official clients name it."""
    proxies: Mapping[str, str] | None = None
    """Proxies by scheme."""
    target: str | None = None
    """What is there if it is no service of ours: ``qiskit-serverless``."""

    @property
    def trust(self) -> bool | str:
        """What an https client verifies the service by."""
        if self.verify is False:
            return False
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


def save(
    config_dir: Path,
    profile: Profile,
    *,
    make_current: bool = False,
    in_keyring: bool = False,
) -> Path:
    """Write ``profile`` over one of the same name.

    Args:
        config_dir: The folder of the file; made when it is missing.
        profile: What to write.
        make_current: Also make it the one that is used when none is named.
        in_keyring: Keep the token in the keyring, if there is one that works.

    Returns:
        The file that now holds it.

    Raises:
        InvalidValueError: The file is damaged.
    """
    path = config_dir / FILE_NAME
    entry = _entry(profile)
    if in_keyring and keyring_tokens.store(profile.name, profile.token.reveal()):
        del entry["token"]
        entry["token_in"] = "keyring"  # noqa: S105 - where it is, not what
    with file_lock.hold(path.with_suffix(".lock")):
        content = _read(path)
        content.setdefault("profiles", {})[profile.name] = entry
        if make_current:
            content["current"] = profile.name
        private_json.write(path, content)
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
        entry = content.get("profiles", {}).pop(name, None)
        if entry is None:
            return False
        if isinstance(entry, dict) and "token_in" in entry:
            keyring_tokens.delete(name)
        if content.get("current") == name:
            del content["current"]
        private_json.write(path, content)
    return True


def _entry(profile: Profile) -> dict[str, Any]:
    entry: dict[str, Any] = {"url": profile.url, "token": profile.token.reveal()}
    if profile.data_dir is not None:
        entry["data_dir"] = str(profile.data_dir)
    if profile.verify is not None:
        entry["verify"] = str(profile.verify) if profile.verify else False
    if profile.channel is not None:
        entry["channel"] = profile.channel
    if profile.instance is not None:
        entry["instance"] = profile.instance
    if profile.proxies:
        entry["proxies"] = dict(profile.proxies)
    if profile.target is not None:
        entry["target"] = profile.target
    return entry


def _parse(name: str, entry: dict[str, Any]) -> Profile:
    folder, authority = entry.get("data_dir"), entry.get("verify")
    in_keyring = "token_in" in entry
    token = Secret(keyring_tokens.reader(name) if in_keyring else entry["token"])
    return Profile(
        name=name,
        url=entry["url"],
        token=token,
        data_dir=Path(folder) if folder else None,
        verify=False if authority is False else Path(authority) if authority else None,
        channel=entry.get("channel"),
        instance=entry.get("instance"),
        proxies=entry.get("proxies"),
        target=entry.get("target"),
    )


def _read(path: Path) -> dict[str, Any]:
    content = private_json.read(path)
    if content is None or not isinstance(content.get("profiles", {}), dict):
        raise _damaged(path)
    return content


def _damaged(path: Path) -> errors.InvalidValueError:
    return errors.InvalidValueError(
        f"The profiles in {path} can not be read.",
        hint="Mend the file, or delete it and run `qrt login` again.",
    )
