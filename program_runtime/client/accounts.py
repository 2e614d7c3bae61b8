"""Which service a caller means: what was given, the environment, the profiles."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from program_runtime import errors
from program_runtime.client import locations, profiles
from program_runtime.client.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["CHANNELS", "Account", "Wish", "from_environment", "resolve"]

CHANNELS = ("local", "server")
_IBM_CHANNELS = ("ibm_cloud", "ibm_quantum", "ibm_quantum_platform")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a caller said about the service; None where nothing."""

    channel: str | None = None
    url: str | None = None
    token: Secret | None = None
    name: str | None = None
    data_dir: Path | None = None
    config_dir: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A service and the way to it."""

    channel: Literal["local", "server"]
    url: str | None = None
    """Where it is; None on the channel ``local``, where it is found or started."""
    token: Secret | None = None
    trust: bool | str = True
    """The file of whom to trust; True: whom this machine trusts."""
    data_dir: Path = field(default_factory=locations.default_data_dir)
    config_dir: Path = field(default_factory=locations.default_config_dir)


def from_environment() -> Wish:
    """What ``QRT_URL, QRT_TOKEN, QRT_PROFILE, QRT_DATA_DIR, QRT_CONFIG_DIR`` say."""
    token = os.environ.get("QRT_TOKEN")
    data_dir = os.environ.get("QRT_DATA_DIR")
    config_dir = os.environ.get("QRT_CONFIG_DIR")
    return Wish(
        url=os.environ.get("QRT_URL") or None,
        token=Secret(token) if token else None,
        name=os.environ.get("QRT_PROFILE") or None,
        data_dir=Path(data_dir) if data_dir else None,
        config_dir=Path(config_dir) if config_dir else None,
    )


def resolve(given: Wish, environment: Wish) -> Account:
    """Choose the service: what was given, then the environment, then the profiles.

    Args:
        given: The arguments of the caller.
        environment: What the environment says.

    Returns:
        The account; on the channel ``local`` the service itself is looked for later.

    Raises:
        InvalidValueError: The channel, the profile or the url is missing or unknown.
    """
    config_dir = (
        given.config_dir or environment.config_dir or locations.default_config_dir()
    )
    data_dir = given.data_dir or environment.data_dir or _served(config_dir)
    if _channel(given, environment, config_dir) == "local":
        return Account(channel="local", data_dir=data_dir, config_dir=config_dir)
    url, token, trust = _address(given, environment, config_dir)
    return Account(
        channel="server",
        url=url,
        token=token,
        trust=trust,
        data_dir=data_dir,
        config_dir=config_dir,
    )


def _channel(given: Wish, environment: Wish, config_dir: Path) -> str:
    channel = given.channel
    if channel in _IBM_CHANNELS and not given.url:
        raise errors.InvalidValueError(
            f"The channel {channel!r} needs a url: IBM's own service takes no programs "
            "any more.",
            hint="Point it at a service that does: channel='server', url=..., "
            "token=...; or leave the channel out for one on this machine.",
        )
    if channel is not None and channel not in (*CHANNELS, *_IBM_CHANNELS):
        raise errors.InvalidValueError(
            f"There is no channel {channel!r}.",
            hint=f"Channels: {', '.join(CHANNELS)}.",
        )
    if channel is not None:
        return "local" if channel == "local" else "server"
    if given.url or given.token or (environment.url and not given.name):
        return "server"
    name = given.name or environment.name or profiles.current(config_dir)
    return "local" if name in (None, "local") else "server"


def _served(config_dir: Path) -> Path:
    """The data directory that ``qrt serve`` serves now, or else the usual one."""
    local = profiles.load(config_dir).get("local")
    # The service writes this file when it is ready and removes it when it stops.
    if local and local.data_dir and (local.data_dir / "service.json").exists():
        return local.data_dir
    return locations.default_data_dir()


def _address(
    given: Wish, environment: Wish, config_dir: Path
) -> tuple[str, Secret | None, bool | str]:
    """The url, and the token and the trust that go with it."""
    known = profiles.load(config_dir)
    url = given.url or (None if given.name else environment.url)
    if url is not None:
        same = _profile_of(url, known)
        token = given.token or environment.token or (same.token if same else None)
        return url, token, same.trust if same else True
    name = given.name or environment.name or profiles.current(config_dir)
    if name is None:
        raise errors.InvalidValueError(
            "The channel 'server' needs a url.",
            hint="Give url=... and token=..., or sign in once with `qrt login URL`.",
        )
    if name not in known:
        names = ", ".join(sorted(known)) or "none"
        raise errors.InvalidValueError(
            f"There is no profile {name!r}.",
            hint=f"Profiles: {names}. Make one with `qrt login URL`.",
        )
    profile = known[name]
    fallback = profile.token if given.name else environment.token or profile.token
    return profile.url, given.token or fallback, profile.trust


def _profile_of(
    url: str, known: Mapping[str, profiles.Profile]
) -> profiles.Profile | None:
    same = (entry for entry in known.values() if entry.url.rstrip("/") == url)
    return next(same, None)
