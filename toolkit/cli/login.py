"""``qrt login``: store the address of a service and a token."""

from __future__ import annotations

import ipaddress
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from toolkit.cli import _settings, _target
from toolkit.cli._output import speaks

if TYPE_CHECKING:
    from urllib.parse import SplitResult

    from toolkit.cli._output import Output


@click.command("login")
@click.argument("url")
@click.option("--token-stdin", is_flag=True, help="Read the token from stdin.")
@click.option(
    "--name", metavar="NAME", help="The profile's name; default: host and port."
)
@click.option(
    "--verify",
    type=click.Path(path_type=Path, exists=True, dir_okay=False, resolve_path=True),
    metavar="FILE",
    help="Whom to trust, where the service has an authority of its own.",
)
@_target.login_options
@speaks
def command(
    *,
    url: str,
    token_stdin: bool,
    name: str | None,
    verify: Path | None,
    target: str,
    channel: str | None,
    instance: str | None,
    out: Output,
) -> None:
    """Check a token against the service at URL, then store both.

    The token comes from --token-stdin, from QRT_TOKEN, or from a hidden prompt;
    never from the command line. A gateway of Qiskit Serverless is stored beside the
    services; --target and --profile name it then.
    """
    from program_runtime.client import local, profiles  # noqa: PLC0415
    from program_runtime.client.api import ServiceApi  # noqa: PLC0415
    from program_runtime.client.secret import Secret  # noqa: PLC0415

    parts = _parts(url)
    if name == local.PROFILE_NAME:
        raise click.BadParameter(
            f"'{name}' is the service of this machine.", param_hint="--name"
        )
    if parts.scheme == "http" and not _is_loopback(str(parts.hostname)):
        out.warn("plain http: who listens on the way reads the token; use https")
    token = _token(from_stdin=token_stdin, out=out)
    profile = profiles.Profile(
        name=name or parts.netloc,
        url=url,
        token=Secret(token),
        verify=verify,
        channel=channel,
        instance=instance,
        target=target if target == _target.GATEWAY else None,
    )
    if profile.target is not None:
        _target.store(profile, out)
        return
    me = ServiceApi(url, token, verify=profile.trust).whoami()
    profiles.save(_settings.config_dir(), profile, make_current=True)
    answer = {
        "profile": profile.name,
        "url": url,
        "user": me["name"],
        "role": me["role"],
    }
    out.data(answer, profile.name)
    out.say(f"you are {me['name']} ({me['role']}); stored as '{profile.name}'")


def _parts(url: str) -> SplitResult:
    """Take a URL apart; one with a password is refused and not repeated."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        parts, host = urlsplit(""), None
    if parts.username is not None:
        raise click.BadParameter(
            "a URL with a user or password; use --token-stdin.", param_hint="URL"
        )
    if parts.scheme not in ("http", "https") or not host:
        raise click.BadParameter(f"'{url}' is no http or https URL.", param_hint="URL")
    return parts


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _token(*, from_stdin: bool, out: Output) -> str:
    if from_stdin:
        token = sys.stdin.readline().strip()
    elif found := os.environ.get("QRT_TOKEN"):
        token = found.strip()
    elif out.asks:
        token = click.prompt("Token", hide_input=True, err=True).strip()
    else:
        raise click.UsageError("No token: use --token-stdin or QRT_TOKEN.")
    if not token:
        raise click.UsageError("The token is empty.")
    return str(token)
