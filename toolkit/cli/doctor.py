"""``qrt doctor``: what is wrong on this machine, and what to do about it."""

from __future__ import annotations

import dataclasses
import os
import sys
from typing import TYPE_CHECKING, Any, TypeVar

import click

from program_runtime.errors import ProgramRuntimeError
from toolkit.cli import _exits, _here, _hosting, _service, _settings, _terminal
from toolkit.cli._output import speaks
from toolkit.errors import ExitCode, ToolkitError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from toolkit.cli._output import Output
    from toolkit.doctor import Diagnosis, Situation, Way

_T = TypeVar("_T")
_COLOURS = {"ok": "green", "warning": "yellow", "problem": "red"}
_WIDTH = max(map(len, _COLOURS))
_PORT = 8000
_OTHER_VARIABLES = (
    "QRT_CONFIG_DIR",
    "QRT_DATA_DIR",
    "QRT_INSTANCE",
    "QRT_TOKEN",
    "QRT_URL",
)


@click.command("doctor")
@click.option(
    "--fix", is_flag=True, help="Mend what is certain, and say what was done."
)
@_hosting.data_dir
@_service.option
@speaks
def command(*, fix: bool, data_dir: Path | None, out: Output) -> None:
    """Look for what keeps things from working here, and say what to do.

    Versions, simulator, isolation, variables, files, the service and your token, disk
    and port. Exit code 1 says that there is a problem; warnings alone are 0. --fix
    mends modes, makes folders, sets a file of services aside that can not be read and
    removes what killed processes left; it deletes nothing of yours.
    """
    from toolkit import doctor  # noqa: PLC0415

    config_dir = _settings.config_dir()
    found = list(doctor.stored_services.check(config_dir, fix=fix))
    situation = _situation(found, data_dir, fix=fix, out=out)
    for diagnosis in found:
        _tell(diagnosis, out)
    for diagnosis in doctor.examine(situation):
        found.append(diagnosis)
        _tell(diagnosis, out)
    healthy = all(each.state is not doctor.State.PROBLEM for each in found)
    if out.as_json:
        checks = [dataclasses.asdict(each) for each in found]
        out.line({"ok": healthy, "checks": checks})
    if not healthy:
        raise _exits.Stop(ExitCode.FAILED)


def _tell(diagnosis: Diagnosis, out: Output) -> None:
    if out.as_json:
        return
    state = str(diagnosis.state)
    head = _terminal.paint(state.ljust(_WIDTH), sys.stdout, fg=_COLOURS[state])
    # Painted by us, so it is not for `out.text`, which would spell the colour out.
    lines = [f"{diagnosis.name}: {diagnosis.message}"]
    lines += [f"{' ' * _WIDTH}  {diagnosis.hint}"] if diagnosis.hint else []
    click.echo(f"{head}  " + "\n".join(map(_terminal.safe, lines)))


def _situation(
    found: list[Diagnosis], data_dir: Path | None, *, fix: bool, out: Output
) -> Situation:
    """Gather what the checks look at; what can not be told is a diagnosis, too."""
    from program_runtime.client import locations  # noqa: PLC0415
    from toolkit import doctor  # noqa: PLC0415

    def attempt(name: str, function: Callable[[], _T], otherwise: _T) -> _T:
        try:
            return function()
        except (ToolkitError, ProgramRuntimeError, click.ClickException) as error:
            diagnosis = _of(name, error)
            if all(diagnosis.message != each.message for each in found):
                found.append(diagnosis)
            return otherwise

    def project() -> dict[str, Any] | None:
        here = _here.find()
        return dict(here.settings) if here else None

    settings = attempt("project", project, None)
    nothing: list[_settings.Layer] = []
    below = attempt("settings", lambda: _settings.layers(settings, out), nothing)
    level = attempt(
        "settings",
        lambda: (
            _settings.from_environment("isolation")
            or _settings.from_files("isolation", below)
        ),
        None,
    )
    return doctor.Situation(
        data_dir=attempt(
            "profile",
            lambda: _hosting.served_dir(data_dir),
            locations.default_data_dir(),
        ).absolute(),
        config_dir=_settings.config_dir(),
        way=attempt("profile", lambda: _way(below), None),
        isolation=level.value if level else "auto",
        port=_port(),
        variables=list(os.environ),
        known_variables=[*map(_settings.variable, _settings.KEYS), *_OTHER_VARIABLES],
        fix=fix,
    )


def _way(below: Any) -> Way | None:
    from toolkit import doctor  # noqa: PLC0415

    choice = _service.choose(_settings.resolve("profile", below))
    return doctor.Way(
        name=choice.name,
        origin=choice.origin,
        url=choice.account.url,
        token=choice.token,
        trust=choice.account.trust,
    )


def _of(name: str, error: Exception) -> Diagnosis:
    from toolkit import doctor  # noqa: PLC0415

    failure = _exits.describe(error)
    details = [f"{each['path']}: {each['message']}" for each in failure.findings]
    return doctor.Diagnosis(
        name=name,
        state=doctor.State.PROBLEM,
        message=" ".join([failure.message, "; ".join(details)]).strip(),
        hint=failure.hint,
    )


def _port() -> int:
    """Where `qrt serve` would listen."""
    text = os.environ.get("QRT_PORT", "")
    return int(text) if text.isdecimal() else _PORT
