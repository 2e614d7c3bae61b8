"""One run of one attack: its folder, its oracles, its facts."""

from __future__ import annotations

import contextlib
import json
import secrets
from typing import TYPE_CHECKING, Any

from program_runtime import codec, errors
from program_runtime.execution import EventType, JobSpec, Limits

from . import corpus, payloads
from .judge import Observation
from .planted import ORACLES

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from program_runtime.execution import Event, Outcome

    from .companion import Companion
    from .corpus import Attack
    from .house import House

GIB = 1024**3
LIMITS = {"wall_time_s": 8.0}
OFF_LIMITS = {
    "wall_time_s": 20.0,
    "processes": 100_000,
    "disk_bytes": 64 * GIB,
    "disk_files": 10_000_000,
    "file_bytes": None,
    "open_files": 4096,
    "log_bytes": GIB,
    "message_bytes": GIB,
    "result_bytes": GIB,
}


_PATIENCE_S = 5.0
_OWN = (EventType.STATUS, EventType.METRIC, EventType.ERROR)


class Scene:
    """Plants what one attack needs, tells it where, and looks afterwards.

    Args:
        attack: What is tried.
        house: What the server holds.
        companion: The job beside it; a bare run has none.
        health: Tells about the runner.
        off: Whether the defence is.
    """

    def __init__(
        self,
        attack: Attack,
        house: House,
        companion: Companion | None = None,
        health: Callable[[], dict[str, Any]] | None = None,
        *,
        off: bool,
    ) -> None:
        self.attack = attack
        self.off = off
        self.house = house
        self.companion = companion
        self.health = health
        self.nonce = secrets.token_hex(5)
        self.scratch = house.scratch()
        self.program = write_program(
            self.scratch,
            attack.path,
            self.nonce,
            patience_s=0.0 if off else _PATIENCE_S,
        )
        self.oracles = {name: ORACLES[name](self) for name in attack.oracles}
        for oracle in self.oracles.values():
            oracle.check_alive()

    def inputs(self, turn: int) -> bytes:
        """The text of the inputs of that turn."""
        facts = {name: oracle.facts() for name, oracle in self.oracles.items()}
        if self.attack.payload is not None:
            return getattr(payloads, self.attack.payload)(facts)
        if self.attack.turns > 1:
            facts["turn"] = turn
        return json.dumps(facts).encode()

    def spec(self, turn: int) -> JobSpec:
        """The job."""
        limits = LIMITS | self.attack.limits
        if self.off:
            limits = OFF_LIMITS | self.attack.off_limits
        return JobSpec(
            job_id=f"job_{self.nonce}",
            program_dir=self.program,
            inputs=self.inputs(turn),
            backend="aer_simulator",
            limits=Limits(**limits),
        )

    def evidence(self) -> list[str]:
        """What the oracles noticed."""
        return [sign for oracle in self.oracles.values() for sign in oracle.evidence()]

    def close(self) -> None:
        """End what was planted; the house removes the folders, all at once."""
        for oracle in self.oracles.values():
            oracle.close()


def write_program(
    folder: Path, source: Path, nonce: str, *, patience_s: float = 0.0
) -> Path:
    """Lay a program out as a release: ``program.py``, and what attacks share."""
    program = folder / "program"
    program.mkdir()
    (program / "program.py").write_text(source.read_text())
    for path in corpus.SHARED:
        text = path.read_text().replace("@NONCE@", nonce)
        text = text.replace("@PATIENCE_S@", str(patience_s))
        (program / path.name).write_text(text)
    (program / "data.txt").write_text("data of the program")
    program.chmod(0o777)
    for path in program.iterdir():
        path.chmod(0o666)
    return program


def observe(outcome: Outcome, events: list[Event], seconds: float) -> Observation:
    """What came of a job, with the rules that hold for every job's events."""
    texts = {id(event): _text(event) for event in events}
    seen = Observation(
        end=outcome.code or str(outcome.status),
        message=outcome.message or "",
        texts="\n".join(texts.values()),
        seconds=seconds,
        harm=_disorder(events, outcome),
    )
    for event in events:
        text = texts[id(event)]
        if event.type in _OWN:
            seen.harm += _not_json(event.type, text)
        elif event.type is not EventType.LOG:
            seen.harm += _undecodable(text)
        if event.type is EventType.RESULT:
            with contextlib.suppress(ValueError, RecursionError):
                seen.result = json.loads(text)
    return seen


def _not_json(kind: EventType, text: str) -> list[str]:
    """What the supervisor says itself is strict JSON; a program's words are its own."""
    try:
        json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        return [f"the {kind} is no JSON: {error}"]
    return []


def _undecodable(text: str) -> list[str]:
    """Read it as a client does: that ends with values, or with an error of ours."""
    try:
        codec.decode(text)
    except (errors.CodecError, ValueError):
        return []
    except BaseException as error:  # noqa: BLE001 - the very thing to be found
        return [f"a client that reads it gets {error!r}"]
    return []


def _disorder(events: list[Event], outcome: Outcome) -> list[str]:
    numbers = [event.seq for event in events]
    found = []
    if numbers != list(range(1, len(numbers) + 1)):
        found.append("the events have gaps")
    last = events[-1] if events else None
    if last is None or last.type is not EventType.STATUS:
        found.append("the last event is no status")
    elif json.loads(last.data or "")["status"] != outcome.status:
        found.append("the last event tells another status")
    return found


def _text(event: Event) -> str:
    """Read an event, and remove its file as whoever stores it does."""
    if event.blob is None:
        return event.data or ""
    text = event.blob.path.read_text()
    event.blob.path.unlink()
    return text


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no number of JSON")
