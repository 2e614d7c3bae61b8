"""Events of a job on their way to the terminal, or as JSON Lines."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from toolkit.cli import _show
from toolkit.errors import ExitCode

if TYPE_CHECKING:
    from toolkit.cli._output import Output


class Watcher:
    """Shows events one by one; interim results are for people unless asked as data."""

    def __init__(
        self, out: Output, *, plot: str | None = None, interim_is_data: bool = False
    ) -> None:
        self._out = out
        self._curve = _show.Curve(plot) if plot else None
        self._as_data = interim_is_data
        self._drawn = False
        self.count = 0
        self.status: dict[str, Any] = {}
        self.failure: dict[str, Any] = {}

    def see(self, event: Any) -> None:
        """Show one event."""
        if self._out.as_json:
            self._out.line(event_json(event))
        kind = str(event.type)
        if kind == "status":
            self.status = json.loads(event.data)
        elif kind == "error":
            self.failure = json.loads(event.data)
        if not self._out.as_json:
            self._show(kind, event.data)

    def end(self) -> None:
        """Finish the live line."""
        if self._curve and self._curve.values:
            if self._drawn:
                click.echo(err=True)
            else:
                self._out.say(self._curve.text())

    def _show(self, kind: str, data: str | None) -> None:
        if kind == "interim":
            self.count += 1
            self._interim(data)
        elif kind == "log" and data:
            self._break_line()
            for line in data.splitlines():
                self._out.say(f"log: {_show.plain(line)}")

    def _interim(self, data: str | None) -> None:
        if self._as_data:
            click.echo(data if data is not None else "null")
            return
        if data is None:
            self._out.say(f"{self.count:4}  (large; see 'qrt result')")
            return
        value = _show.decoded(data)
        if self._curve and self._curve.add(value) and self._out.live:
            self._curve.draw()
            self._drawn = True
        elif self._curve is None or not self._curve.values:
            self._out.say(f"{self.count:4}  {_show.message(value)}")

    def _break_line(self) -> None:
        if self._drawn:
            click.echo(err=True)
            self._drawn = False


def event_json(event: Any) -> dict[str, Any]:
    """Give an event the form that it has on the wire."""
    body: dict[str, Any] = {
        "seq": event.seq,
        "time": event.time,
        "type": str(event.type),
        "data": event.data,
    }
    blob = getattr(event, "blob", None)
    if blob is not None:
        body["blob"] = getattr(blob, "digest", blob)
        body["size"] = getattr(blob, "size", getattr(event, "size", None))
    return body


def outcome_json(outcome: Any) -> dict[str, Any]:
    """Give an outcome its JSON form, the last line of a stream."""
    failure = None
    if outcome.code:
        failure = {
            "code": outcome.code,
            "message": outcome.message,
            "traceback": outcome.traceback,
        }
    return {"type": "outcome", "status": str(outcome.status), "failure": failure}


def say_failure(
    code: str | None, message: str | None, traceback: str | None, out: Output
) -> None:
    """Say why a job did not complete; the author's frames come last."""
    if code:
        out.say(f"error: {code}: {message}")
    if traceback:
        for line in traceback.rstrip().splitlines():
            out.say(f"  {_show.plain(line)}")


def exit_code(status: str, code: str | None) -> ExitCode:
    """Choose the exit code of a command that waited for a job."""
    if status == "Completed":
        return ExitCode.OK
    if status == "Cancelled":
        return ExitCode.CANCELLED
    return ExitCode.FINDINGS if code == "bad_inputs" else ExitCode.FAILED
