"""Which service a caller means: what was given, the environment, saved accounts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from program_runtime import errors
from program_runtime.client import ibm_urls, locations, profiles
from program_runtime.client.environment import Wish, from_environment
from program_runtime.client.saved_accounts import SavedAccounts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from program_runtime.client.profiles import Profile
    from program_runtime.client.secret import Secret

__all__ = [
    "CHANNELS",
    "Account",
    "Wish",
    "check_channel",
    "from_environment",
    "missing_url",
    "resolve",
]

_IBM_CHANNELS = ("ibm_cloud", "ibm_quantum", "ibm_quantum_platform")
CHANNELS = ("local", "server", *_IBM_CHANNELS)

_NOTHING = Wish()


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A service and the way to it."""

    channel: str
    """``local``, ``server``, or the name that IBM's clients have for a server."""
    url: str | None = None
    """Where it is; None on the channel ``local``, where it is found or started."""
    token: Secret | None = None
    trust: bool | str = True
    """The file of whom to trust; True: whom this machine trusts, False: anyone."""
    instance: str | None = None
    """What is sent as the service's instance; None: nothing."""
    proxies: Mapping[str, str] | None = None
    """Proxies by scheme, beside those of the environment."""
    data_dir: Path = field(default_factory=locations.default_data_dir)
    config_dir: Path = field(default_factory=locations.default_config_dir)


def resolve(given: Wish, environment: Wish, official: Wish = _NOTHING) -> Account:
    """Choose the service: what was given, then the environment, then saved accounts.

    Args:
        given: The arguments of the caller.
        environment: What our variables say.
        official: What the variables of the official clients say.

    Returns:
        The account; on the channel ``local`` the service itself is looked for later.

    Raises:
        InvalidValueError: The channel, the account or the url is missing or unknown.
    """
    check_channel(given.channel)
    config_dir = (
        given.config_dir or environment.config_dir or locations.default_config_dir()
    )
    data_dir = given.data_dir or environment.data_dir or _served(config_dir)
    choice = _Choice(given, environment, official, config_dir)
    found = None if given.channel == "local" else choice.found()
    if found is None:
        instance = given.instance or environment.instance
        return Account(
            channel="local",
            instance=instance,
            data_dir=data_dir,
            config_dir=config_dir,
        )
    verify = found.verify if given.verify is None else given.verify
    return Account(
        channel=given.channel or found.channel or "server",
        url=found.url,
        token=given.token or found.token,
        trust=True if verify is None else verify,
        instance=given.instance or found.instance,
        proxies=given.proxies or found.proxies,
        data_dir=data_dir,
        config_dir=config_dir,
    )


def check_channel(channel: str | None) -> None:
    """Refuse a channel that does not exist.

    Raises:
        InvalidValueError: There is none of this name.
    """
    if channel is not None and channel not in CHANNELS:
        raise errors.InvalidValueError(
            f"There is no channel {channel!r}.",
            hint=f"Channels: {', '.join(CHANNELS)}.",
        )


def missing_url(channel: str) -> errors.InvalidValueError:
    """The error for a channel that is nowhere."""
    if channel in _IBM_CHANNELS:
        return errors.InvalidValueError(
            f"The channel {channel!r} needs a url: IBM's own service takes no programs "
            "any more.",
            hint=ibm_urls.HINT,
        )
    return errors.InvalidValueError(
        f"The channel {channel!r} needs a url.",
        hint="Give url=... and token=..., or sign in once with `qrt login URL`.",
    )


@dataclass(frozen=True, slots=True)
class _Choice:
    """The sources of an account, asked in their order."""

    given: Wish
    environment: Wish
    official: Wish
    config_dir: Path

    def found(self) -> Wish | None:
        """Where the service is; None: on this machine."""
        given, environment = self.given, self.environment
        if given.url:
            return self._at(given.url)
        if given.name:
            return None if given.name == "local" else self._named(given.name)
        if given.filename is None and environment.url:
            return self._at(environment.url)
        if given.filename is None and self._means_official():
            return self.official
        return self._default()

    def _default(self) -> Wish | None:
        """The account that the environment or the files name, if any does."""
        given, environment = self.given, self.environment
        name = None if given.filename else environment.name
        if name is None:
            channel = given.channel if given.channel in _IBM_CHANNELS else None
            name = self._saved().default(channel)
        is_server = bool(given.channel or given.token)
        if name is None and (is_server or given.filename):
            raise self._no_account()
        if name is None or (name == "local" and not is_server):
            return None
        return self._named(name, environment)

    def _no_account(self) -> errors.InvalidValueError:
        if self.given.filename is not None:
            return errors.InvalidValueError(
                f"There is no account to choose in {self.given.filename}.",
                hint="Name one, or save one with set_as_default=True.",
            )
        return missing_url(self.given.channel or "server")

    def _means_official(self) -> bool:
        said = self.environment.token or self.environment.name
        wanted = self.given.channel
        return (
            self.official.url is not None
            and not said
            and (wanted in (None, "server") or self.official.channel in (None, wanted))
        )

    def _at(self, url: str) -> Wish:
        """A url, with what is known of the service there."""
        ibm_urls.refuse_ibms_own(url)
        if self.given.channel in _IBM_CHANNELS:
            url = ibm_urls.plain(url)
        same = [
            _wish_of(profile)
            for profile in self._saved().load().values()
            if profile.url.rstrip("/") == url.rstrip("/")
        ]
        if self.official.url == url:
            same.insert(0, self.official)
        known = same[0] if same else _NOTHING
        return Wish(
            url=url,
            token=self.environment.token or known.token,
            instance=self.environment.instance or known.instance,
            verify=known.verify,
            proxies=known.proxies,
        )

    def _named(self, name: str, environment: Wish = _NOTHING) -> Wish:
        known = self._saved().load()
        if name not in known:
            names = ", ".join(sorted(known)) or "none"
            raise errors.InvalidValueError(
                f"There is no profile {name!r}.",
                hint=f"Profiles: {names}. Make one with `qrt login URL`.",
            )
        if known[name].target is not None:
            raise errors.InvalidValueError(
                f"The profile {name!r} is of another kind: {known[name].target}.",
                hint="Programs run there by `qrt submit`, or by its own client.",
            )
        found = _wish_of(known[name])
        if not found.url:
            raise missing_url(found.channel or "server")
        ibm_urls.refuse_ibms_own(found.url)
        return Wish(
            channel=found.channel,
            url=found.url,
            token=environment.token or found.token,
            instance=environment.instance or found.instance,
            verify=found.verify,
            proxies=found.proxies,
        )

    def _saved(self) -> SavedAccounts:
        return SavedAccounts(self.config_dir, self.given.filename)


def _wish_of(profile: Profile) -> Wish:
    return Wish(
        channel=profile.channel,
        url=profile.url,
        token=profile.token,
        instance=profile.instance,
        verify=profile.trust,
        proxies=profile.proxies,
    )


def _served(config_dir: Path) -> Path:
    """The data directory that ``qrt serve`` serves now, or else the usual one."""
    local = profiles.load(config_dir).get("local")
    # The service writes this file when it is ready and removes it when it stops.
    if local and local.data_dir and (local.data_dir / "service.json").exists():
        return local.data_dir
    return locations.default_data_dir()
