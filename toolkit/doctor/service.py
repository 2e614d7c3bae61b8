"""Is the user's service there, does it know the user, and do the versions fit?"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from program_runtime.client import local
from program_runtime.client.api import ServiceApi
from program_runtime.codec import wire
from program_runtime.errors import NotAuthorizedError, ProgramRuntimeError
from program_runtime.service.versions import versions
from toolkit.doctor.diagnosis import Diagnosis, problem, warning

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from toolkit.doctor.situation import Situation

__all__ = ["check"]

_API = 1
"""The version of the service's interface that our clients speak."""


def check(situation: Situation) -> Iterator[Diagnosis]:
    """Ask the service; one on this machine is not started for that."""
    way = situation.way
    if way is None:
        return
    yield Diagnosis(name="profile", message=f"{way.name} ({way.origin})")
    if way.url is None:
        running = local.find_local_service(situation.data_dir)
        if running is None:
            yield _absent(situation)
            return
        token = way.token or running.token
        way = replace(way, url=running.url, token=token, trust=running.trust)
    try:
        api = ServiceApi(str(way.url), way.token, verify=way.trust)
    except ProgramRuntimeError as err:
        yield problem("service", err.message, err.hint)
        return
    try:
        yield from _ask(api)
    finally:
        api.close()


def _absent(situation: Situation) -> Diagnosis:
    if (situation.data_dir / "service.json").exists():
        return warning(
            "service",
            f"the one of {situation.data_dir} does not answer, or was killed",
            "The next `qrt serve` settles what it left.",
        )
    return Diagnosis(
        name="service",
        message="not running; it starts when a command needs it, or by `qrt serve`",
    )


def _ask(api: ServiceApi) -> Iterator[Diagnosis]:
    try:
        theirs = api.version()
    except (ProgramRuntimeError, ValueError) as err:
        yield problem(
            "service",
            getattr(err, "message", f"what answers at {api.url} is no service of ours"),
            getattr(err, "hint", "Check the url: `qrt profiles`."),
        )
        return
    yield Diagnosis(name="service", message=f"{api.url} answers")
    yield from _compare(theirs, versions())
    try:
        me = api.whoami()
    except NotAuthorizedError as err:
        yield problem("token", err.message, err.hint)
    except (ProgramRuntimeError, ValueError) as err:
        yield problem("token", str(err))
    else:
        yield Diagnosis(name="token", message=f"you are {me['name']} ({me['role']})")


def _compare(theirs: Mapping[str, Any], ours: Mapping[str, Any]) -> Iterator[Diagnosis]:
    spoken = theirs.get("api") or {}
    said = (
        f"service {theirs.get('version')}, Qiskit {theirs.get('qiskit')}, "
        f"Python {theirs.get('python')}"
    )
    if not spoken.get("min", _API) <= _API <= spoken.get("max", _API):
        yield problem(
            "versions",
            f"the service speaks version {spoken.get('min')} to {spoken.get('max')} of "
            f"its interface, this toolkit speaks {_API} ({said})",
            "Bring both to one version of qiskit-program-toolkit.",
        )
        return
    yield _compare_qpy(theirs.get("qpy"), ours) or Diagnosis(
        name="versions", message=said
    )


def _compare_qpy(read: int | None, ours: Mapping[str, Any]) -> Diagnosis | None:
    """Say what becomes of circuits that a service with an older Qiskit gets."""
    written = min(ours.get("qpy") or 0, wire.NEWEST_WRITTEN)
    if read is None or written <= read:
        return None
    oldest = (ours.get("qpy_range") or {}).get("min", written)
    here = f"the service reads QPY up to {read}, Qiskit {ours['qiskit']} here writes"
    if read >= oldest:
        return warning(
            "versions",
            f"{here} {written}: circuits go there as {read}, and what those can "
            "not hold is refused",
            "Update Qiskit on the service's machine if that happens.",
        )
    return problem(
        "versions",
        f"{here} {oldest} and later: it can get no circuit",
        "Update Qiskit on the service's machine.",
    )
