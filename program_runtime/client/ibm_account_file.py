"""The account file of the official clients: ``~/.qiskit/qiskit-ibm.json``.

An object from names to accounts, with the token in clear text::

    {"lab": {"channel": "ibm_cloud", "url": "https://lab.example/experimental.cloud",
             "token": "qrt_...", "instance": "crn:v1:...", "verify": true,
             "proxies": {"urls": {...}}, "is_default_account": true}}

It is read where it is; it is written only where the caller names the file.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from program_runtime import errors
from program_runtime.client import file_lock, ibm_urls, private_json
from program_runtime.client.profiles import Profile
from program_runtime.client.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["default_name", "default_path", "delete", "load", "proxy_urls", "save"]

_DEFAULT_FLAG = "is_default_account"
_INDENT = 4
"""As the official clients write it."""


def default_path() -> Path:
    """Where the official clients keep it."""
    return Path.home() / ".qiskit" / "qiskit-ibm.json"


def load(path: Path) -> dict[str, Profile]:
    """All accounts by name; none when the file does not exist.

    Raises:
        InvalidValueError: The file is damaged.
    """
    found = {}
    for name, entry in _read(path).items():
        try:
            found[name] = _parse(name, entry)
        except (AttributeError, KeyError, TypeError) as err:
            raise _damaged(path) from err
    return found


def default_name(path: Path, channel: str | None = None) -> str | None:
    """The account for whom no name is given: of a channel, or of any.

    Raises:
        InvalidValueError: The file is damaged.
    """
    entries = {
        name: entry
        for name, entry in _read(path).items()
        if isinstance(entry, dict) and channel in (None, entry.get("channel"))
    }
    flagged = [name for name, entry in entries.items() if entry.get(_DEFAULT_FLAG)]
    named = [name for name in entries if name.startswith("default-")]
    # ``default-ibm-cloud`` sorts first, as the original looks for it first.
    return next(iter(flagged or sorted(named)), None)


def save(path: Path, profile: Profile, *, make_default: bool = False) -> None:
    """Write ``profile`` over one of the same name; the file is made 0600.

    Raises:
        InvalidValueError: The file is damaged.
    """
    entry: dict[str, Any] = {
        "channel": profile.channel,
        "token": profile.token.reveal(),
        "url": profile.url,
        "verify": profile.trust,
    }
    if profile.instance is not None:
        entry["instance"] = profile.instance
    if profile.proxies:
        entry["proxies"] = {"urls": dict(profile.proxies)}
    with file_lock.hold(path.with_suffix(".lock")):
        content = _read(path)
        if make_default:
            for other in content.values():
                other.pop(_DEFAULT_FLAG, None)
            entry[_DEFAULT_FLAG] = True
        private_json.write(path, {**content, profile.name: entry}, indent=_INDENT)


def delete(path: Path, name: str) -> bool:
    """Forget an account; whether there was one.

    Raises:
        InvalidValueError: The file is damaged.
    """
    if not path.exists():
        return False
    with file_lock.hold(path.with_suffix(".lock")):
        content = _read(path)
        if content.pop(name, None) is None:
            return False
        private_json.write(path, content, indent=_INDENT)
    return True


def proxy_urls(proxies: Mapping[str, Any] | None) -> dict[str, str] | None:
    """Proxies by scheme, from that or from the official clients' form.

    Raises:
        InvalidValueError: They ask for NTLM.
    """
    if not proxies:
        return None
    if "username_ntlm" in proxies or "password_ntlm" in proxies:
        raise errors.InvalidValueError(
            "Proxies with NTLM are not supported.",
            hint="Name a proxy that takes the user in its url: "
            "proxies={'https': 'http://user:...@proxy:8080'}.",
        )
    return dict(proxies.get("urls", proxies))


def _parse(name: str, entry: Mapping[str, Any]) -> Profile:
    verify = entry.get("verify", True)
    proxies = entry.get("proxies") or {}
    return Profile(
        name=name,
        url=ibm_urls.plain(entry.get("url") or ""),
        token=Secret(entry["token"]),
        verify=None if verify is True else Path(verify) if verify else False,
        channel=entry.get("channel"),
        instance=entry.get("instance"),
        proxies=proxies.get("urls"),
    )


def _read(path: Path) -> dict[str, Any]:
    content = private_json.read(path)
    if content is None:
        raise _damaged(path)
    return content


def _damaged(path: Path) -> errors.InvalidValueError:
    return errors.InvalidValueError(
        f"The accounts in {path} can not be read.",
        hint="Mend the file, or move it away.",
    )
