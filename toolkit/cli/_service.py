"""Which service a command talks to, and how it is reached."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from toolkit.cli import _exits, _groups, _here, _settings
from toolkit.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from program_runtime.client.accounts import Account
    from program_runtime.client.api import ServiceApi
    from program_runtime.client.secret import Secret
    from toolkit.cli._output import Output

FLAG = "--profile"
LOCAL = "local"
LOGIN = "the default of `qrt profiles`"

option = _settings.option("profile")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """A service, and who chose it."""

    account: Account
    token: Secret | None
    profile: str | None
    """None where the address was given."""
    origin: str

    @property
    def name(self) -> str:
        """What to call it."""
        return self.profile or str(self.account.url)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """A service that is there, and what opens it."""

    url: str
    token: Secret | None
    trust: bool | str


def connect(out: Output, project: Mapping[str, Any] | None = None) -> ServiceApi:
    """Open the way to the service of this command; the local one starts on demand.

    Args:
        out: Hears that a service is started.
        project: ``[tool.qrt]`` of a project; by default of the one around the
            working directory.

    Raises:
        NotFoundError: No stored service has this name.
        ServiceUnreachableError: The local service can not be started.
    """
    return open_api(reach(out, project))


def open_api(reached: Reached) -> ServiceApi:
    """Open the way to a service."""
    from program_runtime.client.api import ServiceApi  # noqa: PLC0415

    return ServiceApi(reached.url, reached.token, verify=reached.trust)


def reach(out: Output, project: Mapping[str, Any] | None = None) -> Reached:
    """Find the service of this command, as :func:`connect` does."""
    from program_runtime.client import local  # noqa: PLC0415

    if project is None:
        here = _here.find()
        project = here.settings if here else None
    layers = _settings.layers(project, out)
    choice = choose(_settings.resolve("profile", layers))
    out.detail(f"service: {choice.name} ({choice.origin})")
    account = choice.account
    if account.channel == "server":
        return Reached(url=str(account.url), token=choice.token, trust=account.trust)
    found = local.ensure_local_service(
        account.data_dir,
        on_start=lambda folder: out.say(f"starting a service on {folder}"),
    )
    token = choice.token or found.token
    return Reached(url=found.url, token=token, trust=found.trust)


def choose(setting: _settings.Setting) -> Choice:
    """Decide on a service: the flag, the environment, the files, the last log-in.

    Args:
        setting: The setting ``profile``.

    Raises:
        NotFoundError: No stored service has this name.
    """
    from program_runtime.client import accounts, profiles  # noqa: PLC0415

    environment = accounts.from_environment()
    config_dir = _settings.config_dir()
    name, origin = setting.value, setting.origin
    if origin != FLAG and environment.url is not None:
        name, origin = None, "QRT_URL"
    elif name is None:
        name = profiles.current(config_dir)
        origin = LOGIN if name else _settings.DEFAULT
        name = name or LOCAL
    if name is not None:
        _require(name, config_dir)
    wish = accounts.Wish(name=name, config_dir=config_dir)
    account = accounts.resolve(wish, environment)
    # A service that the flag names gets the token that is stored for it.
    token = account.token if origin == FLAG else environment.token or account.token
    return Choice(account=account, token=token, profile=name, origin=origin)


def _require(name: str, config_dir: Path) -> None:
    from program_runtime.client import profiles  # noqa: PLC0415

    stored = profiles.load(config_dir)
    known = [*stored, LOCAL]
    if name not in known:
        raise not_stored(name, known)
    if name in stored and stored[name].target is not None:
        raise UsageError(
            f"The profile {name!r} is a gateway of Qiskit Serverless, which has no "
            "such thing.",
            hint="`qrt publish`, submit, follow, result, logs and cancel go there.",
        )


def not_stored(name: str, known: Iterable[str]) -> _exits.NotFoundError:
    """Make the error for a stored service that does not exist."""
    lists = "`qrt profiles` lists the stored services, `qrt login URL` adds one."
    return _exits.NotFoundError(
        f"No stored service is named {name!r}.",
        hint=_groups.did_you_mean(name, known) or lists,
    )
