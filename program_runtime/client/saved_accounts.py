"""The accounts that this user saved: in our file, and in that of official clients."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from program_runtime import errors
from program_runtime.client import ibm_account_file, ibm_urls, profiles

if TYPE_CHECKING:
    from pathlib import Path

    from program_runtime.client.profiles import Profile

__all__ = ["SavedAccounts", "default_name_of"]

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SavedAccounts:
    """Accounts by name; one of ours goes before one of the official clients' file.

    Args:
        config_dir: The folder of our file, ``profiles.json``.
        path: A file in the official clients' form, instead of both.
    """

    config_dir: Path
    path: Path | None = None

    def load(self) -> dict[str, Profile]:
        """All of them.

        Raises:
            InvalidValueError: Our file, or the one that was named, is damaged.
        """
        if self.path is not None:
            return ibm_account_file.load(self.path)
        return {**_official(), **profiles.load(self.config_dir)}

    def default(self, channel: str | None = None) -> str | None:
        """The one that is meant when none is named.

        An account of IBM's own platform is never chosen so: it runs no programs, and
        whoever has one may still mean the service of this machine.

        Args:
            channel: The one of this channel; by default any.
        """
        if self.path is not None:
            return ibm_account_file.default_name(self.path, channel)
        return self._our_default(channel) or _official_default(channel)

    def _our_default(self, channel: str | None) -> str | None:
        current = profiles.current(self.config_dir)
        if channel is None:
            return current
        of_channel = [
            name
            for name, profile in profiles.load(self.config_dir).items()
            if profile.channel == channel
        ]
        usual = (current, default_name_of(channel))
        return next(
            (name for name in (*usual, *of_channel) if name in of_channel), None
        )

    def save(
        self,
        profile: Profile,
        *,
        overwrite: bool,
        make_default: bool = False,
        in_keyring: bool = False,
    ) -> None:
        """Write an account.

        Raises:
            InvalidValueError: There is one of this name and it is to be kept.
        """
        if self.path is None:
            known = profiles.load(self.config_dir)
        else:
            known = ibm_account_file.load(self.path)
        if profile.name in known and not overwrite:
            raise errors.InvalidValueError(
                f"There is an account {profile.name!r} already.",
                hint="Save it with overwrite=True, or under another name.",
            )
        if self.path is not None:
            ibm_account_file.save(self.path, profile, make_default=make_default)
            return
        profiles.save(
            self.config_dir,
            profile,
            make_current=make_default,
            in_keyring=in_keyring,
        )

    def delete(self, name: str) -> bool:
        """Forget an account; whether there was one.

        The official clients' own file is changed only when it was named.
        """
        if self.path is not None:
            return ibm_account_file.delete(self.path, name)
        return profiles.delete(self.config_dir, name)


def default_name_of(channel: str) -> str:
    """What an account is called that was saved without a name.

    >>> default_name_of("ibm_cloud")
    'default-ibm-cloud'
    """
    return f"default-{channel.replace('_', '-')}"


def _official() -> dict[str, Profile]:
    try:
        return ibm_account_file.load(ibm_account_file.default_path())
    except (errors.InvalidValueError, OSError) as err:
        # Another program's file: it stops nobody who did not ask for it.
        _logger.warning("%s", err)
        return {}


def _official_default(channel: str | None) -> str | None:
    accounts = _official()
    if not accounts:
        return None
    name = ibm_account_file.default_name(ibm_account_file.default_path(), channel)
    if name is None or not accounts[name].url:
        return None
    return None if ibm_urls.is_ibms_own(accounts[name].url) else name
