"""A cassette's file: JSON that people can read, and compare line by line.

Each recording is one line; a circuit that several of them share, and observables, are
written once and referred to by a digest.
"""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any, Final

from toolkit.errors import CassetteError
from toolkit.harness.cassettes.call import Call, Recording
from toolkit.harness.cassettes.cassette import Cassette
from toolkit.harness.cassettes.content import Content

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

__all__ = ["load", "save"]

FORMAT: Final = "qrt-cassette"
VERSION: Final = 1
_DIGITS: Final = 10
"""After the point: less than the tolerance, and less than what differs by processor."""
_AGAIN = "Record it anew: qrt test -- --record, or qrt run --record FILE."


def save(cassette: Cassette, path: Path) -> None:
    """Write a cassette, all of it or nothing.

    Args:
        cassette: What was recorded.
        path: The file; folders above it are made, an older file is replaced.

    Raises:
        CassetteError: It can not be written.
    """
    draft = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft.write_text(_text(cassette), encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        raise CassetteError(f"The cassette {path} can not be written: {error}") from (
            error
        )


def load(path: Path) -> Cassette:
    """Read a cassette.

    Raises:
        CassetteError: There is none, it is damaged, or it is of another version.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        hint = f"Record one: qrt test -- --record, or qrt run --record {path}."
        raise CassetteError(f"There is no cassette {path}.", hint=hint) from error
    except (OSError, UnicodeDecodeError) as error:
        raise CassetteError(f"The cassette {path} can not be read: {error}") from error
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _damaged(path, f"it is no JSON: {error}") from error
    if not isinstance(data, dict) or data.get("format") != FORMAT:
        raise _damaged(path, f'it does not begin with "format": "{FORMAT}"')
    if data.get("version") != VERSION:
        raise CassetteError(
            f"The cassette {path} is of version {data.get('version')!r}, this toolkit "
            f"reads version {VERSION}.",
            hint=f"Use the toolkit that recorded it, or a newer one. {_AGAIN}",
        )
    try:
        return _Reader(data).cassette(path.name)
    except (
        ArithmeticError,
        AttributeError,
        LookupError,
        TypeError,
        ValueError,
    ) as error:
        raise _damaged(path, f"{type(error).__name__}: {error}") from error


def _damaged(path: Path, reason: str) -> CassetteError:
    return CassetteError(f"The cassette {path} is damaged: {reason}.", hint=_AGAIN)


class _Writer:
    """Turns recordings into rows, and collects what they share."""

    def __init__(self) -> None:
        self.circuits: dict[str, list[str]] = {}
        self.observables: dict[str, Any] = {}

    def row(self, recording: Recording) -> dict[str, Any]:
        call = recording.call
        lines = list(call.content.lines)
        row: dict[str, Any] = {"circuit": _name(lines)}
        self.circuits[row["circuit"]] = lines
        if call.content.numbers:
            row["numbers"] = _rounded(list(call.content.numbers))
        if call.kind == "estimate":
            observables = _rounded(call.observables)
            row["observables"] = _name(observables)
            self.observables[row["observables"]] = observables
            row["values"] = _rounded(call.values)
        else:
            row["shots"] = call.shots
            if call.memory:
                row["memory"] = True
        if call.options:
            row["options"] = dict(call.options)
        return {**row, "answer": dict(recording.answer)}


class _Reader:
    """Turns a file's content into recordings, and holds it against its digests."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._data = data
        self._contents = {
            name: tuple(_checked(name, lines, "circuit"))
            for name, lines in data["circuits"].items()
        }
        self._observables = {
            name: _checked(name, observables, "observables")
            for name, observables in data["observables"].items()
        }

    def cassette(self, name: str) -> Cassette:
        recordings = self._data["recordings"]
        for backend, description in self._data["backends"].items():
            if "n_qubits" not in description["configuration"]:
                raise ValueError(f"the description of {backend} is not whole")
        return Cassette(
            name=name,
            backends=dict(self._data["backends"]),
            recordings={
                backend: [self._recording(row) for row in rows]
                for backend, rows in recordings.items()
            },
            qiskit=str(self._data["qiskit"]),
        )

    def _recording(self, row: Mapping[str, Any]) -> Recording:
        content = Content(
            self._contents[row["circuit"]], tuple(map(float, row.get("numbers", ())))
        )
        options = row.get("options", {})
        answer = row["answer"]
        if "observables" in row:
            call = Call(
                kind="estimate",
                content=content,
                options=options,
                observables=self._observables[row["observables"]],
                values=row["values"],
            )
            answer["evs"]  # or it is damaged
        else:
            call = Call(
                kind="run",
                content=content,
                options=options,
                shots=row["shots"],
                memory=row.get("memory", False),
            )
            if not {"counts", "packed"} & answer.keys():
                raise ValueError("a recording has neither counts nor memory")
        call.numbers  # noqa: B018 - or it is damaged
        return Recording(call, answer)


def _checked(name: str, content: Any, what: str) -> Any:
    if _name(content) != name:
        raise ValueError(f"the {what} {name} is not what was recorded")
    return content


def _name(content: Any) -> str:
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()[:12]


def _rounded(value: Any) -> Any:
    if isinstance(value, list):
        return [_rounded(each) for each in value]
    if isinstance(value, dict):
        return {name: _rounded(each) for name, each in value.items()}
    # A sum with zero has no negative zero.
    return round(value, _DIGITS) + 0.0


def _text(cassette: Cassette) -> str:
    writer = _Writer()
    rows = {
        backend: [writer.row(recording) for recording in recordings]
        for backend, recordings in cassette.recordings.items()
    }
    content = {
        "format": FORMAT,
        "version": VERSION,
        "qiskit": cassette.qiskit,
        "backends": cassette.backends,
        "circuits": dict(sorted(writer.circuits.items())),
        "observables": dict(sorted(writer.observables.items())),
        "recordings": rows,
    }
    return "".join(_laid_out(content, depth=2)) + "\n"


def _laid_out(value: Any, *, depth: int, indent: str = "") -> Iterator[str]:
    """Write JSON with a line for each thing down to a depth, and one for the rest."""
    if depth < 0 or not isinstance(value, dict | list) or not value:
        yield json.dumps(value, ensure_ascii=False)
        return
    inner = indent + " "
    entries = (
        [(f"{json.dumps(name)}: ", each) for name, each in value.items()]
        if isinstance(value, dict)
        else [("", each) for each in value]
    )
    yield "{" if isinstance(value, dict) else "["
    for number, (label, each) in enumerate(entries):
        yield f"{',' * bool(number)}\n{inner}{label}"
        yield from _laid_out(each, depth=depth - 1, indent=inner)
    yield f"\n{indent}{'}' if isinstance(value, dict) else ']'}"
