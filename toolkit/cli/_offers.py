"""What the service offers a shell to complete: asked while somebody waits at TAB.

Nothing is started for it, and a service that does not answer within two seconds offers
nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from toolkit.cli import _here, _service, _settings
from toolkit.cli._output import Output

if TYPE_CHECKING:
    from collections.abc import Mapping

    import click

_CONNECT_S, _ANSWER_S = 0.5, 1.5
_JOBS = 20
_PROGRAMS = 200


def programs(context: click.Context) -> dict[str, str]:
    """Name the programs that the user may run."""
    found = _ask(context, "/programs", {"limit": _PROGRAMS})
    return {p["id"]: p.get("description") or "" for p in found.get("programs", ())}


def jobs(context: click.Context) -> dict[str, str]:
    """Name the latest jobs."""
    found = _ask(context, "/jobs", {"limit": _JOBS})
    return {
        job["id"]: f"{job['program']['id']}, {job['state']['status']}"
        for job in found.get("jobs", ())
    }


def versions(context: click.Context, program: str) -> dict[str, str]:
    """Name the releases of a program, with their labels."""
    return {
        release["version"]: ", ".join(release["labels"])
        for release in _releases(context, program)
    }


def labels(context: click.Context, program: str) -> dict[str, str]:
    """Name the labels of a program, with the release that each points at."""
    return {
        label: release["version"]
        for release in _releases(context, program)
        for label in release["labels"]
    }


def _releases(context: click.Context, program: str) -> list[dict[str, Any]]:
    if not program:
        return []
    found = _ask(context, f"/programs/{quote(program, safe='')}/releases", {})
    return list(found.get("releases", ()))


def _ask(context: click.Context, path: str, query: Mapping[str, Any]) -> dict[str, Any]:
    """Ask once; whatever fails is silence."""
    import requests  # noqa: PLC0415 - on TAB only

    reached = _reach(context)
    if reached is None:
        return {}
    token = reached.token.reveal() if reached.token is not None else ""
    try:
        answer = requests.get(
            f"{reached.url}/api/v1{path}",
            params=query,
            headers={"Authorization": f"Bearer {token}"},
            timeout=(_CONNECT_S, _ANSWER_S),
            verify=reached.trust,
        )
        answer.raise_for_status()
        return dict(answer.json())
    except (requests.RequestException, ValueError):
        return {}


def _reach(context: click.Context) -> _service.Reached | None:
    """Find the service of the command line that is being typed, if it runs."""
    from program_runtime.client import local  # noqa: PLC0415 - on TAB only

    here = _here.find()
    with context.scope(cleanup=False):
        out = Output(quiet=True)
        layers = _settings.layers(here.settings if here else None, out)
        choice = _service.choose(_settings.resolve("profile", layers))
    account = choice.account
    if account.channel == "server":
        return _service.Reached(
            url=str(account.url), token=choice.token, trust=account.trust
        )
    found = local.find_local_service(account.data_dir)
    if found is None:
        return None
    token = choice.token or found.token
    return _service.Reached(url=found.url, token=token, trust=found.trust)
