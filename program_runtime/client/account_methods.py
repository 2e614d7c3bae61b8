"""What a service object says and keeps about accounts."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Any

from program_runtime import errors
from program_runtime.client import accounts, ibm_account_file, ibm_urls, locations
from program_runtime.client.connection import Connection
from program_runtime.client.environment import from_environment
from program_runtime.client.profiles import Profile
from program_runtime.client.saved_accounts import SavedAccounts, default_name_of
from program_runtime.client.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["AccountMethods"]


class AccountMethods(Connection):
    """Save, list and forget accounts; say which one is used."""

    @staticmethod
    def save_account(  # noqa: PLR0917 - the retired client's signature
        token: str | Secret | None = None,
        url: str | None = None,
        instance: str | None = None,
        channel: str | None = None,
        filename: str | Path | None = None,
        name: str | None = None,
        proxies: Mapping[str, Any] | None = None,
        verify: bool | str = True,  # noqa: FBT001, FBT002 - as above
        overwrite: bool = False,  # noqa: FBT001, FBT002 - as above
        set_as_default: bool = False,  # noqa: FBT001, FBT002 - as above
        *,
        keyring: bool = False,
        config_dir: str | Path | None = None,
    ) -> None:
        """Save an account, so that its name stands for its url and token.

        In the file of the profiles, mode 0600. One without a name is used from now on
        when none is named.

        Args:
            token: The caller's token.
            url: Where the service is.
            instance: The service's instance, where official clients name one.
            channel: By default ``server``, for a url.
            filename: A file in the official clients' form, instead of ours.
            name: By default ``default-`` and the channel.
            proxies: Proxies by scheme.
            verify: False trusts any certificate; a path names the trusted authority.
            overwrite: Replace one of the same name.
            set_as_default: Use it from now on when none is named.
            keyring: Keep the token in the keyring (extra ``keyring``), not in a file.
            config_dir: The folder of the profiles.

        Raises:
            InvalidValueError: It lacks something, or there is one of this name.
        """
        channel = channel or ("server" if url else "ibm_cloud")
        _check(channel, url, token)
        profile = Profile(
            name=name or default_name_of(channel),
            url=str(url),
            token=Secret(token or ""),
            verify=None if verify is True else Path(verify) if verify else False,
            channel=channel,
            instance=instance,
            proxies=ibm_account_file.proxy_urls(proxies),
        )
        _saved(config_dir, filename).save(
            profile,
            overwrite=overwrite,
            make_default=set_as_default or name is None,
            in_keyring=keyring,
        )

    @staticmethod
    def saved_accounts(
        default: bool | None = None,  # noqa: FBT001 - the retired client's signature
        filename: str | Path | None = None,
        channel: str | None = None,
        name: str | None = None,
        *,
        config_dir: str | Path | None = None,
    ) -> dict[str, dict[str, Any]]:
        """The saved accounts by name; their tokens are masked when they are shown.

        Args:
            default: Only the one that is used when none is named; or all others.
            filename: Those of this file in the official clients' form.
            channel: Those of this channel.
            name: The one of this name.
            config_dir: The folder of the profiles.
        """
        saved = _saved(config_dir, filename)
        usual = saved.default()
        return {
            known: _shown(profile)
            for known, profile in saved.load().items()
            if (name is None or known == name)
            and (channel is None or (profile.channel or "server") == channel)
            and (default is None or (known == usual) == default)
        }

    @staticmethod
    def delete_account(
        filename: str | Path | None = None,
        name: str | None = None,
        channel: str | None = None,
        *,
        config_dir: str | Path | None = None,
    ) -> bool:
        """Forget a saved account; whether there was one.

        Args:
            filename: A file in the official clients' form, instead of ours.
            name: Its name; by default the one that it has without a name.
            channel: The channel that such a name is made of.
            config_dir: The folder of the profiles.
        """
        accounts.check_channel(channel)
        chosen = name or default_name_of(channel or "server")
        return _saved(config_dir, filename).delete(chosen)

    def active_account(self) -> dict[str, Any]:
        """The account of this object; its token is masked when it is shown."""
        account = self._account
        said = {
            "channel": account.channel,
            "url": account.url,
            "token": account.token,
            "instance": account.instance,
            "verify": account.trust,
            "proxies": account.proxies,
        }
        return {key: value for key, value in said.items() if value is not None}

    def instances(self) -> list[dict[str, Any]]:
        """The service's instances, as official clients name them; asked for once."""
        return [dict(instance) for instance in self._instances]

    def _require_instance(self, instance: str | None) -> None:
        """Refuse an instance that the service does not have.

        Raises:
            InvalidValueError: It names those that there are.
        """
        if instance is None:
            return
        names = [name for known in self._instances for name in known.values()]
        if instance not in names:
            listed = " or ".join(map(repr, dict.fromkeys(names))) or "none"
            raise errors.InvalidValueError(
                f"There is no instance {instance!r} here.",
                hint=f"The service's instance: {listed}; or leave it out.",
            )

    @functools.cached_property
    def _instances(self) -> list[dict[str, Any]]:
        return self.api.instances()


def _check(channel: str, url: str | None, token: str | Secret | None) -> None:
    accounts.check_channel(channel)
    if channel == "local":
        raise errors.InvalidValueError(
            "The channel 'local' needs no account.",
            hint="The service of this machine is found by itself: "
            "QiskitRuntimeService().",
        )
    if not url:
        raise accounts.missing_url(channel)
    ibm_urls.refuse_ibms_own(url)
    if not token:
        raise errors.InvalidValueError(
            "An account needs a token.",
            hint="`qrt user add NAME` on the service makes one; it is shown once.",
        )


def _saved(config_dir: str | Path | None, filename: str | Path | None) -> SavedAccounts:
    folder = config_dir or from_environment().config_dir
    return SavedAccounts(
        Path(folder) if folder else locations.default_config_dir(),
        Path(filename).expanduser() if filename else None,
    )


def _shown(profile: Profile) -> dict[str, Any]:
    said = {
        "channel": profile.channel or "server",
        "url": profile.url,
        "token": profile.token,
        "instance": profile.instance,
        "verify": profile.trust,
        "proxies": profile.proxies,
    }
    return {key: value for key, value in said.items() if value is not None}
