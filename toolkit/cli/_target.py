"""Where a command's jobs run: a service of ours, or a gateway of Qiskit Serverless."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from toolkit.cli import _exits, _here, _service, _settings
from toolkit.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from program_runtime.client.api import ServiceApi
    from program_runtime.client.profiles import Profile
    from program_runtime.client.stream import EventStream
    from toolkit.cli._output import Output
    from toolkit.publish.targets.qiskit_serverless.gateway import Gateway
    from toolkit.publish.targets.qiskit_serverless.jobs import GatewayJobs, LogStream

    Jobs = ServiceApi | GatewayJobs

GATEWAY = "qiskit-serverless"
LOGIN = f"`qrt login URL --target {GATEWAY}` stores one."


def option(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command ``--profile`` and ``--target``."""
    with_target: Callable[..., Any] = _service.option(
        _settings.option("target")(function)
    )
    return with_target


def login_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give ``qrt login`` what it needs to know of a gateway."""
    kind = click.option(
        "--target",
        type=click.Choice(["service", GATEWAY]),
        default="service",
        help="What is there.",
    )
    channel = click.option(
        "--channel",
        type=click.Choice(["local", "ibm_cloud", "ibm_quantum_platform"]),
        help="How a gateway shall look at the token; without an instance: local.",
    )
    instance = click.option(
        "--instance", metavar="CRN", help="Your instance, for a gateway of IBM."
    )
    with_options: Callable[..., Any] = kind(channel(instance(function)))
    return with_options


def store(profile: Profile, out: Output) -> None:
    """Check a gateway's token, then store both; services stay the default.

    Raises:
        NotAuthorizedError: The gateway refuses the token.
    """
    from program_runtime.client import profiles  # noqa: PLC0415

    count = len(open_gateway(profile).functions())
    profiles.save(_settings.config_dir(), profile)
    answer = {"profile": profile.name, "url": profile.url, "target": GATEWAY}
    out.data({**answer, "functions": count}, profile.name)
    out.say(f"it has {count} functions of yours; stored as '{profile.name}'")


def jobs(out: Output, project: Mapping[str, Any] | None = None) -> Jobs:
    """Open the way to where the command's jobs run.

    Args:
        out: Hears that a service is started.
        project: ``[tool.qrt]`` of a project; by default of the one around the
            working directory.

    Raises:
        NotFoundError: No gateway is stored, or none of this name.
    """
    found = gateway(out, project)
    if found is None:
        return _service.connect(out, project)
    return jobs_of(found)


def jobs_of(gateway: Gateway) -> GatewayJobs:
    """Read a gateway's jobs."""
    from toolkit.publish.targets.qiskit_serverless.jobs import (  # noqa: PLC0415
        GatewayJobs,
    )

    return GatewayJobs(gateway)


def log_before_cancel(api: Jobs, job_id: str) -> dict[str, str]:
    """Read what a cancelled job would lose: a gateway forgets its log.

    Returns:
        The key ``logs``, or nothing where the log stays.
    """
    own = getattr(api, "whole_log", None)
    return {} if own is None else {"logs": own(job_id)}


def flags(gateway: Gateway | None) -> str:
    """Repeat what led to a gateway, for the next command; empty for a service."""
    if gateway is None:
        return ""
    return f" --profile {gateway.name}" if gateway.name else f" --target {GATEWAY}"


def flags_of(api: Jobs) -> str:
    """Repeat what led to these jobs, as `flags` does."""
    return flags(getattr(api, "gateway", None))


def stream(api: Jobs, job_id: str, *, after: int = 0) -> EventStream | LogStream:
    """Open the events of a job."""
    from program_runtime.client.stream import EventStream  # noqa: PLC0415

    own = getattr(api, "stream", None)
    if own is not None:
        found: LogStream = own(job_id, after=after)
        return found
    return EventStream(api, job_id, after=after)  # type: ignore[arg-type]


def gateway(out: Output, project: Mapping[str, Any] | None = None) -> Gateway | None:
    """Open the gateway that the command means; None if it means a service of ours.

    Raises:
        NotFoundError: No gateway is stored, or none of this name.
        UsageError: Several are stored, or the named profile is none.
    """
    if project is None:
        here = _here.find()
        project = here.settings if here else None
    layers = _settings.layers(project, out)
    target = _settings.resolve("target", layers)
    profile = _settings.resolve("profile", layers)
    found = _choose(target.value, profile)
    if found is None:
        return None
    name = found.name or found.url
    out.detail(f"gateway: {name}")
    return open_gateway(found)


def _choose(target: str | None, setting: _settings.Setting) -> Profile | None:
    """Decide on a gateway: the named profile, the environment, the only one stored."""
    from program_runtime.client import profiles  # noqa: PLC0415

    stored = profiles.load(_settings.config_dir())
    is_flagged = setting.origin == _service.FLAG
    in_environment = bool(os.environ.get("QRT_URL")) and not is_flagged
    named = None if in_environment else stored.get(setting.value)
    if target is None:
        return _with_token(named, is_flagged=is_flagged) if _is_gateway(named) else None
    if target != GATEWAY:
        if _is_gateway(named):
            raise UsageError(
                f"The profile {setting.value!r} is a gateway of Qiskit Serverless, "
                "no service of ours.",
                hint="Name another with --profile, or leave --target out.",
            )
        return None
    if in_environment:
        return _with_token(_of_environment(), is_flagged=False)
    if setting.value is not None and named is None:
        raise _service.not_stored(setting.value, stored)
    if named is not None and not _is_gateway(named) and is_flagged:
        raise UsageError(
            f"The profile {setting.value!r} is a service of ours, no gateway of Qiskit "
            "Serverless.",
            hint="`qrt profiles` lists the gateways.",
        )
    chosen = named if _is_gateway(named) else _only(stored)
    return _with_token(chosen, is_flagged=is_flagged)


def stored_gateway(setting: _settings.Setting) -> Profile | None:
    """Find the gateway that the setting ``profile`` names, if it names one."""
    from program_runtime.client import profiles  # noqa: PLC0415

    named = profiles.load(_settings.config_dir()).get(setting.value)
    return named if _is_gateway(named) else None


def _only(stored: Mapping[str, Profile]) -> Profile:
    gateways = {name: one for name, one in stored.items() if _is_gateway(one)}
    if len(gateways) == 1:
        return next(iter(gateways.values()))
    if gateways:
        raise UsageError(
            f"There are {len(gateways)} gateways: {', '.join(sorted(gateways))}.",
            hint="Say which with --profile NAME.",
        )
    raise _exits.NotFoundError("No gateway of Qiskit Serverless is stored.", hint=LOGIN)


def _of_environment() -> Profile:
    from program_runtime.client import profiles  # noqa: PLC0415
    from program_runtime.client.secret import Secret  # noqa: PLC0415

    return profiles.Profile(
        name="",
        url=os.environ["QRT_URL"],
        token=Secret(""),
        instance=os.environ.get("QRT_INSTANCE") or None,
        target=GATEWAY,
    )


def _with_token(profile: Profile | None, *, is_flagged: bool) -> Profile | None:
    """Let the environment's token go before the stored one, as for every service."""
    from dataclasses import replace  # noqa: PLC0415

    from program_runtime.client.secret import Secret  # noqa: PLC0415

    token = os.environ.get("QRT_TOKEN")
    if profile is None or not token or is_flagged:
        return profile
    return replace(profile, token=Secret(token.strip()))


def _is_gateway(profile: Profile | None) -> bool:
    return profile is not None and profile.target == GATEWAY


def open_gateway(profile: Profile) -> Gateway:
    """Open the way to a stored gateway."""
    from toolkit.publish.targets.qiskit_serverless.gateway import (  # noqa: PLC0415
        Gateway,
    )

    return Gateway(
        profile.url,
        profile.token,
        name=profile.name,
        channel=profile.channel,
        instance=profile.instance,
        verify=profile.trust,
    )
